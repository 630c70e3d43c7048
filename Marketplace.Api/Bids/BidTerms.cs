using System.Text.Json;
using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>How a bid is executed.</summary>
public enum BidExecution
{
    /// <summary>It waits for the auction, and pays what the auction's rules say: never more than its limit.</summary>
    Auction,

    /// <summary>It takes the cheapest posted ask within its limit at once, or as soon as there is one.</summary>
    Posted,
}

/// <summary>
/// What a buyer wishes of the auction, besides window, limit and group, which stand in the bid: either cards for some hours
/// (<see cref="Cards"/>, <see cref="Hours"/>) or an amount of work in one of several shapes (<see cref="Amount"/>).
/// </summary>
public sealed record BidTerms
{
    /// <summary>Registry ids, or names of unknown cards, any of which will do; empty: any rated card.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>The gang, or all cards of a divisible bid; 0 if the bid is for an amount.</summary>
    public int Cards { get; init; }

    /// <summary>Hours in a row; 0 if the bid is for an amount.</summary>
    public int Hours { get; init; }

    /// <summary>Effective SCU-hours of work (standard ones without a workload); null if the bid is for cards.</summary>
    public StandardUnits? Amount { get; init; }

    /// <summary>The fewest cards of an amount; shapes of twice, four and eight times as many are tried too.</summary>
    public int MinCards { get; init; } = 1;

    /// <summary>The most cards of an amount.</summary>
    public int MaxCards { get; init; } = CardCount.MaxCards;

    /// <summary>The cards of one gang may come from several offers of a pool.</summary>
    public bool Spread { get; init; }

    /// <summary>Refuses the extra cards of a lot.</summary>
    public bool ExactCards { get; init; }

    /// <summary>Divisible into parts of at least this many cards; 0: whole or nothing.</summary>
    public int MinPartCards { get; init; }

    /// <summary>Divisible in time into parts of at least this many hours; 0: in one piece.</summary>
    public int MinPartHours { get; init; }

    /// <summary>The lowest precision that will do; null: the workload's own.</summary>
    public Precision? Floor { get; init; }

    public string? Region { get; init; }

    /// <summary>The ISO 3166 code of the country that data may not leave; null: any.</summary>
    public string? Residency { get; init; }

    public string? Vendor { get; init; }

    /// <summary>Only cards of Chinese makers.</summary>
    public bool DomesticOnly { get; init; }

    public int? MinMemoryGiB { get; init; }

    /// <summary>Tiers of gang that will do; empty: any.</summary>
    public IReadOnlyList<GangTier> Tiers { get; init; } = [];

    /// <summary>Interruptible capacity will do as well.</summary>
    public bool Interruptible { get; init; }

    /// <summary>How many awards it may become, each about as large: 1 to 8.</summary>
    internal int Parts => Math.Clamp(
        this switch
        {
            { MinPartCards: > 0 } => (Amount is null ? Cards : MaxCards) / MinPartCards,
            { MinPartHours: > 0 } => Hours / MinPartHours,
            _ => 1,
        },
        1, BidUnits.MostParts);

    /// <summary>Cards of its largest part; 0 if the bid is for an amount.</summary>
    internal int PartCards => MinPartCards > 0 ? (Cards + Parts - 1) / Parts : Cards;

    /// <summary>Hours of its longest part; 0 if the bid is for an amount.</summary>
    internal int PartHours => MinPartHours > 0 ? (Hours + Parts - 1) / Parts : Hours;

    /// <summary>The most cards that one part has.</summary>
    internal int LargestGang
    {
        get
        {
            if (Amount is null) return PartCards;
            var (cards, most) = Parts == 1 ? (MinCards, MaxCards) : (MinPartCards, MaxCards / Parts);
            for (var shape = 1; shape < BidUnits.MostShapes && cards * 2L <= most; shape++) cards *= 2;
            return cards;
        }
    }

    /// <summary>The most cards that all parts together have at one time.</summary>
    internal long MostCards => Amount is null ? Cards : (long)LargestGang * Parts;

    /// <summary>Whether it is for the same cards and hours, or work, in the same parts.</summary>
    internal bool IsAsMuchAs(BidTerms other) =>
        (Cards, Hours, Amount, MinCards, MaxCards, MinPartCards, MinPartHours)
        == (other.Cards, other.Hours, other.Amount, other.MinCards, other.MaxCards, other.MinPartCards, other.MinPartHours);

    /// <summary>
    /// What so many of its parts can cost in their first 24 hours, if they are its largest ones. Where the bid does not divide evenly, its
    /// first parts are larger by a card or an hour.
    /// </summary>
    /// <param name="largest">What its largest part can cost in that time.</param>
    internal ExactAmount FirstDay(ExactAmount largest, long left)
    {
        var (whole, most) = Amount is not null ? (Parts, int.MaxValue)
            : MinPartCards > 0 ? (Cards, int.MaxValue)
            : MinPartHours > 0 ? (Hours, 24)
            : (1, int.MaxValue);
        var (small, larger) = Math.DivRem(whole, Parts);
        var (one, rest) = ((Int128)Math.Min(most, small + 1), (Int128)Math.Min(most, small));
        var large = Math.Min(left, larger);
        var weight = (large * one) + ((left - large) * rest);
        var heaviest = larger > 0 ? one : rest;
        return largest with { Nanos = (long)(((largest.Nanos * weight) + heaviest - 1) / Int128.Max(1, heaviest)) };
    }

    /// <summary>As the database keeps it.</summary>
    internal string Json => JsonSerializer.Serialize(this, WireJson.Messages);

    /// <summary>Reads what <see cref="Json"/> wrote.</summary>
    internal static BidTerms Read(string json) => JsonSerializer.Deserialize<BidTerms>(json, WireJson.Messages)!;
}
