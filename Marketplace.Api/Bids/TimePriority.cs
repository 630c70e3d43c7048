using Marketplace.Pricing;

namespace Marketplace;

/// <summary>
/// Whether a changed bid keeps its place among equals. It does if whatever serves the new wording would have served the old one or more of
/// it, for no less money: then nobody who came later is worse off. Every single step in the other direction makes it a newcomer.
/// </summary>
internal static class TimePriority
{
    /// <summary>Whether a change of a bid's row to what was claimed anew keeps its time.</summary>
    public static bool Keeps(Bid before, BidClaim after) =>
        after.Limit.Nanos <= before.Limit.Nanos && after.FromAt >= before.FromAt && after.UntilAt <= before.UntilAt
        && IsPartOf(after.Terms!, before.Terms!);

    private static bool IsPartOf(BidTerms after, BidTerms before) => NoMoreWork(after, before) && NoFewerConstraints(after, before);

    /// <summary>
    /// As many cards and hours or fewer; of an amount as much or less, in shapes that were allowed before. A bid that was whole or nothing
    /// and becomes divisible is easier to serve, and so may be one whose parts change; one that becomes whole is not.
    /// </summary>
    private static bool NoMoreWork(BidTerms after, BidTerms before) =>
        after.Cards <= before.Cards && after.Hours <= before.Hours
        && (after.Amount?.Micros ?? 0) <= (before.Amount?.Micros ?? 0)
        && (after.Amount is null || (after.MinCards == before.MinCards && after.MaxCards <= before.MaxCards))
        && (after.MinPartCards == 0 || after.MinPartCards == before.MinPartCards)
        && (after.MinPartHours == 0 || after.MinPartHours == before.MinPartHours);

    private static bool NoFewerConstraints(BidTerms after, BidTerms before) =>
        Within(after.Models, before.Models) && Within(after.Tiers, before.Tiers)
        && (before.Spread || !after.Spread) && (after.ExactCards || !before.ExactCards)
        && (after.DomesticOnly || !before.DomesticOnly) && (before.Interruptible || !after.Interruptible)
        && Same(after.Region, before.Region) && Same(after.Residency, before.Residency) && Same(after.Vendor, before.Vendor)
        && (before.MinMemoryGiB is not { } memory || after.MinMemoryGiB >= memory)
        && (before.Floor is not { } floor || (after.Floor is { } now && now.Level() >= floor.Level()));

    /// <summary>An empty list asks for nothing and is the widest.</summary>
    private static bool Within<T>(IReadOnlyList<T> after, IReadOnlyList<T> before) =>
        before.Count == 0 || (after.Count > 0 && after.All(before.Contains));

    private static bool Same(string? after, string? before) =>
        before is null || string.Equals(after, before, StringComparison.OrdinalIgnoreCase);
}
