using Marketplace.Billing;
using Marketplace.Contracts;

namespace Marketplace;

/// <summary>
/// Turns sales into leases, one or a whole auction's: agreements, leases, trades, holds, history and news, each kind written at once.
/// </summary>
internal static class NewLeases
{
    /// <summary>Makes a lease for each sale; its cards were just taken from the offer's calendar in this session.</summary>
    /// <returns>The leases' ids, in the order of the sales.</returns>
    /// <exception cref="Refusal">A buyer has not the funds for what would be held.</exception>
    public static async Task<IReadOnlyList<LeaseId>> Of(Session session, params IReadOnlyList<Sale> sales)
    {
        var edge = LeaseLife.Edge(null, LeaseState.Awarded, "sold", LeaseActor.Market);
        var leases = sales.Select(s => New(session, s, edge)).ToList();
        await Agreement.Open(session, leases.Zip(sales, Agreed));
        await Put(session, leases);
        await TradeBook.Record(session, leases.Zip(sales, (l, s) => (l.LeaseId, s)));
        await HoldFunds(session, leases);
        await LeaseEvent.Begin(session, leases.Select(l => l.LeaseId), edge);
        await LeaseNews.Say(session, leases, WireJson.Word(edge.To), edge.Reason, session.Now);
        return [.. leases.Select(l => l.LeaseId)];
    }

    /// <summary>The lease as it is written; its parties' names are not looked up.</summary>
    private static Lease New(Session session, Sale sale, LeaseEdge edge)
    {
        var (offer, isRated) = (sale.Offer, sale.Offer.Units is not null);
        return new()
        {
            LeaseId = session.NewId<LeaseId>(), OfferId = offer.OfferId, BidId = sale.BidId, QuoteId = sale.QuoteId,
            AwardId = sale.AwardId, BuyerId = sale.Buyer, ProviderId = offer.ProviderId, Card = offer.Card ?? offer.CardName,
            Region = offer.Region, Cards = sale.Cards, PriceNanos = sale.Price.Nanos, Currency = sale.Price.Currency,
            Units = offer.ListedUnits, UnitVersion = offer.UnitVersion, CardVersion = offer.CardVersion,
            Derate = isRated ? offer.Derate : null, TierWord = isRated ? WireJson.Word(offer.Tier) : null,
            FromAt = sale.From, UntilAt = sale.Until, Reference = sale.Reference, State = edge.To, Reason = edge.Reason,
            CreatedAt = session.Now,
        };
    }

    private static Agreement Agreed(Lease lease, Sale sale) => new()
    {
        LeaseId = lease.LeaseId, BuyerId = lease.BuyerId, ProviderId = lease.ProviderId, Card = lease.Card, Region = lease.Region,
        Cards = lease.Cards, Price = lease.Price, Units = lease.Units, UnitVersion = lease.UnitVersion, Commission = sale.Commission,
        FromAt = lease.FromAt, UntilAt = lease.UntilAt,
    };

    private static Task Put(Session session, IEnumerable<Lease> leases) => session.ExecuteEach(
        """
        INSERT INTO lease (lease_id, offer_id, bid_id, quote_id, award_id, card_version, derate, tier, reference, state, reason,
          until_at, created_at)
        VALUES (@LeaseId, @OfferId, @BidId, @QuoteId, @AwardId, @CardVersion, @Derate, @TierWord, @Reference, @State, @Reason,
          @UntilAt, @CreatedAt)
        """,
        leases.Select(l => new
        {
            l.LeaseId, l.OfferId, l.BidId, l.QuoteId, l.AwardId, l.CardVersion, l.Derate, l.TierWord, l.Reference,
            State = WireJson.Word(l.State), l.Reason, l.UntilAt, l.CreatedAt,
        }));

    /// <summary>Buyers in order of their ids, so that two sessions that sell to the same ones do not lock each other out.</summary>
    private static async Task HoldFunds(Session session, IReadOnlyList<Lease> leases)
    {
        // What was held for a quote is held for its lease from here on. A bid's hold is its room's to change: more may be left of it.
        foreach (var lease in leases)
        {
            if (lease.QuoteId is { } quoteId) await Funds.Release(session, quoteId.Value);
        }

        foreach (var bought in leases.GroupBy(l => l.BuyerId).OrderBy(g => g.Key.Value, StringComparer.Ordinal))
        {
            // Who bid set the funds aside when it bid; everybody else must have them now.
            await LeaseBook.HoldFunds(
                session, [.. bought], session.Now, mustFit: bought.Any(l => l.BidId is null && l.AwardId is null));
        }
    }
}
