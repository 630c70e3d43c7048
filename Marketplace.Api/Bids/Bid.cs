using System.Text.Json.Serialization;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

public enum BidState
{
    /// <summary>Waits for an auction, or for an offer within its limit.</summary>
    Open,

    /// <summary>Became a lease; of a divisible one all parts did.</summary>
    Matched,

    Cancelled,

    /// <summary>Its window was over, or what was left of it too short, before anything matched.</summary>
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

/// <summary>
/// A buyer's wish: so many cards, or so much work, within a window, at no more than a limit. A posted bid pays the ask of the offer that it
/// takes, a bid for the auction what the auction's rules say (<see cref="Terms"/>).
/// </summary>
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
    public BidTerms? Terms => TermsJson is null ? null : BidTerms.Read(TermsJson);

    /// <summary>The workload whose effective SCU-hours the limit is per; null: standard ones.</summary>
    public string? Workload { get; init; }

    /// <summary>The buyer's name for bids of which at most one is served.</summary>
    [JsonPropertyName("group")]
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

    /// <summary>The last instant at which any of it can begin.</summary>
    public Instant StartsBy { get; init; }

    /// <summary>What is set aside for it now; null: nothing, or it stands in the hold of its group's dearest bid.</summary>
    public Money? Held => HeldMinor is { } held ? new Money(held, Currency) : null;

    internal string ExecutionWord { get; init; } = "posted";

    internal long? HeldMinor { get; init; }

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
