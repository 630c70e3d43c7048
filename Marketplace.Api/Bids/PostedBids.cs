using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>
/// Bids that take posted asks. Such a bid takes the cheapest feasible offer at once if one is within its limit, and pays its ask, or what
/// its hours last cleared at in an auction if that is more; otherwise it rests and is tried again, best price first and then oldest first,
/// when an offer is published, lowered, enlarged or freed.
/// </summary>
public static class PostedBids
{
    /// <summary>
    /// The cheapest offer that could serve the bid now, were its limit no matter; null when none has such cards or room. For a bid that
    /// rests it says how far the market is away.
    /// </summary>
    public static async Task<Offer?> Nearest(Session session, Bid bid)
    {
        var noLimit = bid.LimitBasis == LimitBasis.ScuHour ? bid.Limit with { Nanos = long.MaxValue } : (UnitPrice?)null;
        return await OfferBook.Known(
            session, await Market.Cheapest(session, NeedOf(bid) with { MostPerUnit = noLimit, MostPerCard = null }));
    }

    /// <summary>
    /// How many openings of offers and resting bids the matching has not yet looked at; zero means that nothing more will match.
    /// </summary>
    public static Task<long> Unmatched(Session session) => session.Scalar<long>(
        """
        SELECT CAST((SELECT COUNT(*) FROM offer WHERE matched < opened)
          + (SELECT COUNT(*) FROM bid WHERE execution = 'posted' AND state = 'open' AND considered < 2 AND from_at >= @Now) AS BIGINT)
        """,
        new { session.Now });

    /// <summary>The open bids that an offer has room for within their limit, best price for that offer first, then oldest first.</summary>
    internal static async Task<IReadOnlyList<BidId>> Waiting(Session session, Offer offer)
    {
        var open = await session.Query<Bid>(
            $"""
            {BidBook.Select} JOIN offer o ON o.offer_id = @OfferId
            WHERE b.execution = 'posted' AND b.state = 'open' AND b.currency = @Currency AND b.from_at >= @Now
              AND b.from_at >= @AvailableFrom
              AND b.until_at <= @AvailableUntil
              AND b.cards <= @Cards AND b.buyer_id <> @ProviderId AND (b.region IS NULL OR LOWER(b.region) = LOWER(@Region))
              AND (b.card = @Card OR b.card_name IS NULL OR (b.card IS NULL AND LOWER(b.card_name) = LOWER(@CardName)))
              AND {Calendar.FreeOver("b.from_at", "b.until_at")} >= b.cards
            """,
            new
            {
                offer.OfferId, offer.Ask.Currency, session.Now, offer.AvailableFrom, offer.AvailableUntil, offer.Cards, offer.ProviderId,
                offer.Region, offer.Card,
                offer.CardName,
            });
        return
        [
            .. open.Select(b => (b.BidId, b.PlacedAt, Limit: b.LimitPerCardHour(offer.ListedUnits)))
                .Where(b => b.Limit is { } limit && limit.Nanos >= offer.Ask.Nanos)
                .OrderByDescending(b => b.Limit!.Value.Nanos).ThenBy(b => b.PlacedAt).ThenBy(b => b.BidId.Value, StringComparer.Ordinal)
                .Select(b => b.BidId),
        ];
    }

    /// <summary>Makes the lease if an offer is within the bid's limit now. False when the bid is not open or nothing fits.</summary>
    internal static async Task<bool> TryMatch(Session session, Bid bid, int commission)
    {
        // Taking the bid's row first keeps two matchers from giving it two leases.
        var open = await session.Execute(
            """
            UPDATE bid SET considered = considered + 1
            WHERE bid_id = @BidId AND execution = 'posted' AND state = 'open' AND from_at >= @Now
            """,
            new { bid.BidId, session.Now });
        if (open == 0) return false;
        if (await Market.Take(session, NeedOf(bid)) is not { } taken) return false;
        var (offer, price) = taken;

        // The bid lets go of its hold before the lease takes one: the same funds serve both.
        await BidBook.Move(session, bid, BidState.Matched);
        await BidBook.SetHold(session, bid);
        var sale = new Sale(offer, bid.BuyerId, bid.Cards, bid.FromAt, bid.UntilAt, price, commission)
        {
            Reference = bid.Reference, BidId = bid.BidId, Origin = TradeOrigin.Bid,
        };
        var leaseId = await LeaseBook.Award(session, sale);
        await LiveLog.Say(session, "bid.awarded", bid.BidId.Value, new { bid.BidId, leaseId, price }, bid.BuyerId);
        return true;
    }

    private static Need NeedOf(Bid bid) => new(bid.BuyerId, bid.Currency, bid.Cards, bid.FromAt, bid.UntilAt)
    {
        Card = bid.Card, CardName = bid.Card is null ? bid.CardName : null, Region = bid.Region,
        MostPerUnit = bid.LimitBasis == LimitBasis.ScuHour ? bid.Limit : null,
        MostPerCard = bid.LimitBasis == LimitBasis.CardHour ? bid.Limit : null,
    };
}
