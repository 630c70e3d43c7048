using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>On what terms a value was published.</summary>
public enum IndexKind
{
    /// <summary>The day is over; its trades may yet be cancelled.</summary>
    Provisional,

    /// <summary>Some days later: the value to settle by.</summary>
    Final,

    /// <summary>Put right by the operator after the final one.</summary>
    Correction,
}

/// <summary>
/// One published value: what a unit-hour of a board cost on one day, in one tier and region. It never changes; a later vintage replaces it.
/// </summary>
public sealed record IndexValue
{
    public IndexId IndexId { get; init; }

    public Board Board { get; init; }

    /// <summary>What the price is per, an hour of it: <c>SCU</c>, <c>SCU-H</c> or <c>core</c>.</summary>
    public string Unit => BoardUnit.Name(Board);

    public GangTier Tier { get; init; }

    /// <summary>In lower case; null: all regions together.</summary>
    public string? Region => RegionName.Length == 0 ? null : RegionName;

    /// <summary>The UTC day of the trades.</summary>
    public required string Day { get; init; }

    /// <summary>1, 2, …: the greatest of a day is the one that holds.</summary>
    public int Vintage { get; init; }

    public IndexKind Kind { get; init; }

    /// <summary>Per unit-hour; null: no trade of the day stands any more.</summary>
    public UnitPrice? Price => PriceNanos is { } nanos ? new UnitPrice(nanos, Currency) : null;

    public Currency Currency { get; init; } = Currency.Cny;

    /// <summary>Unit-hours traded, before the trim.</summary>
    public UnitHours Volume => new(VolumeMillis);

    public int Trades { get; init; }

    public int Sellers { get; init; }

    public int Buyers { get; init; }

    /// <summary>Fewer than three sellers or buyers: one of them may have set the price.</summary>
    public bool Thin => Sellers < PriceIndex.FewestParties || Buyers < PriceIndex.FewestParties;

    /// <summary>The version of the rules by which it was computed.</summary>
    public required string Method { get; init; }

    public Instant PublishedAt { get; init; }

    internal string RegionName { get; init; } = "";

    internal long? PriceNanos { get; init; }

    internal long VolumeMillis { get; init; }

    internal IndexSeries Series => new(Board, Tier, RegionName, Currency);
}

/// <summary>What one series of values is about.</summary>
/// <param name="Region">In lower case; empty: all regions together.</param>
internal sealed record IndexSeries(Board Board, GangTier Tier, string Region, Currency Currency)
{
    /// <summary>The two series that a trade belongs to: its region's, and that of all regions.</summary>
    public static IEnumerable<IndexSeries> Of(Trade trade) =>
        [new(trade.Board, trade.Tier, trade.Region, trade.Currency), new(trade.Board, trade.Tier, "", trade.Currency)];
}
