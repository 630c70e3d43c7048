using System.Text.Json.Serialization;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

public enum OfferState
{
    Open,
    Withdrawn,
}

/// <summary>
/// A provider's capacity for sale: so many cards of one model in one region, free over a window, at an ask per card-hour.
/// </summary>
public sealed record Offer
{
    public OfferId OfferId { get; init; }

    public OrganisationId ProviderId { get; init; }

    public string ProviderName { get; init; } = "";

    /// <summary>The provider's own name for it; unique among the provider's offers.</summary>
    public required string Name { get; init; }

    /// <summary>The card's id in the registry; null for a card that the registry does not know.</summary>
    public string? Card { get; init; }

    /// <summary>The card as the provider spelt it.</summary>
    public required string CardName { get; init; }

    public required CardCount Cards { get; init; }

    public required string Region { get; init; }

    /// <summary>Per card-hour.</summary>
    public UnitPrice Ask
    {
        get => new(AskNanos, Currency);
        init => (AskNanos, Currency) = (value.Nanos, value.Currency);
    }

    /// <summary>SCU of one card by its datasheet; null: unrated, sold by card-hour only.</summary>
    public StandardUnits? Units { get; init; }

    /// <summary>The part of these that the evidence lets list.</summary>
    public BasisPoints Derate { get; init; } = new(BasisPoints.Whole);

    /// <summary>The tier of that evidence.</summary>
    public EvidenceTier Tier { get; init; }

    /// <summary>SCU of one card as listed: units times derate; what prices per SCU-hour are of.</summary>
    public StandardUnits? ListedUnits => Units is { } units ? Pricing.Derate.Of(units, Derate) : null;

    /// <summary>The formula that gave <see cref="Units"/>.</summary>
    public string? UnitVersion { get; init; }

    /// <summary>The version of the card's figures that it went by; null for a card that the registry does not know.</summary>
    public long? CardVersion { get; init; }

    /// <summary>
    /// The ask per listed SCU-hour, rounded up to the nano, so that a buyer's limit is never passed; null for an unrated card.
    /// </summary>
    public UnitPrice? UnitAsk => UnitAskNanos is { } nanos ? new UnitPrice(nanos, Currency) : null;

    /// <summary>Why the card has no units; null when it has.</summary>
    public string? UnratedReason => Units is null ? Registered?.UnratedReason ?? $"'{CardName}' is not in the registry" : null;

    public required Instant AvailableFrom { get; init; }

    public required Instant AvailableUntil { get; init; }

    /// <summary>Cards are sold in multiples of this.</summary>
    public CardCount Lot { get; init; } = new(1);

    /// <summary>The shortest lease, minutes.</summary>
    public long MinMinutes { get; init; }

    /// <summary>The longest lease, minutes; null: no limit.</summary>
    public long? MaxMinutes { get; init; }

    /// <summary>The longest lease that begins at once, minutes; null: as for any other.</summary>
    public long? RentNowMaxMinutes { get; init; }

    /// <summary>What renting now costs per card-hour; null: the ask.</summary>
    public UnitPrice? RentNowAsk => RentNowAskNanos is { } nanos ? new UnitPrice(nanos, Currency) : null;

    /// <summary>Renting now is never cheaper than the last cleared price of those hours.</summary>
    public bool FollowsCleared => FollowsClearedFlag != 0;

    /// <summary>For sale in auctions too.</summary>
    public bool InAuction => InAuctionFlag != 0;

    /// <summary>How long before it the buyer is told of an interruption, minutes.</summary>
    public long NoticeMinutes { get; init; }

    /// <summary>How long the cards rest after each lease, minutes.</summary>
    public long DrainMinutes { get; init; }

    /// <summary>How the cards stand together.</summary>
    public GangTier Gang => GangWord switch { "node" => GangTier.Node, "multi_node" => GangTier.MultiNode, _ => GangTier.SingleCard };

    /// <summary>What a card exchanges with others of its gang beyond its node, GB/s, as the provider states; null: not stated.</summary>
    public long? LinkGBs { get; init; }

    /// <summary>Leases of it may be interrupted, with notice.</summary>
    public bool Interruptible => InterruptibleFlag != 0;

    /// <summary>The provider's own use comes first: it may take the cards back, with notice.</summary>
    public bool OwnUseFirst => OwnUseFirstFlag != 0;

    /// <summary>The ISO 3166 code of the country in which data stays; null: not stated.</summary>
    public string? Residency { get; init; }

    /// <summary>The auction that has it in its snapshot and has not awarded yet.</summary>
    public AuctionId? GatedBy { get; init; }

    /// <summary>Cards that are free over the whole asked window.</summary>
    public CardCount Free => new((int)FreeMillis);

    public OfferState State { get; init; }

    /// <summary>What was assumed when the card's name was read; empty if nothing.</summary>
    public string Notes { get; init; } = "";

    public Instant CreatedAt { get; init; }

    /// <summary>Rises with every change; the ETag.</summary>
    public long Version { get; init; } = 1;

    /// <summary>The card as the market knows it now; the book that reads the offer looks it up.</summary>
    [JsonIgnore]
    public Card? Registered { get; internal set; }

    /// <summary>The name to show: the registry's if it knows the card.</summary>
    [JsonIgnore]
    public string CardLabel => Registered?.Model ?? CardName;

    /// <summary>What of its terms keeps it from serving such a wish, in the word under which rankings count it; null: nothing.</summary>
    /// <param name="cards">How many; null: any number.</param>
    /// <param name="length">Of the lease.</param>
    /// <param name="atOnce">Whether it begins at once.</param>
    /// <param name="interruptible">Whether capacity that may be interrupted will do.</param>
    internal string? TermsAgainst(CardCount? cards, Duration length, bool atOnce, bool interruptible)
    {
        if (Interruptible && !interruptible) return "interruptible";
        if (cards is { } n && n.Millis % Lot.Millis != 0) return "lot";
        if (length < Duration.FromMinutes(MinMinutes)) return "too_short";
        if (MaxMinutes is { } most && length > Duration.FromMinutes(most)) return "too_long";
        return atOnce && RentNowMaxMinutes is { } now && length > Duration.FromMinutes(now) ? "rent_now_max" : null;
    }

    internal long AskNanos { get; init; }

    internal Currency Currency { get; init; } = Currency.Cny;

    internal long? UnitAskNanos { get; init; }

    internal long FreeMillis { get; init; }

    internal long? RentNowAskNanos { get; init; }

    internal long FollowsClearedFlag { get; init; } = 1;

    internal long InAuctionFlag { get; init; } = 1;

    internal long InterruptibleFlag { get; init; }

    internal long OwnUseFirstFlag { get; init; }

    internal string GangWord { get; init; } = "single_card";

    /// <summary>The ask per listed SCU-hour, rounded up: an ask within it is within the limit exactly.</summary>
    internal static long? UnitAskOf(UnitPrice ask, StandardUnits? listed) =>
        listed is { } u ? (long)((((Int128)ask.Nanos * StandardUnits.MicrosPerUnit) + u.Micros - 1) / u.Micros) : null;
}
