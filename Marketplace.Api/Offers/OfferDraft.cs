using Marketplace.Billing;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>What a provider says to publish an offer.</summary>
public sealed record OfferDraft
{
    /// <summary>No single card-hour costs more, in currency units.</summary>
    public const long HighestAsk = 1_000_000;

    /// <summary>The provider's own name for it, such as a rack or node; unique among its offers.</summary>
    public required string Name { get; init; }

    /// <summary>A card's registry id, alias or any other name; a name that is not known is sold by card-hour.</summary>
    public required string Card { get; init; }

    /// <summary>Settles a name that several cards share.</summary>
    public int? MemoryGiB { get; init; }

    public required CardCount Cards { get; init; }

    public required string Region { get; init; }

    /// <summary>Per card-hour.</summary>
    public required UnitPrice Ask { get; init; }

    public required Instant AvailableFrom { get; init; }

    public required Instant AvailableUntil { get; init; }

    /// <summary>Cards are sold in multiples of this; left out: any number, and any part of a card.</summary>
    public CardCount? Lot { get; init; }

    /// <summary>The shortest lease, minutes; left out: none is too short.</summary>
    public long MinMinutes { get; init; }

    /// <summary>The longest lease, minutes; left out: none is too long.</summary>
    public long? MaxMinutes { get; init; }

    /// <summary>The longest lease that begins at once, minutes; left out: as for any other.</summary>
    public long? RentNowMaxMinutes { get; init; }

    /// <summary>What renting now costs per card-hour, where that is above the ask; left out: the ask.</summary>
    public UnitPrice? RentNowAsk { get; init; }

    /// <summary>Renting now is never cheaper than the last cleared price of those hours.</summary>
    public bool FollowsCleared { get; init; } = true;

    /// <summary>For sale in auctions too.</summary>
    public bool InAuction { get; init; } = true;

    /// <summary>How long before it a buyer is told of an interruption, minutes, at most a week; left out: not at all.</summary>
    public long NoticeMinutes { get; init; }

    /// <summary>
    /// How long the cards rest after each lease, minutes, at most a day; left out: not at all. Auctions leave them whole hours.
    /// </summary>
    public long DrainMinutes { get; init; }

    /// <summary>How the cards stand together; left out: one by one.</summary>
    public GangTier Gang { get; init; }

    /// <summary>What a card of a multi-node gang exchanges with cards of other nodes, GB/s; needed there and only there.</summary>
    public long? LinkGBs { get; init; }

    /// <summary>Leases of it may be interrupted; they are sold to those who agree to that.</summary>
    public bool Interruptible { get; init; }

    /// <summary>The provider's own use comes first: what it needs and is not free it takes back from leases, with notice.</summary>
    public bool OwnUseFirst { get; init; }

    /// <summary>The ISO 3166 code of the country in which data stays; left out: not stated.</summary>
    public string? Residency { get; init; }

    /// <summary>What was assumed on the way here, to be kept with the offer.</summary>
    internal IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The draft with its texts trimmed.</summary>
    /// <exception cref="Refusal">Names the first field that cannot be.</exception>
    internal OfferDraft Checked(Instant now)
    {
        var tidy = this with
        {
            Name = TextField.Of(Name, "name"),
            Card = TextField.Of(Card, "card"),
            Region = TextField.Of(Region, "region"),
        };
        if (MemoryGiB is < 1 or > 65_536) throw Refusal.Invalid("memoryGiB", "is from 1 to 65536");
        CheckAsk(Ask);
        if (AvailableFrom >= AvailableUntil) throw Refusal.Invalid("availableUntil", "is after availableFrom");
        if (AvailableUntil <= now) throw Refusal.Invalid("availableUntil", "is in the future");
        OfferTerms.Of(this).Check(Cards, Ask);
        return tidy;
    }

    internal static void CheckAsk(UnitPrice ask, string field = "ask")
    {
        if (ask.Nanos <= 0) throw Refusal.Invalid($"{field}.amount", "is above zero");
        if (ask.Nanos > HighestAsk * 1_000_000_000) throw Refusal.Invalid($"{field}.amount", $"is at most {HighestAsk} per card-hour");
    }
}
