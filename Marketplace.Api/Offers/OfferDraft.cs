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
        return tidy;
    }

    internal static void CheckAsk(UnitPrice ask)
    {
        if (ask.Nanos <= 0) throw Refusal.Invalid("ask.amount", "is above zero");
        if (ask.Nanos > HighestAsk * 1_000_000_000) throw Refusal.Invalid("ask.amount", $"is at most {HighestAsk} per card-hour");
    }
}

/// <summary>What a provider may change of an offer; what is left out stays.</summary>
public sealed record OfferChange(UnitPrice? Ask = null, CardCount? Cards = null, Instant? AvailableUntil = null);
