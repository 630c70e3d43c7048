using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>The pools of the market: what is for sale in each, and what its auctions cleared at. It writes nothing.</summary>
public static class PoolBook
{
    private const string Prices =
        """
        SELECT p.auction_id, u.cleared_at, p.from_at, p.until_at, p.state, p.price_nanos, p.cards, u.currency
        FROM pool_price p JOIN auction u ON u.auction_id = p.auction_id
        WHERE p.card = @Card AND p.tier = @Tier AND p.region = @Region AND p.band = @Band AND u.currency = @currency
        """;

    /// <summary>The pools in which something is for sale in auctions, by name, with the cards free over the window.</summary>
    public static async Task<IReadOnlyList<PoolSummary>> Open(Session session, Currency currency, Instant from, Instant until)
    {
        var offers = (await OfferBook.Open(session, from, until)).Where(o => o.InAuction && o.Ask.Currency == currency);
        var buyers = (await session.Query<(string Offer, string Buyer)>(
            """
            SELECT DISTINCT l.offer_id, a.buyer_id
            FROM auction u JOIN award w ON w.auction_id = u.auction_id JOIN lease l ON l.award_id = w.award_id
            JOIN agreement a ON a.lease_id = l.lease_id
            WHERE u.cleared_at >= @Since
            """,
            new { Since = session.Now - Duration.FromDays(PoolSummary.BuyerDays) })).ToLookup(b => b.Offer, b => b.Buyer);
        var pools = new List<PoolSummary>();
        foreach (var pool in offers.GroupBy(Pools.Of).OrderBy(p => p.Key))
        {
            var ladder = PoolDepth.Ladder(pool);
            pools.Add(new()
            {
                Pool = pool.Key, Offers = pool.Count(), Sellers = pool.DistinctBy(o => o.ProviderId).Count(),
                Buyers = pool.SelectMany(o => buyers[o.OfferId.Value]).Distinct(StringComparer.Ordinal).Count(),
                Free = ladder.Count > 0 ? ladder[^1].Total : default, LowestAsk = ladder.Count > 0 ? ladder[0].Price : null,
                Last = await LastOf(session, pool.Key, currency),
            });
        }

        return pools;
    }

    /// <summary>What is to be had of one pool over a window, and what was last bid for it.</summary>
    public static async Task<PoolDepth> Depth(Session session, AuctionPool pool, Currency currency, Instant from, Instant until)
    {
        var offers = (await OfferBook.Open(session, from, until))
            .Where(o => o.InAuction && o.Ask.Currency == currency && Pools.Of(o) == pool);
        return new(pool, from, until, PoolDepth.Ladder(offers), await Demand(session, pool, currency, from, until));
    }

    /// <summary>What auctions that cleared in [from, until) said of a pool, the latest first, before a cursor.</summary>
    public static Task<IReadOnlyList<PoolRun>> History(
        Session session, AuctionPool pool, Currency currency, Instant from, Instant until, string? before, int limit) =>
        session.Query<PoolRun>(
            $"""
            {Prices} AND u.cleared_at >= @from AND u.cleared_at < @until
              AND (CAST(@BeforeAuction AS TEXT) IS NULL OR p.auction_id < @BeforeAuction
                OR (p.auction_id = @BeforeAuction AND p.from_at > @BeforeAt))
            ORDER BY p.auction_id DESC, p.from_at LIMIT @limit
            """,
            Named(pool, currency, from, until, before, limit));

    /// <summary>What was sold of a pool in auctions that cleared in [from, until), by day, the latest first.</summary>
    public static async Task<IReadOnlyList<PoolDay>> Days(
        Session session, AuctionPool pool, Currency currency, Instant from, Instant until) =>
        PoolDay.Of(await session.Query<PoolRun>(
            $"{Prices} AND p.state = 'traded' AND u.cleared_at >= @from AND u.cleared_at < @until",
            Named(pool, currency, from, until, null, 0)));

    /// <summary>The place of a price in the history.</summary>
    internal static string Cursor(PoolRun price) => $"{price.AuctionId} {price.FromAt.ToUnixTimeMilliseconds()}";

    private static object Named(AuctionPool pool, Currency currency, Instant from, Instant until, string? before, int limit)
    {
        var (auction, at) = (null as string, 0L);
        if (before is not null)
        {
            var parts = before.Split(' ');
            if (parts.Length != 2 || !long.TryParse(parts[1], out at)) throw Refusal.Invalid("cursor", "is not one of this list");
            auction = parts[0];
        }

        return new
        {
            pool.Card, pool.Tier, pool.Region, Band = (long)pool.BandPercent, currency, from, until, BeforeAuction = auction, BeforeAt = at,
            limit,
        };
    }

    private static async Task<LastCleared?> LastOf(Session session, AuctionPool pool, Currency currency)
    {
        var sold = await session.Query<PoolRun>(
            $"""
            {Prices} AND p.state = 'traded' AND p.auction_id = (
              SELECT MAX(q.auction_id) FROM pool_price q JOIN auction v ON v.auction_id = q.auction_id
              WHERE q.card = @Card AND q.tier = @Tier AND q.region = @Region AND q.band = @Band AND q.state = 'traded'
                AND v.currency = @currency)
            """,
            Named(pool, currency, default, default, null, 0));
        return PoolRun.Mean(sold) is { } mean ? new(sold[0].AuctionId, sold[0].ClearedAt, mean) : null;
    }

    private static async Task<PoolDemand?> Demand(Session session, AuctionPool pool, Currency currency, Instant from, Instant until)
    {
        var last = await session.Find<LastAuction>(
            """
            SELECT auction_id, cleared_at, snapshot FROM auction
            WHERE state = 'cleared' AND currency = @currency ORDER BY number DESC LIMIT 1
            """,
            new { currency });
        return last is null ? null : new(
            last.AuctionId, last.ClearedAt, PoolDepth.Wanted(SnapshotText.Read(last.Snapshot), pool, from, until));
    }

    private sealed record LastAuction
    {
        public AuctionId AuctionId { get; init; }

        public Instant ClearedAt { get; init; }

        public string Snapshot { get; init; } = "";
    }
}
