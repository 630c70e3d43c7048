using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>Why bids lost and offers stayed unsold: asked of the journal, and of the market as it is now where no auction was.</summary>
internal static class ExplanationBook
{
    /// <summary>How a bid fared in its last auction, or would fare now.</summary>
    /// <param name="withLimit">Look for the critical limit too.</param>
    /// <exception cref="Refusal">It takes posted asks, has all it wished for, or is not of the two weeks that an auction sells.</exception>
    public static async Task<BidExplanation> Of(Session session, Bid bid, bool withLimit)
    {
        if (bid.Execution != BidExecution.Auction)
            throw Refusal.Conflict("The bid takes posted asks; GET /v1/bids/{bidId} and the offers say how far they are");
        if (bid.State == BidState.Matched) throw Refusal.Conflict("The bid got all it wished for; see its awards");
        var loss = await session.Find<Loss>(
            """
            SELECT l.auction_id, l.version FROM auction_loss l JOIN auction a ON a.auction_id = l.auction_id
            WHERE l.bid_id = @BidId ORDER BY a.number DESC LIMIT 1
            """,
            new { bid.BidId });

        // A bid that was changed since is another wish than the one that lost.
        var auction = loss is not null && (bid.State != BidState.Open || loss.Version == bid.Version)
            ? await AuctionBook.Find(session, loss.AuctionId)
            : null;
        if (auction is null && bid.State != BidState.Open) throw Refusal.Conflict("The bid is over and was in no auction");
        var cleared = auction is null
            ? await DryRuns.Now(session, bid.BuyerId, bid.Limit.Currency)
            : await session.Remembered<ClearedAuctions>().Of(session, auction);
        var wish = await Wish(session, cleared.Snapshot, bid)
            ?? throw Refusal.Conflict("Its window has no hour in the two weeks that an auction sells; it waits until it has");
        var told = new BidExplanation
        {
            BidId = bid.BidId, AuctionId = auction?.AuctionId, Auction = auction?.Number, Gate = cleared.Snapshot.Gate,
        };
        return IsLost(cleared, bid) ? Lost(told, cleared, wish, withLimit) : Won(told, cleared, bid);
    }

    /// <summary>Why cards of an offer stayed free in the last auction of its currency.</summary>
    /// <exception cref="Refusal">It was not in it.</exception>
    public static async Task<OfferUnsold> Of(Session session, Offer offer)
    {
        var auction = await AuctionBook.Last(session, offer.Ask.Currency)
            ?? throw Refusal.Conflict("No auction of its currency has been held");
        var cleared = await session.Remembered<ClearedAuctions>().Of(session, auction);
        var number = -1;
        for (var i = 0; i < cleared.Snapshot.Offers.Count && number < 0; i++)
            if (cleared.Snapshot.Offers[i].Id == offer.OfferId.Value) number = i;
        if (number < 0) throw Refusal.Conflict($"The offer was not in auction {auction.Number}, the last of its currency");
        var sold = cleared.Result.Awards.Sum(a =>
            a.Parts.Where(p => p.Offer == number).Sum(p => (long)p.Cards) * cleared.Snapshot.Units[a.Unit].Options[a.Option].Slots);
        var unsold = cleared.Told.Unsold(number);
        return new(
            offer.OfferId, auction.AuctionId, auction.Number, sold, unsold.FreeSlots, unsold.AbovePrice, unsold.RestingSlots,
            unsold.Fitting, unsold.WouldHaveSoldAt);
    }

    private static BidExplanation Lost(BidExplanation told, ClearedAuction cleared, AuctionBid wish, bool withLimit)
    {
        var loss = cleared.Told.Loss(wish);
        var gate = cleared.Snapshot.Gate;
        return told with
        {
            Class = loss.Class,
            Excluded = loss.Excluded,
            Carriers = loss.Carriers,
            Needed = BidPlace.Of(loss.Needed, gate),
            NeededNow = BidPlace.Of(loss.NeededNow, gate),
            Nearest = BidAdvice.Of(loss.Nearest, gate, cleared.Snapshot.Currency),
            InTheWay = loss.InTheWay,
            CheapestInTheWay = loss.CheapestInTheWay,
            PoolsCut = loss.PoolsCut,
            CriticalLimit = withLimit ? cleared.Limits.GetOrAdd(wish.Id, _ => cleared.Told.CriticalLimit(wish)) : null,
        };
    }

    private static BidExplanation Won(BidExplanation told, ClearedAuction cleared, Bid bid)
    {
        var award = cleared.Result.Awards.FirstOrDefault(a =>
            cleared.Snapshot.Units[a.Unit].Options[a.Option].BidId == bid.BidId.Value);
        if (award is null) return told; // a member of a group of which another would be served
        var option = cleared.Snapshot.Units[award.Unit].Options[award.Option];
        var perCard = (award.Pay.Nanos + ((long)option.Cards * option.Slots) - 1) / ((long)option.Cards * option.Slots);
        var perUnit = (((Int128)award.Pay.Nanos * StandardUnits.MicrosPerUnit) + option.Work.Micros - 1) / Math.Max(1, option.Work.Micros);
        return told with
        {
            WouldGet = new(
                option.Pool, cleared.Snapshot.Gate + Duration.FromHours(award.Start), award.Cards, new(perCard, cleared.Snapshot.Currency),
                new((long)perUnit, cleared.Snapshot.Currency)),
        };
    }

    private static bool IsLost(ClearedAuction cleared, Bid bid)
    {
        var group = AuctionBids.GroupOf(bid) ?? bid.BidId.Value;
        return cleared.Result.Losers.Any(l => cleared.Snapshot.Units[l.Unit] is var unit
            && (unit.Id == group || unit.Options.Any(o => o.BidId == bid.BidId.Value)));
    }

    /// <summary>
    /// The bid as that auction saw it: with all pools of its market, those that will not do too, which the snapshot does not keep. What a
    /// card of a pool in which it had options was worth stands in the snapshot.
    /// </summary>
    private static async Task<AuctionBid?> Wish(Session session, AuctionSnapshot snapshot, Bid bid)
    {
        var scope = new
        {
            snapshot.Currency, bid.BidId, From = snapshot.Gate, Until = snapshot.Gate + Duration.FromHours(1),
        };
        var offers = (await AuctionFacts.OffersOf(session, "o.currency = @Currency", scope))
            .ToDictionary(o => o.OfferId.Value, StringComparer.Ordinal);
        var pools = snapshot.Offers.GroupBy(o => o.Pool).Select(g => new MarketPool(g.Key, [.. g.Select(o => offers[o.Id])])).ToList();
        var wish = (await AuctionBids.Read(session, pools, snapshot.Gate, "b.bid_id = @BidId", scope)).Find(bid.BidId);
        if (wish is null || wish.Amount is not null) return wish;
        var worth = snapshot.Units.SelectMany(u => u.Options).Where(o => o.BidId == wish.Id).DistinctBy(o => o.Pool)
            .ToDictionary(o => o.Pool, o => new StandardUnits(o.Work.Micros / ((long)o.Cards * o.Slots)));
        return wish with
        {
            Pools =
            [
                .. wish.Pools.Select(p =>
                    worth.TryGetValue(p.Pool, out var perCard) ? new BidPool(p.Pool, perCard) : p),
            ],
        };
    }

    private sealed record Loss
    {
        public AuctionId AuctionId { get; init; }

        public long Version { get; init; }
    }
}
