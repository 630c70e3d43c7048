namespace Marketplace.Pricing;

/// <summary>What a bid that got nothing is told. Other buyers' ids are never in it.</summary>
/// <param name="Class">Why, in one word: the class of its first part that lost.</param>
/// <param name="Excluded">Of the market's offers, how many each constraint kept out, in the order of <see cref="Constraints"/>.</param>
/// <param name="Carriers">Offers that could have carried it within its limit, had nobody else been there.</param>
/// <param name="Needed">The cheapest it could have been served at these prices, whether or not there is room; null if nobody could.</param>
/// <param name="NeededNow">The cheapest it could be served with what is left free; null if there is no room.</param>
/// <param name="Nearest">The first single change, in a fixed order, with which it would match what is left free; null if none does.</param>
/// <param name="InTheWay">Packages that hold cards of those carriers within its window.</param>
/// <param name="CheapestInTheWay">The least any of those is worth per card-hour.</param>
/// <param name="PoolsCut">Pools that would do but were left out, since a unit has at most 8.</param>
public sealed record LossExplanation(
    LossClass Class,
    IReadOnlyList<Exclusion> Excluded,
    int Carriers,
    NeededPrice? Needed,
    NeededPrice? NeededNow,
    NearestMiss? Nearest,
    int InTheWay,
    UnitPrice? CheapestInTheWay,
    IReadOnlyList<AuctionPool> PoolsCut);

/// <summary>How many offers a constraint keeps from a bid.</summary>
/// <param name="Constraint">One constraint.</param>
/// <param name="First">Offers that fail it and none before it in the order: each offer is counted once.</param>
/// <param name="Only">Offers that fail it and nothing else: what dropping it would open.</param>
public sealed record Exclusion(Constraints Constraint, int First, int Only);

/// <summary>A place at the published prices.</summary>
/// <param name="Pool">Where.</param>
/// <param name="Start">From which slot.</param>
/// <param name="Cards">How many, lots rounded up.</param>
/// <param name="PerCardHour">Of the cards asked for, rounded up to the nano.</param>
/// <param name="PerUnitHour">Per effective SCU-hour, rounded up to the nano: the limit that would pay for it.</param>
public sealed record NeededPrice(AuctionPool Pool, int Start, int Cards, UnitPrice PerCardHour, UnitPrice PerUnitHour);

/// <summary>One change to a bid, as an advice.</summary>
public enum Change
{
    /// <summary>End later, by that many slots.</summary>
    LaterEnd,

    /// <summary>Begin earlier, by that many slots.</summary>
    EarlierStart,

    /// <summary>Half the cards, rounded up: so many.</summary>
    HalfTheCards,

    /// <summary>Let the cards come from several offers.</summary>
    Spread,

    /// <summary>Take another tier.</summary>
    OtherTier,

    /// <summary>Take interruptible capacity.</summary>
    Interruptible,

    /// <summary>Raise the limit, to that many nanos per effective SCU-hour.</summary>
    HigherLimit,
}

/// <summary>A change with which a bid would match, and where.</summary>
/// <param name="Change">What to change.</param>
/// <param name="By">How much, in the unit that the change names; 0 where it is a yes or no.</param>
/// <param name="Match">Where it would match and what it would pay.</param>
public sealed record NearestMiss(Change Change, long By, NeededPrice Match);
