using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace.Billing;

/// <summary>A charge beside the event that it rates, for people who ask where an amount comes from.</summary>
public sealed record ChargedUsage
{
    public ChargeId ChargeId { get; init; }

    /// <summary>Null for a credit, and for a residue: the nano that a late event moves between two periods.</summary>
    public UsageId? UsageId { get; init; }

    public ChargeCause Cause { get; init; }

    public Instant FromAt { get; init; }

    public Instant UntilAt { get; init; }

    public CardSeconds Quantity { get; init; }

    public ExactAmount Amount => new(Nanos, Currency);

    public Instant RatedAt { get; init; }

    /// <summary>The provider's name of the event, with <see cref="EventId"/>.</summary>
    public string? Source { get; init; }

    public string? EventId { get; init; }

    public CardCount? Cards { get; init; }

    public Instant? ReceivedAt { get; init; }

    internal long Nanos { get; init; }

    internal Currency Currency { get; init; } = Currency.Cny;
}

/// <summary>What use came to in one billing period, by the charges: before rounding and tax.</summary>
public sealed record Spending
{
    public Instant PeriodFrom { get; init; }

    public Instant PeriodUntil { get; init; }

    public long Leases { get; init; }

    public CardSeconds Quantity { get; init; }

    public ExactAmount Charged => new(Nanos, Currency);

    internal long Nanos { get; init; }

    internal Currency Currency { get; init; } = Currency.Cny;
}
