namespace Marketplace;

/// <summary>Who may take an edge of a lease's life.</summary>
public enum LeaseActor
{
    /// <summary>Its buyer.</summary>
    Buyer,

    /// <summary>Its provider.</summary>
    Provider,

    /// <summary>The market's operator, in the provider's place or as the judge of a dispute.</summary>
    Operator,

    /// <summary>The market itself: what sells, and what time, funds and the books demand.</summary>
    Market,
}

/// <summary>What an edge does to the funds, the meter and the calendar, in the transaction that takes it.</summary>
public enum LeaseEffect
{
    /// <summary>What it costs over its next 24 hours, or to its end, is held of the buyer's funds.</summary>
    HoldFunds,

    /// <summary>The hold is let go.</summary>
    ReleaseFunds,

    /// <summary>Usage is accepted from here on.</summary>
    BeginMetering,

    /// <summary>Usage is not accepted from here on.</summary>
    StopMetering,

    /// <summary>Usage is accepted again.</summary>
    ResumeMetering,

    /// <summary>The agreement is over: no usage after this instant is billed.</summary>
    EndMetering,

    /// <summary>What is left of the window is for sale again.</summary>
    FreeCards,

    /// <summary>The interruption counts against the availability that was sold.</summary>
    CountInterruption,

    /// <summary>What is left of the window counts against the availability that was sold.</summary>
    CountRest,

    /// <summary>The buyer is credited for a no-show (<see cref="Pricing.SlaRules.NoShow"/>).</summary>
    CreditNoShow,

    /// <summary>The buyer is credited all that it was charged.</summary>
    CreditAll,
}

/// <summary>
/// One way from one state to another. The whole life of a lease is a table of these, and no lease moves but by one of them.
/// </summary>
/// <param name="From">Null: the lease comes into being.</param>
/// <param name="To">The state after it.</param>
/// <param name="Reason">A code; with the two states it names the edge.</param>
/// <param name="By">Who may take it.</param>
/// <param name="When">When it is possible.</param>
/// <param name="Money">What it means in money.</param>
/// <param name="Effects">What is done with it, in this order.</param>
public sealed record LeaseEdge(
    LeaseState? From, LeaseState To, string Reason, IReadOnlyList<LeaseActor> By, string When, string Money,
    params IReadOnlyList<LeaseEffect> Effects);
