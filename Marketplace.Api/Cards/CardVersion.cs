using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>A card's figures as they once were or are.</summary>
/// <param name="Card">The card at that version, with its units.</param>
/// <param name="Reason">Why this version was made; empty for what shipped.</param>
/// <param name="CreatedAt">When it was made; null: it ships with the product.</param>
public sealed record CardVersion(Card Card, string Reason, Instant? CreatedAt)
{
    public int Version => Card.Version;
}

/// <summary>One figure of a card and where it comes from: the version that last changed it.</summary>
/// <param name="Name">For example <c>fp64_tensor</c>.</param>
/// <param name="Unit">GiB, GB/s, TFLOPS, TOPS or W.</param>
/// <param name="Value">Null: unknown; zero: not supported.</param>
/// <param name="IsAssumed">No cited source carries it: it was remembered, derived or scaled.</param>
/// <param name="Evidence">Of the version that it comes from.</param>
/// <param name="Source">Of the version that it comes from.</param>
/// <param name="SinceVersion">The version that it comes from.</param>
public sealed record ExplainedFigure(
    string Name, string Unit, double? Value, bool IsAssumed, Evidence Evidence, string Source, int SinceVersion)
{
    /// <summary>Every figure of a card.</summary>
    /// <param name="versions">All of them, newest first.</param>
    internal static IReadOnlyList<ExplainedFigure> Of(IReadOnlyList<CardVersion> versions) => [.. CardFigure.All.Select(figure =>
    {
        var value = figure.Of(versions[0].Card);
        var origin = versions.TakeWhile(v => figure.Of(v.Card) == value).Last().Card;
        return new ExplainedFigure(
            figure.Name, figure.Unit, value, versions[0].Card.IsAssumed(figure.Name), origin.Evidence, origin.Source, origin.Version);
    })];
}
