using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace.Billing;

/// <summary>
/// A metered fact: these cards of this lease were in use over the half-open interval <c>[FromAt, UntilAt)</c>.
/// Named by its provider with a source and an id, and by us with <see cref="UsageId"/>.
/// </summary>
public sealed record UsageEvent
{
    /// <summary>The only meter of this version: cards times seconds.</summary>
    public const string CardSecondsMeter = "card_seconds";

    public UsageId UsageId { get; init; }

    public OrganisationId ProviderId { get; init; }

    public required string Source { get; init; }

    /// <summary>The provider's id of the event; with the source it is remembered for ever.</summary>
    public required string EventId { get; init; }

    public required LeaseId LeaseId { get; init; }

    public string Meter { get; init; } = CardSecondsMeter;

    public required Instant FromAt { get; init; }

    public required Instant UntilAt { get; init; }

    public required CardCount Cards { get; init; }

    /// <summary>The request that brought it.</summary>
    public string BatchId { get; init; } = "";

    public Instant ReceivedAt { get; init; }

    public CardSeconds Quantity => Cards.For(UntilAt - FromAt);

    /// <summary>Why it is not billed; null when it is.</summary>
    public string? Reason { get; init; }

    internal bool SaysTheSameAs(UsageEvent other) =>
        (LeaseId, Meter, FromAt, UntilAt, Cards) == (other.LeaseId, other.Meter, other.FromAt, other.UntilAt, other.Cards);
}

/// <summary>What became of one event that was sent.</summary>
public enum UsageStatus
{
    /// <summary>Stored; it will be billed.</summary>
    Accepted,

    /// <summary>The same event was stored before: a success, nothing happens twice.</summary>
    Duplicate,

    /// <summary>An event of this name says something else: kept aside, not billed.</summary>
    Conflict,

    /// <summary>It cannot be billed as it stands (outside the lease, too many cards): kept aside.</summary>
    Quarantined,

    /// <summary>It is not a usage event; nothing was kept.</summary>
    Rejected,
}

/// <summary>The answer to one event of a batch, in the order of the batch.</summary>
public sealed record UsageOutcome(string? Source, string? Id, UsageStatus Status, string? Reason);
