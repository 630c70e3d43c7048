using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

public enum LeaseState
{
    /// <summary>Sold; the provider has not handed the cards over.</summary>
    Awarded,

    /// <summary>The buyer has the cards; usage is metered.</summary>
    Active,

    /// <summary>Over, at its end or before.</summary>
    Ended,

    /// <summary>Given up before it began; nothing is owed.</summary>
    Cancelled,

    /// <summary>Never handed over; nothing is owed.</summary>
    Expired,
}

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

    /// <summary>Who ended it and why, in a word such as <c>buyer</c>, <c>provider</c>, <c>run_out</c>; empty while it runs.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Metered and rated so far.</summary>
    public CardSeconds Metered { get; init; }

    /// <summary>Spent so far, exact, before tax.</summary>
    public ExactAmount Spent => new(SpentNanos, Currency);

    public Instant CreatedAt { get; init; }

    public long Version { get; init; }

    internal string? TierWord { get; init; }

    internal long PriceNanos { get; init; }

    internal Currency Currency { get; init; } = Currency.Cny;

    internal long SpentNanos { get; init; }
}
