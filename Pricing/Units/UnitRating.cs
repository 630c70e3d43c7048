namespace Marketplace.Pricing;

/// <summary>
/// One term of the time that a card needs for the basket, where R0 needs 1 for all of it.
/// </summary>
/// <param name="Figure">What is measured: <c>16-bit</c>, <c>8-bit</c>, <c>memory bandwidth</c>, <c>32-bit vector</c>,
/// <c>64-bit</c>.</param>
/// <param name="Weight">The term's part of the basket, 0 to 1; the time that R0 spends on it.</param>
/// <param name="Rate">The card's rate that counts: TFLOPS or TOPS, for memory GB/s.</param>
/// <param name="ReferenceRate">R0's rate, in the same unit.</param>
/// <param name="Time">Weight x reference rate / rate.</param>
/// <param name="Share">Its part of the card's whole time, 0 to 1.</param>
/// <param name="Assumed">The rate was not the card's own figure but taken from another one.</param>
public sealed record UnitTerm(string Figure, double Weight, double Rate, double ReferenceRate, double Time, double Share, bool Assumed);

/// <summary>A card's standard units with everything that explains them.</summary>
/// <param name="Unit"><c>SCU</c> or <c>SCU-H</c>.</param>
/// <param name="FormulaVersion">The version of the formula, for example <c>2026.1</c>. A lease keeps the one that was in force.</param>
/// <param name="Units">The units of one card, half-up to the millionth; zero: not eligible; <c>null</c>: unrated.</param>
/// <param name="Reason">Why there are none; <c>null</c> if there are.</param>
/// <param name="Terms">The terms of the time, in the order of the formula; empty if there are no units.</param>
/// <param name="Flags">What had to be assumed, as sentences for people.</param>
public sealed record UnitRating(
    string Unit,
    string FormulaVersion,
    StandardUnits? Units,
    string? Reason,
    IReadOnlyList<UnitTerm> Terms,
    IReadOnlyList<string> Flags)
{
    /// <summary>The figure that takes most of the time and so holds the card back; <c>null</c> without units.</summary>
    public string? Binds => Terms.Count == 0 ? null : Terms.MaxBy(t => t.Time)!.Figure;
}
