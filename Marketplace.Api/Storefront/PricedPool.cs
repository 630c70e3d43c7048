using Marketplace.Pricing;

namespace Marketplace;

/// <summary>A pool with what it cost in one auction, for a row of a page.</summary>
/// <param name="Card">The card's id, or the name of an unknown one.</param>
/// <param name="Runs">Its prices over time.</param>
/// <param name="Sold">Card-hours that were traded.</param>
/// <param name="Mean">Over the card-hours that were traded, half-up; where none was, over the hours that were asked for.</param>
public sealed record PricedPool(
    string Card, string Tier, string Region, long Band, IReadOnlyList<ClearedPrice> Runs, long Sold, UnitPrice Cheapest, UnitPrice Mean,
    UnitPrice Dearest)
{
    /// <summary>The pools of an auction's prices; those that were traded first, most card-hours first.</summary>
    public static IReadOnlyList<PricedPool> All(IReadOnlyList<ClearedPrice> prices) =>
    [
        .. prices.GroupBy(p => (p.Card, p.Tier, p.Region, p.Band)).Select(g => Of(g.Key, [.. g]))
            .OrderByDescending(p => p.Sold).ThenBy(p => p.Card, StringComparer.Ordinal),
    ];

    private static PricedPool Of((string Card, string Tier, string Region, long Band) pool, IReadOnlyList<ClearedPrice> runs)
    {
        var traded = runs.Where(r => r.State == SlotState.Traded).ToList();
        var sold = traded.Sum(r => Hours(r) * r.Cards);
        var shown = traded.Count > 0 ? traded : runs;
        var (sum, weight) = (Int128.Zero, 0L);
        foreach (var run in shown)
        {
            var by = traded.Count > 0 ? Hours(run) * run.Cards : Hours(run);
            sum += (Int128)run.Price.Nanos * by;
            weight += by;
        }

        return new(
            pool.Card, pool.Tier, pool.Region, pool.Band, runs, sold, shown.MinBy(r => r.Price.Nanos)!.Price,
            shown[0].Price with { Nanos = (long)((sum + (weight / 2)) / weight) }, shown.MaxBy(r => r.Price.Nanos)!.Price);
    }

    private static long Hours(ClearedPrice run) => (long)(run.UntilAt - run.FromAt).TotalHours;
}
