namespace Marketplace.Pricing;

/// <summary>Why a row of a price list is no offer.</summary>
public enum ListingRefusal
{
    /// <summary>The row names no accelerator.</summary>
    NoAccelerator,

    /// <summary>The row has no price.</summary>
    NoPrice,

    /// <summary>The price is no plain decimal number above zero, or too large.</summary>
    BadPrice,

    /// <summary>The count is missing or no number of thousandths above zero.</summary>
    BadCount,

    /// <summary>The memory is not a whole number of MiB.</summary>
    BadMemory,

    /// <summary>The row has no region.</summary>
    NoRegion,

    /// <summary>Slices of different sizes have one price there: the list holds a placeholder.</summary>
    PlaceholderPrice,
}

/// <summary>An offer as a public price list makes it, per card and comparable.</summary>
/// <param name="Card">Which card it is, or why none: such an offer may be sold by card-hour, but has no units.</param>
/// <param name="Count">Cards of the instance; a part of a card is below 1.</param>
/// <param name="AskPerCardHour">The instance's price over its cards, half-up to the nano, in USD.</param>
/// <param name="Region">The region, in the list's words.</param>
/// <param name="Notes">Everything assumed or worth knowing, as sentences for people.</param>
public sealed record ListedOffer(CardResolution Card, CardCount Count, UnitPrice AskPerCardHour, string Region, IReadOnlyList<string> Notes)
{
    /// <summary>Standard units of one card; <c>null</c>: unrated.</summary>
    public StandardUnits? Scu => Card.Card?.Scu;

    /// <summary>Why it has no units; <c>null</c> if it has.</summary>
    public string? UnratedReason => Card.Card is { } card ? card.UnratedReason : Card.Reason;
}

/// <summary>What became of a row of a price list: an offer, or the reason why not.</summary>
/// <param name="Row">The row.</param>
/// <param name="Offer">The offer; <c>null</c> if refused.</param>
/// <param name="Refusal">The kind of refusal; <c>null</c> if there is an offer.</param>
/// <param name="Reason">The reason as a sentence for people; <c>null</c> if there is an offer.</param>
public sealed record ListingOutcome(ListedInstance Row, ListedOffer? Offer, ListingRefusal? Refusal, string? Reason);
