using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>Capacity that a buyer holds for a window at an agreed price.</summary>
public sealed record Lease
{
    public LeaseId LeaseId { get; init; }

    public OfferId OfferId { get; init; }

    public BidId? BidId { get; init; }

    public QuoteId? QuoteId { get; init; }

    /// <summary>The auction's award that it is, or is a part of; null: it came about otherwise.</summary>
    public AwardId? AwardId { get; init; }

    public OrganisationId BuyerId { get; init; }

    public string BuyerName { get; init; } = "";

    public OrganisationId ProviderId { get; init; }

    public string ProviderName { get; init; } = "";

    /// <summary>The card's id in the registry, or its provider's name for an unknown card.</summary>
    public required string Card { get; init; }

    public required string Region { get; init; }

    public CardCount Cards { get; init; }

    /// <summary>Per card-hour, as agreed.</summary>
    public UnitPrice Price => new(PriceNanos, Currency);

    /// <summary>SCU of one card as listed when it was agreed; null for an unrated card.</summary>
    public StandardUnits? Units { get; init; }

    /// <summary>The part of its claim at which the card was listed when it was agreed; null for an unrated card.</summary>
    public BasisPoints? Derate { get; init; }

    /// <summary>The tier of the evidence for it; null for an unrated card.</summary>
    public EvidenceTier? Tier => ListingBook.TierOf(TierWord);

    /// <summary>The version of the unit's formula that was in force.</summary>
    public string? UnitVersion { get; init; }

    /// <summary>The version of the card's figures that was in force; null for a card that the registry does not know.</summary>
    public long? CardVersion { get; init; }

    public Instant FromAt { get; init; }

    public Instant UntilAt { get; init; }

    public Instant? StartedAt { get; init; }

    public Instant? EndedAt { get; init; }

    /// <summary>The buyer's own name for it, such as a job or a purchase order; it stays with the lease.</summary>
    public string? Reference { get; init; }

    public LeaseState State { get; init; }

    /// <summary>The reason code of the edge that brought it to its state, such as <c>handed_over</c>, <c>run_out</c>.</summary>
    public string Reason { get; init; } = "";

    /// <summary>When an interruption that was announced begins; null: none was.</summary>
    public Instant? InterruptAt { get; init; }

    /// <summary>The reason code of that interruption.</summary>
    public string? InterruptReason { get; init; }

    /// <summary>What its last probe measured, as a part of what was sold; at most the whole; null: nobody measured.</summary>
    public BasisPoints? Measured { get; init; }

    /// <summary>Metered and rated so far.</summary>
    public CardSeconds Metered { get; init; }

    /// <summary>Spent so far, exact, before tax, less what was credited.</summary>
    public ExactAmount Spent => new(SpentNanos, Currency);

    /// <summary>Credited so far by rule or by a dispute, exact, before tax.</summary>
    public ExactAmount Credited => new(CreditedNanos, Currency);

    public Instant CreatedAt { get; init; }

    public long Version { get; init; }

    internal string? TierWord { get; init; }

    internal long PriceNanos { get; init; }

    internal Currency Currency { get; init; } = Currency.Cny;

    internal long SpentNanos { get; init; }

    internal long CreditedNanos { get; init; }

    internal bool IsRunning => State is LeaseState.Active or LeaseState.Interrupted;
}
