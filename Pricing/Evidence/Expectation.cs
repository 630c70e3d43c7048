namespace Marketplace.Pricing;

/// <summary>What is known of a card for a piece of work, nearest first.</summary>
public enum Precedent
{
    /// <summary>This card did this benchmark, or, for a class of work, one of its benchmarks.</summary>
    SameCard,

    /// <summary>A card of its architecture did.</summary>
    Sibling,

    /// <summary>The card or its architecture was measured, but at other work.</summary>
    OtherWork,

    /// <summary>Nothing of its architecture was measured.</summary>
    None,
}

/// <summary>
/// The throughput to expect of a card, as natural logarithms of its ratio to the reference card's, with what it is made of.
/// <c>log</c> is the sum of the parts.
/// </summary>
/// <param name="Prior">What the datasheet lets expect: low-precision rate, bandwidth and power, each to its power.</param>
/// <param name="Slopes">What the evidence corrects in those powers, for this class of work.</param>
/// <param name="Architecture">How cards of its architecture miss the prior at this work.</param>
/// <param name="Card">How this card does at all work.</param>
/// <param name="CardClass">How this card does at work of this class.</param>
/// <param name="CardBenchmark">How this card does at this benchmark.</param>
/// <param name="Debut">What a card lacks in its first months, before its software has grown up.</param>
/// <param name="Deviation">Standard deviation of the logarithm: wider with less and with older evidence.</param>
/// <param name="Precedent">The nearest evidence.</param>
/// <param name="Results">How many rows of evidence speak of this very card.</param>
public sealed record Expectation(
    double Prior, double Slopes, double Architecture, double Card, double CardClass, double CardBenchmark, double Debut,
    double Deviation, Precedent Precedent, int Results)
{
    public double Log => Prior + Slopes + Architecture + Card + CardClass + CardBenchmark + Debut;

    /// <summary>The expected ratio to the reference card: as often missed as passed.</summary>
    public double Ratio => Math.Exp(Log);

    /// <summary>The ratio that nine cards in ten reach.</summary>
    public double LowerBound => Math.Exp(Log - (NineInTen * Deviation));

    /// <summary>The 90 % quantile of the normal distribution.</summary>
    internal const double NineInTen = 1.2815515655446004;
}
