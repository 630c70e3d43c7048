using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>
/// The bids of all buyers. A bid takes the cheapest feasible offer at once if one is within its limit, and pays its ask; otherwise it rests
/// and is tried again, best price first and then oldest first, when an offer is published, lowered, enlarged or freed.
/// </summary>
public static class BidBook
{
    private const string Select =
        """
        SELECT b.bid_id, b.buyer_id, b.card, b.card_name, b.region, b.cards, b.from_at, b.until_at,
          CASE b.limit_basis WHEN 'scu_hour' THEN 'ScuHour' ELSE 'CardHour' END AS limit_basis, b.limit_nanos, b.currency,
          b.reference, b.state, b.placed_at, b.version, b.execution AS execution_word, b.terms AS terms_json, b.workload, b.xor_group,
          b.priority_at, b.parts, b.filled, b.unit_version, b.gated_by,
          (SELECT l.lease_id FROM lease l WHERE l.bid_id = b.bid_id) AS lease_id
        FROM bid b
        """;

    /// <param name="commission">The market's share in basis points.</param>
    /// <exception cref="Refusal">A field cannot be.</exception>
    public static async Task<Bid> Place(Session session, OrganisationId buyer, BidDraft draft, int commission)
    {
        draft = draft.Tidy();
        var (basis, limit, card) = draft.Check(session.Now, await CardBook.Registry(session));
        var account = await BillingAccount.Get(session, buyer);
        if (limit.Currency != account.Currency)
        {
            var field = basis == LimitBasis.ScuHour ? "limitPerScuHour.currency" : "limitPerCardHour.currency";
            throw Refusal.Invalid(field, $"is your account's: {account.Currency}");
        }

        var bidId = session.NewId<BidId>();
        await session.Execute(
            """
            INSERT INTO bid (bid_id, buyer_id, card, card_name, region, cards, from_at, until_at, limit_basis, limit_nanos, currency,
              reference,
              state, placed_at)
            VALUES (@bidId, @buyer, @Card, @CardName, @Region, @Cards, @FromAt, @UntilAt, @Basis, @Nanos, @Currency, @Reference,
              'open', @Now)
            """,
            new
            {
                bidId, buyer, Card = card?.Id, CardName = draft.IsAny ? null : draft.Card, draft.Region, draft.Cards, draft.FromAt,
                draft.UntilAt,
                Basis = basis == LimitBasis.ScuHour ? "scu_hour" : "card_hour", limit.Nanos, limit.Currency, draft.Reference,
                session.Now,
            });
        var bid = (await Find(session, bidId))!;
        if (!await TryMatch(session, bid, commission)) session.Stage(new BidRested(bidId));
        return (await Find(session, bidId))!;
    }

    public static Task<Bid?> Find(Session session, BidId bidId) => session.Find<Bid>($"{Select} WHERE b.bid_id = @bidId", new { bidId });

    /// <summary>Bids of one buyer, or of all, newest first, before a cursor.</summary>
    public static Task<IReadOnlyList<Bid>> List(Session session, OrganisationId? buyer, BidState? state, string? before, int limit) =>
        session.Query<Bid>(
            $"""
            {Select}
            WHERE (CAST(@Buyer AS TEXT) IS NULL OR b.buyer_id = @Buyer) AND (CAST(@State AS TEXT) IS NULL OR b.state = @State)
              AND (CAST(@before AS TEXT) IS NULL OR b.bid_id < @before)
            ORDER BY b.bid_id DESC LIMIT @limit
            """,
            new { Buyer = buyer?.Value, State = state?.ToString().ToLowerInvariant(), before, limit });

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

    /// <exception cref="Refusal">Not the buyer's, or no longer open.</exception>
    public static async Task<Bid> Cancel(Session session, OrganisationId buyer, BidId bidId)
    {
        var bid = await Find(session, bidId);
        if (bid is null || bid.BuyerId != buyer) throw Refusal.NotFound("such bid of yours");
        if (!await Move(session, bidId, BidState.Cancelled))
            throw Refusal.Conflict($"The bid is {(await Find(session, bidId))!.State.ToString().ToLowerInvariant()}");
        return (await Find(session, bidId))!;
    }

    /// <summary>Lets go the bids whose window has begun. Returns how many.</summary>
    public static Task<int> ExpireDue(Session session) => session.Execute(
        "UPDATE bid SET state = 'expired', version = version + 1 WHERE state = 'open' AND execution = 'posted' AND from_at < @Now",
        new { session.Now });

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
            {Select} JOIN offer o ON o.offer_id = @OfferId
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
        var offer = await Market.Take(session, NeedOf(bid));
        if (offer is null) return false;
        var sale = new Sale(offer, bid.BuyerId, bid.Cards, bid.FromAt, bid.UntilAt, offer.Ask, commission)
        {
            Reference = bid.Reference, BidId = bid.BidId, Origin = TradeOrigin.Bid,
        };
        await LeaseBook.Award(session, sale);
        return await Move(session, bid.BidId, BidState.Matched);
    }

    private static Need NeedOf(Bid bid) => new(bid.BuyerId, bid.Currency, bid.Cards, bid.FromAt, bid.UntilAt)
    {
        Card = bid.Card, CardName = bid.Card is null ? bid.CardName : null, Region = bid.Region,
        MostPerUnit = bid.LimitBasis == LimitBasis.ScuHour ? bid.Limit : null,
        MostPerCard = bid.LimitBasis == LimitBasis.CardHour ? bid.Limit : null,
    };

    private static async Task<bool> Move(Session session, BidId bidId, BidState to) => await session.Execute(
        "UPDATE bid SET state = @To, version = version + 1 WHERE bid_id = @bidId AND state = 'open'",
        new { bidId, To = to.ToString().ToLowerInvariant() }) == 1;
}
