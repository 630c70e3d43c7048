using System.Text.Json;
using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

public enum BidState
{
    /// <summary>Waits for an offer within its limit.</summary>
    Open,

    /// <summary>Became a lease.</summary>
    Matched,

    Cancelled,

    /// <summary>Its window began before anything matched.</summary>
    Expired,
}

/// <summary>What a limit is per.</summary>
public enum LimitBasis
{
    /// <summary>Per SCU-hour: for any rated card.</summary>
    ScuHour,

    /// <summary>Per card-hour of the named card; the only one for an unrated card.</summary>
    CardHour,
}

/// <summary>A buyer's wish: so many cards over a window, at no more than a limit. It pays the ask of the offer that it takes.</summary>
public sealed record Bid
{
    public BidId BidId { get; init; }

    public OrganisationId BuyerId { get; init; }

    /// <summary>The card's id in the registry; null for any card, or for one that the registry does not know.</summary>
    public string? Card { get; init; }

    /// <summary>The card as the buyer spelt it; null for any.</summary>
    public string? CardName { get; init; }

    public string? Region { get; init; }

    public required CardCount Cards { get; init; }

    public Instant FromAt { get; init; }

    public Instant UntilAt { get; init; }

    public UnitPrice Limit => new(LimitNanos, Currency);

    public LimitBasis LimitBasis { get; init; }

    /// <summary>The buyer's own name for it, such as a job or a purchase order; it stays with the lease.</summary>
    public string? Reference { get; init; }

    public BidState State { get; init; }

    public Instant PlacedAt { get; init; }

    /// <summary>The lease that it became.</summary>
    public LeaseId? LeaseId { get; init; }

    public long Version { get; init; }

    /// <summary>Whether it takes posted asks or waits for the auction.</summary>
    public BidExecution Execution => ExecutionWord == "auction" ? BidExecution.Auction : BidExecution.Posted;

    /// <summary>What it wishes of the auction; null for a bid that takes posted asks.</summary>
    public BidTerms? Terms => TermsJson is null ? null : JsonSerializer.Deserialize<BidTerms>(TermsJson, WireJson.Messages);

    /// <summary>The workload whose effective SCU-hours the limit is per; null: standard ones.</summary>
    public string? Workload { get; init; }

    /// <summary>The buyer's name for bids of which at most one is served.</summary>
    public string? XorGroup { get; init; }

    /// <summary>Since when it has its place among equals.</summary>
    public Instant PriorityAt { get; init; }

    /// <summary>Of a divisible bid: how many parts it has.</summary>
    public long Parts { get; init; } = 1;

    /// <summary>The parts that have been awarded.</summary>
    public long Filled { get; init; }

    /// <summary>The version of the unit's formula that was in force when it was placed.</summary>
    public string? UnitVersion { get; init; }

    /// <summary>The auction that has it in its snapshot and has not awarded yet; meanwhile it cannot change.</summary>
    public AuctionId? GatedBy { get; init; }

    internal string ExecutionWord { get; init; } = "posted";

    internal string? TermsJson { get; init; }

    internal long LimitNanos { get; init; }

    internal Currency Currency { get; init; } = Currency.Cny;

    /// <summary>
    /// The most that a card-hour of that card may cost under this bid, or null when the limit does not speak of such a card.
    /// </summary>
    internal UnitPrice? LimitPerCardHour(StandardUnits? units) => LimitBasis == LimitBasis.CardHour
        ? Limit
        : units is { } u ? Limit.TimesStandardUnits(u) : null;
}

/// <summary>What a buyer says to place a bid. Exactly one of the two limits.</summary>
public sealed record BidDraft
{
    /// <summary>A card's registry id or alias, the name of an unknown card, or <c>any</c>.</summary>
    public required string Card { get; init; }

    public string? Region { get; init; }

    public required CardCount Cards { get; init; }

    public required Instant FromAt { get; init; }

    public required Instant UntilAt { get; init; }

    /// <summary>For a rated card or any card.</summary>
    public UnitPrice? LimitPerScuHour { get; init; }

    /// <summary>For a named card; needed for an unrated one.</summary>
    public UnitPrice? LimitPerCardHour { get; init; }

    /// <summary>The buyer's own name for it, such as a job or a purchase order; it stays with the lease.</summary>
    public string? Reference { get; init; }

    internal bool IsAny => string.Equals(Card, "any", StringComparison.OrdinalIgnoreCase);

    /// <summary>The draft with its texts trimmed.</summary>
    /// <exception cref="Refusal">Names the first text that cannot be.</exception>
    internal BidDraft Tidy() => this with
    {
        Card = TextField.Of(Card, "card"),
        Region = TextField.OfOptional(Region, "region"),
        Reference = TextField.OfOptional(Reference, "reference"),
    };

    /// <exception cref="Refusal">Names the first field that cannot be.</exception>
    internal (LimitBasis Basis, UnitPrice Limit, Card? Card) Check(Instant now, CardRegistry cards)
    {
        if (FromAt < now) throw Refusal.Invalid("fromAt", $"is now ({InstantText.Format(now)}) or later");
        if (UntilAt <= FromAt) throw Refusal.Invalid("untilAt", "is after fromAt");
        if (UntilAt - FromAt > Duration.FromDays(366)) throw Refusal.Invalid("untilAt", "is at most 366 days after fromAt");
        if (LimitPerScuHour is null == LimitPerCardHour is null)
            throw Refusal.Invalid("limitPerScuHour", "give exactly one of limitPerScuHour and limitPerCardHour");
        var card = IsAny ? null : cards.Resolve(Card).Card;
        if (LimitPerCardHour is not null && IsAny)
            throw Refusal.Invalid("limitPerCardHour", "needs a named card; a bid for any card is limited per SCU-hour");
        if (LimitPerScuHour is not null && !IsAny && card?.Scu is null)
            throw Refusal.Invalid("limitPerScuHour", $"'{Card}' has no SCU; limit it per card-hour");
        var limit = LimitPerScuHour ?? LimitPerCardHour!.Value;
        var field = LimitPerScuHour is null ? "limitPerCardHour" : "limitPerScuHour";
        if (limit.Nanos <= 0) throw Refusal.Invalid($"{field}.amount", "is above zero");
        if (limit.Nanos > OfferDraft.HighestAsk * 1_000_000_000)
            throw Refusal.Invalid($"{field}.amount", $"is at most {OfferDraft.HighestAsk}");
        return (LimitPerScuHour is null ? LimitBasis.CardHour : LimitBasis.ScuHour, limit, card);
    }
}
