using Marketplace.Pricing;

namespace Marketplace;

/// <summary>
/// A pool of the market with its offers, and what its card is worth to a bid.
/// </summary>
/// <param name="Pool">Its name in the auction.</param>
/// <param name="Offers">One or more; their cards as the registry knows them are looked up.</param>
internal sealed record MarketPool(AuctionPool Pool, IReadOnlyList<Offer> Offers)
{
    /// <summary>The pools of some offers, in canonical order.</summary>
    public static IReadOnlyList<MarketPool> All(IEnumerable<Offer> offers) =>
        [.. offers.GroupBy(Pools.Of).OrderBy(g => g.Key).Select(g => new MarketPool(g.Key, [.. g]))];

    /// <summary>The pool as a bid sees it: what a card is worth to it, and which of its constraints the pool fails.</summary>
    /// <param name="work">The bid's workload; null: standard units.</param>
    /// <param name="derates">What machines are listed at, for that class of work.</param>
    public BidPool For(Bid bid, BidTerms terms, Workload? work, Derates derates)
    {
        var fails = Fails(terms, bid.LimitBasis);
        var units = Gangs(terms).Select(n => Worth(bid.LimitBasis, terms, work, derates, n, ref fails)).ToList();
        return new(Pool, units[0]) { PerCardByShape = terms.Amount is null ? [] : units, Fails = fails };
    }

    private Offer Any => Offers[0];

    private Card? Card => Any.Registered;

    /// <summary>The gangs in which a bid would use the cards: its only one, or each shape of an amount, fewest cards first.</summary>
    private static IEnumerable<int> Gangs(BidTerms terms)
    {
        if (terms.Amount is null)
        {
            var parts = terms.MinPartCards > 0 ? Math.Clamp(terms.Cards / terms.MinPartCards, 1, BidUnits.MostParts) : 1;
            yield return (terms.Cards + parts - 1) / parts;
            yield break;
        }

        var least = terms.MinPartCards > 0 ? terms.MinPartCards : terms.MinCards;
        for (var shape = 0; shape < BidUnits.MostShapes; shape++) yield return (int)Math.Min((long)least << shape, CardCount.MaxCards);
    }

    private Constraints Fails(BidTerms terms, LimitBasis basis)
    {
        var fails = Constraints.None;
        if (terms.Models.Count > 0 && !terms.Models.Any(Names)) fails |= Constraints.Model;
        if (terms.Models.Count == 0 && basis == LimitBasis.CardHour) fails |= Constraints.Model; // a price per card is of a named card
        if (terms.Region is { } region && !Same(region, Any.Region)) fails |= Constraints.Region;
        if (terms.Residency is { } country && !Same(country, Any.Residency)) fails |= Constraints.Residency;
        if (terms.Vendor is { } vendor && !Same(vendor, Card?.Vendor)) fails |= Constraints.Vendor;
        if (terms.DomesticOnly && !OfferRanking.IsDomestic(Card)) fails |= Constraints.DomesticOnly;
        if (terms.MinMemoryGiB is { } memory && (Card?.MemoryGiB ?? 0) < memory) fails |= Constraints.Memory;
        if (terms.Tiers.Count > 0 && !terms.Tiers.Contains(Any.Gang)) fails |= Constraints.Tier;
        if (Any.Interruptible && !terms.Interruptible) fails |= Constraints.Interruptible;
        return fails;
    }

    private bool Names(string model) => Same(model.Trim(), Pool.Card);

    private static bool Same(string text, string? other) => string.Equals(text, other, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Units of one card in a gang of so many, at the lowest listing of the pool's offers: an offer alone in its pool is worth what the
    /// ranking says. A card-hour is the unit of a limit per card-hour.
    /// </summary>
    private StandardUnits Worth(
        LimitBasis basis, BidTerms terms, Workload? work, Derates derates, int cards, ref Constraints fails)
    {
        if (basis == LimitBasis.CardHour) return new(StandardUnits.MicrosPerUnit);
        if (work is null) return Offers.Min(o => o.ListedUnits ?? default);
        if (Card is not { } card) return default;
        var group = new Group(
            cards, Any.Gang == GangTier.SingleCard ? 1 : Group.UsualNode, work.MemoryGiB, ScaleOutGBs: Offers.Min(o => o.LinkGBs),
            IsSharded: work.IsGang);
        var units = GroupUnits.Of(card, work, group, terms.Floor);
        if (units.Units is not { Micros: > 0 } claimed)
        {
            fails |= units.Bound == Bound.Capacity ? Constraints.Memory : Constraints.PrecisionFloor;
            return default;
        }

        var kind = WorkClasses.Of(work);
        var lowest = Offers.Min(o => (derates.OfMachine(o.ProviderId, card.Id, kind) ?? derates.OfCard(card, kind)).Derate.Value);
        return new(Derate.Of(claimed, new BasisPoints(lowest)).Micros / cards);
    }
}
