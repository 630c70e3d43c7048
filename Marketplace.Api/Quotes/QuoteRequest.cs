using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

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

    /// <summary>Capacity that may be interrupted will do as well; of an offer that is named, it will do anyway.</summary>
    public bool Interruptible { get; init; }

    /// <summary>An open bid of the buyer's for the same need: accepting the quote cancels it, with the others of its group.</summary>
    public BidId? BidId { get; init; }

    /// <summary>The buyer's own name for it, such as a job or a purchase order; it stays with the lease.</summary>
    public string? Reference { get; init; }

    /// <summary>The request with its texts trimmed.</summary>
    /// <exception cref="Refusal">Names the first field that cannot be.</exception>
    internal QuoteRequest Checked(Instant now)
    {
        if (UntilAt <= now) throw Refusal.Invalid("untilAt", $"is after now ({InstantText.Format(now)})");
        if (UntilAt - now > Duration.FromDays(366)) throw Refusal.Invalid("untilAt", "is at most 366 days from now");
        return this with
        {
            Card = TextField.OfOptional(Card, "card"),
            Region = TextField.OfOptional(Region, "region"),
            Reference = TextField.OfOptional(Reference, "reference"),
            Workload = TextField.OfOptional(Workload, "workload"),
        };
    }

    /// <summary>Why an offer that was asked for by its id cannot serve it, where its terms say so.</summary>
    internal Refusal? RefusedBy(Offer offer, Instant now)
    {
        var length = UntilAt - now;
        return offer.TermsAgainst(Cards, length, atOnce: true, interruptible: true) switch
        {
            "lot" => Refusal.Invalid("cards", $"is a multiple of {offer.Lot}: the offer sells lots of so many"),
            "too_short" => Refusal.Invalid("untilAt", $"is {offer.MinMinutes} minutes from now or later: the offer leases no shorter"),
            "too_long" => Refusal.Invalid("untilAt", $"is at most {offer.MaxMinutes} minutes from now: the offer leases no longer"),
            "rent_now_max" => Refusal.Invalid(
                "untilAt", $"is at most {offer.RentNowMaxMinutes} minutes from now: for longer, bid in the auction"),
            _ => null,
        };
    }
}
