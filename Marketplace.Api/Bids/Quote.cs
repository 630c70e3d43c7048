using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// A price for renting now at the ask, held for a minute. It keeps the price, not the cards: whoever accepts first has them.
/// </summary>
public sealed record Quote
{
    public QuoteId QuoteId { get; init; }

    public OfferId OfferId { get; init; }

    public required CardCount Cards { get; init; }

    /// <summary>The end of the lease; it begins when the quote is accepted.</summary>
    public Instant UntilAt { get; init; }

    /// <summary>Per card-hour.</summary>
    public UnitPrice Price => new(PriceNanos, Currency);

    /// <summary>The workload for which the offer was found; null: none was named.</summary>
    public string? Workload { get; init; }

    /// <summary>Effective SCU of one card for the workload, or SCU, by the datasheet; null: unrated.</summary>
    public StandardUnits? Claimed { get; init; }

    /// <summary>The part of these that is listed; null: unrated.</summary>
    public BasisPoints? Derate { get; init; }

    /// <summary>The tier of the evidence for it; null: unrated.</summary>
    public EvidenceTier? Tier => ListingBook.TierOf(TierWord);

    /// <summary>Claimed units times derate; null: unrated.</summary>
    public StandardUnits? Units => Claimed is { } claimed && Derate is { } derate ? Pricing.Derate.Of(claimed, derate) : null;

    /// <summary>Per listed unit-hour, half-up to the nano; null: unrated.</summary>
    public UnitPrice? PerUnit => Units is { Micros: > 0 } units ? Price.PerStandardUnit(units) : null;

    /// <summary>The buyer's own name for it, such as a job or a purchase order; it stays with the lease.</summary>
    public string? Reference { get; init; }

    public Instant QuotedAt { get; init; }

    public Instant ExpiresAt { get; init; }

    /// <summary>What the lease costs at most, before tax: every card used from the quote to the end.</summary>
    public Money AtMost => Rating.Round(Rating.Charge(Price, Cards.For(UntilAt - QuotedAt)));

    internal OrganisationId BuyerId { get; init; }

    internal string? TierWord { get; init; }

    internal long PriceNanos { get; init; }

    internal Currency Currency { get; init; } = Currency.Cny;
}

/// <summary>What a buyer says to rent now: an offer, or a card, or neither for any card; how many and until when.</summary>
public sealed record QuoteRequest
{
    public OfferId? OfferId { get; init; }

    /// <summary>A workload's id: the cheapest per effective SCU-hour is quoted. Left out: the cheapest per card-hour.</summary>
    public string? Workload { get; init; }

    /// <summary>A card's registry id or alias, or the name under which an unknown card is offered. Left out: any card.</summary>
    public string? Card { get; init; }

    public string? Region { get; init; }

    public required CardCount Cards { get; init; }

    public required Instant UntilAt { get; init; }

    /// <summary>The buyer's own name for it, such as a job or a purchase order; it stays with the lease.</summary>
    public string? Reference { get; init; }
}
