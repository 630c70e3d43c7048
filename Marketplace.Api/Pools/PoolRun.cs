using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>What an auction said of a pool over a run of slots with one price.</summary>
public sealed record PoolRun
{
    public AuctionId AuctionId { get; init; }

    public Instant ClearedAt { get; init; }

    public Instant FromAt { get; init; }

    public Instant UntilAt { get; init; }

    /// <summary>Traded, or indicative: the lowest ask that still had a card.</summary>
    public SlotState State { get; init; }

    /// <summary>Per card-hour.</summary>
    public UnitPrice Price => new(PriceNanos, Currency);

    /// <summary>Cards that were sold in each slot of the run.</summary>
    public long Cards { get; init; }

    internal long PriceNanos { get; init; }

    internal Currency Currency { get; init; } = Currency.Cny;

    /// <summary>Card-hours that were sold: what the price weighs in a mean.</summary>
    internal long Hours => Cards * (long)(UntilAt - FromAt).TotalHours;

    /// <summary>The mean by card-hours, half-up to the nano; null: nothing was sold.</summary>
    internal static UnitPrice? Mean(IReadOnlyCollection<PoolRun> sold)
    {
        var hours = sold.Sum(p => p.Hours);
        if (hours == 0) return null;
        var sum = sold.Aggregate(Int128.Zero, (s, p) => s + ((Int128)p.PriceNanos * p.Hours));
        return new((long)((sum + (hours / 2)) / hours), sold.First().Currency);
    }
}

/// <summary>What was sold of a pool in the auctions of one UTC day.</summary>
/// <param name="Day">The day on which it was sold, such as 2026-01-31, whenever it is delivered; as the price index counts.</param>
/// <param name="Low">The lowest price of a slot, per card-hour.</param>
/// <param name="High">The highest.</param>
/// <param name="Mean">By card-hours, half-up to the nano.</param>
/// <param name="CardHours">How much was sold.</param>
/// <param name="Auctions">In how many auctions.</param>
public sealed record PoolDay(string Day, UnitPrice Low, UnitPrice High, UnitPrice Mean, long CardHours, int Auctions)
{
    /// <summary>The days on which something was sold, the latest first.</summary>
    internal static IReadOnlyList<PoolDay> Of(IEnumerable<PoolRun> prices) =>
    [
        .. prices.Where(p => p is { State: SlotState.Traded, Hours: > 0 }).GroupBy(p => TradeBook.Day(p.ClearedAt))
            .Select(day => (Day: day.Key, Sold: day.ToList()))
            .Select(day => new PoolDay(
                day.Day, day.Sold.MinBy(p => p.PriceNanos)!.Price, day.Sold.MaxBy(p => p.PriceNanos)!.Price,
                PoolRun.Mean(day.Sold)!.Value, day.Sold.Sum(p => p.Hours), day.Sold.DistinctBy(p => p.AuctionId).Count()))
            .OrderByDescending(day => day.Day, StringComparer.Ordinal),
    ];
}
