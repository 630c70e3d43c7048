using NodaTime;

namespace Marketplace.Pricing;

/// <summary>
/// A buyer's wish for the auction: either whole cards for some hours (<see cref="Cards"/>, <see cref="Slots"/>) or an amount of work in
/// effective SCU-hours in one of several shapes (<see cref="Amount"/>, <see cref="MinCards"/>, <see cref="MaxCards"/>).
/// <see cref="BidUnits"/> turns it into units.
/// </summary>
public sealed record AuctionBid
{
    public required string Id { get; init; }

    public required string Buyer { get; init; }

    /// <summary>Bids of one group exclude each other: at most one of them is served. Null: the bid stands alone.</summary>
    public string? Group { get; init; }

    /// <summary>The most for one effective SCU-hour.</summary>
    public required UnitPrice Limit { get; init; }

    public required Instant PlacedAt { get; init; }

    /// <summary>The first slot in which it may begin.</summary>
    public required int Earliest { get; init; }

    /// <summary>The slot before which it must have ended.</summary>
    public required int Latest { get; init; }

    /// <summary>The gang, or all cards of a divisible bid; 0 if the bid is for an amount.</summary>
    public int Cards { get; init; }

    /// <summary>Hours in a row; 0 if the bid is for an amount.</summary>
    public int Slots { get; init; }

    /// <summary>Effective SCU-hours of work; null if the bid is for cards.</summary>
    public StandardUnits? Amount { get; init; }

    /// <summary>The smallest shape of an amount; the next ones have twice, four and eight times the cards.</summary>
    public int MinCards { get; init; } = 1;

    /// <summary>The largest shape of an amount.</summary>
    public int MaxCards { get; init; } = CardCount.MaxCards;

    /// <summary>The cards of one gang may come from several offers of a pool.</summary>
    public bool Spread { get; init; }

    /// <summary>Refuses the extra cards of a lot.</summary>
    public bool ExactCards { get; init; }

    /// <summary>Divisible into parts of at least this many cards; 0: whole or nothing.</summary>
    public int MinPartCards { get; init; }

    /// <summary>Divisible in time into parts of at least this many hours; 0: in one piece.</summary>
    public int MinPartSlots { get; init; }

    /// <summary>
    /// What the pools' cards are worth in a gang of half as many, rounded up, for the advice to halve them: fewer may be worth more or less
    /// each, or hold too little. Null: as much as in the whole gang; empty: the bid cannot be halved.
    /// </summary>
    public IReadOnlyList<BidPool>? PoolsOfHalf { get; init; }

    /// <summary>The pools of the market, each with what a card is worth to this bid, or why it will not do.</summary>
    public required IReadOnlyList<BidPool> Pools { get; init; }
}

/// <summary>What a pool's card is worth to a bid.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="PerCard">Effective SCU of one card in the bid's gang, times the lower bound of the pool's derate band. Zero: a card cannot
/// do the work.</param>
public sealed record BidPool(AuctionPool Pool, StandardUnits PerCard)
{
    /// <summary>For an amount: the same for each shape (fewest cards first), where links between cards make larger gangs worth less per
    /// card. Empty: <see cref="PerCard"/> for all.</summary>
    public IReadOnlyList<StandardUnits> PerCardByShape { get; init; } = [];

    /// <summary>The bid's constraints that the pool fails; none: the pool will do.</summary>
    public Constraints Fails { get; init; }
}

/// <summary>What can keep an offer from a bid, in the order in which it is told.</summary>
[Flags]
public enum Constraints
{
    None = 0,

    /// <summary>The card is none that the bid names.</summary>
    Model = 1 << 0,

    Region = 1 << 1,

    /// <summary>Data may not stay there.</summary>
    Residency = 1 << 2,

    Vendor = 1 << 3,
    DomesticOnly = 1 << 4,
    Memory = 1 << 5,
    PrecisionFloor = 1 << 6,
    Tier = 1 << 7,
    Interruptible = 1 << 8,

    /// <summary>The offer is the buyer's own.</summary>
    Owner = 1 << 9,

    /// <summary>The bid wants exactly its cards and the offer sells lots.</summary>
    Lot = 1 << 10,

    /// <summary>Shorter or longer than the offer sells.</summary>
    Duration = 1 << 11,

    /// <summary>Free in no stretch of the window that is long enough and leaves the time to rest behind it.</summary>
    Calendar = 1 << 12,

    /// <summary>Free long enough, but with too few cards.</summary>
    CardCount = 1 << 13,

    /// <summary>It could carry the bid, but asks more than it is worth.</summary>
    Price = 1 << 14,
}
