using System.Text.Json;
using System.Text.Json.Serialization;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

public enum AuctionState
{
    /// <summary>Its snapshot is written, its result is not.</summary>
    Gated,

    /// <summary>Awarded; nothing of it changes any more.</summary>
    Cleared,
}

/// <summary>A call auction in the journal.</summary>
public sealed record Auction
{
    public AuctionId AuctionId { get; init; }

    /// <summary>Auctions of a market are numbered from 1, without gaps.</summary>
    public long Number { get; init; }

    public required Currency Currency { get; init; }

    /// <summary>When it was due; null: it was held on demand.</summary>
    public Instant? DueAt { get; init; }

    /// <summary>The beginning of what it sold: an hour, and <see cref="Slots"/> hours from there.</summary>
    public Instant Gate { get; init; }

    public long Slots { get; init; }

    public AuctionState State { get; init; }

    /// <summary>How many offers were in it.</summary>
    public long Offers { get; init; }

    /// <summary>How many bids were in it.</summary>
    public long Bids { get; init; }

    /// <summary>SHA-256 of the snapshot's canonical bytes.</summary>
    public required string SnapshotHash { get; init; }

    /// <summary>The version of the algorithm that cleared it; null while it is gated, and so are those below.</summary>
    public string? Algorithm { get; init; }

    /// <summary>SHA-256 of the result's canonical bytes: clearing the snapshot again must give it.</summary>
    public string? ResultHash { get; init; }

    /// <summary>Values less asks of all awards, in the currency.</summary>
    public string? Gain { get; init; }

    /// <summary>No awards gain more than this.</summary>
    public string? Bound { get; init; }

    /// <summary>How many packages were awarded.</summary>
    public long? Awards { get; init; }

    /// <summary>How many components each search cleared; a word such as <c>exact</c> or <c>greedy</c> for each.</summary>
    public IReadOnlyDictionary<string, int>? Lanes =>
        LanesJson is null ? null : JsonSerializer.Deserialize<Dictionary<string, int>>(LanesJson, WireJson.Messages);

    /// <summary>How long the search took, milliseconds.</summary>
    public long? ClearMillis { get; init; }

    public Instant GatedAt { get; init; }

    public Instant? ClearedAt { get; init; }

    [JsonIgnore]
    public Instant End => Gate + Duration.FromHours(Slots);

    internal string? LanesJson { get; init; }
}

/// <summary>A pool's price over a run of slots.</summary>
public sealed record ClearedPrice
{
    /// <summary>The card's id, or the name of one that the registry does not know.</summary>
    public required string Card { get; init; }

    /// <summary>Such as <c>node</c> or <c>node interruptible</c>.</summary>
    public required string Tier { get; init; }

    /// <summary>In lower case, with the country in which data stays behind a slash.</summary>
    public required string Region { get; init; }

    /// <summary>The lower bound of the pool's derates, percent.</summary>
    public long Band { get; init; }

    public Instant FromAt { get; init; }

    public Instant UntilAt { get; init; }

    /// <summary>Traded, or indicative: the lowest ask that still had a card.</summary>
    public SlotState State { get; init; }

    /// <summary>Per card-hour.</summary>
    public UnitPrice Price => new(PriceNanos, Currency);

    /// <summary>Cards sold in each slot of the run.</summary>
    public long Cards { get; init; }

    internal long PriceNanos { get; init; }

    internal Currency Currency { get; init; } = Currency.Cny;
}
