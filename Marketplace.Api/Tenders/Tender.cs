using System.Text.Json;
using System.Text.Json.Serialization;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

public enum TenderState
{
    /// <summary>Providers answer; nobody sees an answer but who gave it.</summary>
    Opened,

    /// <summary>The buyer compares the answers.</summary>
    Closed,

    /// <summary>One answer became a lease.</summary>
    Awarded,

    /// <summary>A day went by, or the window began, and nothing was awarded.</summary>
    Lapsed,

    /// <summary>The buyer took it back while it was open, or declined all answers.</summary>
    Cancelled,
}

/// <summary>
/// A buyer's request for sealed offers: so many cards, or so much work, over one window. Providers answer with a price until it closes;
/// then the buyer compares them by what a unit of its work costs, and awards one.
/// </summary>
public sealed record Tender
{
    public TenderId TenderId { get; init; }

    /// <summary>Whose it is; null for providers: who they deal with they learn with the award.</summary>
    public OrganisationId? BuyerId { get; init; }

    public string? BuyerName { get; init; }

    /// <summary>The workload by whose effective SCU-hours answers are compared; null: standard ones.</summary>
    public string? Workload { get; init; }

    /// <summary>What is needed.</summary>
    public BidTerms Terms => JsonSerializer.Deserialize<BidTerms>(TermsJson, WireJson.Messages)!;

    /// <summary>Of prices.</summary>
    public Currency Currency { get; init; } = Currency.Cny;

    public Instant FromAt { get; init; }

    public Instant UntilAt { get; init; }

    /// <summary>Until then providers answer; from then on the buyer reads.</summary>
    public Instant ClosesAt { get; init; }

    /// <summary>Until then the buyer can award: a day after closing, or the window's beginning if that is earlier.</summary>
    public Instant LapsesAt { get; init; }

    /// <summary>Every provider may answer, and not only those that were invited.</summary>
    public bool OpenToAll => OpenToAllFlag != 0;

    /// <summary>The buyer's own name for it; it stays with the lease.</summary>
    public string? Reference { get; init; }

    /// <summary>What else the buyer says to the providers.</summary>
    public string? Note { get; init; }

    public TenderState State { get; init; }

    /// <summary>What it became; the winner sees it too.</summary>
    public LeaseId? LeaseId { get; init; }

    public Instant OpenedAt { get; init; }

    public long Version { get; init; }

    /// <summary>The providers that were told of it; null for providers, who do not learn of their rivals.</summary>
    public IReadOnlyList<OrganisationId>? Invited { get; init; }

    [JsonIgnore]
    public Duration Length => UntilAt - FromAt;

    internal string TermsJson { get; init; } = "{}";

    internal long OpenToAllFlag { get; init; }
}
