using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>What offers are worth to one tender, and why one cannot serve it. Pure.</summary>
internal sealed class TenderFit(Tender tender, OrganisationId buyer, Workload? workload, Derates derates)
{
    private const long MillisPerHour = NodaConstants.MillisecondsPerHour;

    private static readonly Dictionary<string, string> Sentences = new(StringComparer.Ordinal)
    {
        ["withdrawn"] = "it was withdrawn",
        ["own"] = "nobody trades with itself",
        ["currency"] = "it asks another currency",
        ["card"] = "it is of another card",
        ["region"] = "it stands in another region",
        ["residency"] = "it does not state that data stays in that country",
        ["vendor"] = "its card is of another maker",
        ["domestic_only"] = "its card is not of a Chinese maker",
        ["memory"] = "its cards have too little memory",
        ["tier"] = "its cards stand together in another way",
        ["interruptible"] = "it may be interrupted",
        ["cannot_do_workload"] = "its card cannot do such work",
        ["unrated"] = "its card has no standard units",
        ["lot"] = "it sells in other lots",
        ["duration"] = "it sells shorter or longer",
        ["no_room"] = "it has too few cards free over the window",
    };

    private readonly BidTerms _terms = tender.Terms;

    /// <summary>A reason as people read it.</summary>
    public static string Sentence(string reason) => Sentences[reason];

    /// <summary>
    /// The whole cards that an offer brings: those that are asked for, or as many as the amount takes, in whole lots. Null: no number of
    /// its cards does it.
    /// </summary>
    public CardCount? CardsOf(Offer offer)
    {
        if (_terms.Amount is not { } amount) return CardCount.Of(_terms.Cards);
        var whole = (offer.Lot.Millis + CardCount.MillisPerCard - 1) / CardCount.MillisPerCard;
        var cards = (long)whole;

        // More cards may be worth less each, for they wait for one another: the number is raised until it is enough.
        while (cards <= CardCount.MaxCards)
        {
            if (UnitsOf(offer, (int)cards) is not { Micros: > 0 } units)
            {
                // More cards help where it is memory that is short, and nowhere else.
                if (workload is null || offer.Registered is not { } card || GroupOf(offer, card, (int)cards).Bound != Bound.Capacity)
                    return null;
                cards += whole;
                continue;
            }

            var needed = (Int128)amount.Micros * MillisPerHour;
            var perCard = (Int128)units.Micros * (long)tender.Length.TotalMilliseconds;
            var enough = (needed + perCard - 1) / perCard;
            if (enough <= cards) return CardCount.Of((int)cards);
            cards = (long)Int128.Min(enough + whole - 1, (long)CardCount.MaxCards + whole) / whole * whole;
        }

        return null;
    }

    /// <summary>
    /// Listed units of one card of an offer, in a gang of so many: effective ones for the workload, or standard ones. Null: unrated; zero:
    /// it cannot do the work.
    /// </summary>
    public StandardUnits? UnitsOf(Offer offer, int cards)
    {
        if (workload is null) return offer.ListedUnits;
        if (offer.Registered is not { } card) return null;
        if (GroupOf(offer, card, cards).Units is not { } claimed) return null;
        var work = WorkClasses.Of(workload);
        var (derate, _) = derates.OfMachine(offer.ProviderId, card.Id, work) ?? derates.OfCard(card, work);
        return new(Derate.Of(claimed, derate).Micros / cards);
    }

    private GroupUnits GroupOf(Offer offer, Card card, int cards)
    {
        var node = offer.Gang == GangTier.SingleCard ? 1 : Group.UsualNode;
        var group = new Group(cards, node, workload!.MemoryGiB, ScaleOutGBs: offer.LinkGBs, IsSharded: workload.IsGang);
        return GroupUnits.Of(card, workload, group, _terms.Floor);
    }

    /// <summary>The first reason for which an offer cannot serve the tender; null: it can.</summary>
    /// <param name="offer">With the cards that are free over the tender's window.</param>
    /// <param name="cards">How many it would bring.</param>
    public string? WhyNot(Offer offer, CardCount? cards)
    {
        if (NotEven(offer) is { } reason) return reason;
        if (cards is not { } count) return _terms.Amount is not null && offer.Units is null ? "unrated" : "cannot_do_workload";
        var units = UnitsOf(offer, Math.Max(1, count.Millis / CardCount.MillisPerCard));
        if (units is { Micros: 0 }) return "cannot_do_workload";
        if (units is null && (_terms.Amount is not null || workload is not null || _terms.Models.Count == 0)) return "unrated";
        if (count.Millis % offer.Lot.Millis != 0) return "lot";
        var minutes = tender.Length.TotalMinutes;
        if (minutes < offer.MinMinutes || minutes > (offer.MaxMinutes ?? long.MaxValue)) return "duration";
        return offer.Free < count ? "no_room" : null;
    }

    /// <summary>What no number of cards and no time would change.</summary>
    private string? NotEven(Offer offer)
    {
        var card = offer.Registered;
        if (offer.State != OfferState.Open) return "withdrawn";
        if (offer.ProviderId == buyer) return "own";
        if (offer.Ask.Currency != tender.Currency) return "currency";
        if (_terms.Models.Count > 0 && !_terms.Models.Any(m => Same(m, offer.Card ?? offer.CardName.Trim()))) return "card";
        if (_terms.Region is { } region && !Same(region, offer.Region)) return "region";
        if (_terms.Residency is { } country && !Same(country, offer.Residency)) return "residency";
        if (_terms.Vendor is { } vendor && !Same(vendor, card?.Vendor)) return "vendor";
        if (_terms.DomesticOnly && !OfferRanking.IsDomestic(card)) return "domestic_only";
        if (_terms.MinMemoryGiB is { } memory && (card?.MemoryGiB ?? 0) < memory) return "memory";
        if (_terms.Tiers.Count > 0 && !_terms.Tiers.Contains(offer.Gang)) return "tier";
        return offer.Interruptible && !_terms.Interruptible ? "interruptible" : null;
    }

    private static bool Same(string text, string? other) => string.Equals(text, other, StringComparison.OrdinalIgnoreCase);
}
