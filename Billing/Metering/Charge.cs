using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace.Billing;

/// <summary>What a charge is for.</summary>
public enum ChargeCause
{
    /// <summary>For usage.</summary>
    Usage,

    /// <summary>Below zero: what the lease's credits in the period come to, or by how much that changed.</summary>
    Credit,
}

/// <summary>
/// A rated piece of usage, exact to the nano: the part of one event that falls into one billing period. A charge without an event is a
/// residue: the nano that a late event moves between two periods of its lease.
/// </summary>
public sealed record Charge
{
    public ChargeId ChargeId { get; init; }

    public LeaseId LeaseId { get; init; }

    public UsageId? UsageId { get; init; }

    public ChargeCause Cause { get; init; }

    /// <summary>The buyer's billing period to which the usage belongs by its time, whichever invoice it goes on.</summary>
    public BillingPeriod Period => new(PeriodFrom, PeriodUntil);

    public Instant FromAt { get; init; }

    public Instant UntilAt { get; init; }

    public CardSeconds Quantity { get; init; }

    public ExactAmount Amount => new(Nanos, Currency);

    public Instant RatedAt { get; init; }

    internal Instant PeriodFrom { get; init; }

    internal Instant PeriodUntil { get; init; }

    internal long Nanos { get; init; }

    internal Currency Currency { get; init; } = Currency.Cny;
}
