using System.Globalization;
using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>The journal of the call auctions: snapshots, results, prices. Everybody may read the results; bids stay hidden.</summary>
public static class AuctionBook
{
    private const string Select =
        """
        SELECT a.auction_id, a.number, a.currency, a.due_at, a.gate, a.slots, a.state, a.offers, a.bids, a.snapshot_hash, a.algorithm,
          a.result_hash, a.gain_nanos AS gain, a.bound_nanos AS bound, a.awards, a.lanes AS lanes_json, a.clear_millis, a.gated_at,
          a.cleared_at
        FROM auction a
        """;

    public static Task<Auction?> Find(Session session, AuctionId auctionId) =>
        session.Find<Auction>($"{Select} WHERE a.auction_id = @auctionId", new { auctionId });

    /// <summary>The auctions of a currency, or all, newest first, before a number.</summary>
    public static Task<IReadOnlyList<Auction>> List(Session session, Currency? currency, long? before, int limit) =>
        session.Query<Auction>(
            $"""
            {Select}
            WHERE (CAST(@Currency AS TEXT) IS NULL OR a.currency = @Currency) AND a.number < @Before
            ORDER BY a.number DESC LIMIT @limit
            """,
            new { Currency = currency?.Code, Before = before ?? long.MaxValue, limit });

    /// <summary>The same as a page of a list; its cursors are numbers.</summary>
    /// <exception cref="Refusal">The cursor is none of this list.</exception>
    internal static async Task<Page<Auction>> List(Session session, Currency? currency, PageRequest page)
    {
        long? before = page.Before is not { } text ? null
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw Refusal.Invalid("cursor", "is not one of this list");
        return Page.Of(await List(session, currency, before, page.Take), page, a => a.Number.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The currencies in which bids wait for an auction.</summary>
    public static async Task<IReadOnlyList<Currency>> Waiting(Session session)
    {
        var codes = await session.Query<string>(
            "SELECT DISTINCT currency FROM bid WHERE execution = 'auction' AND state = 'open' ORDER BY currency");
        return [.. codes.Select(Currency.Of)];
    }

    /// <summary>The last auction of a currency that was cleared; null: none was.</summary>
    public static Task<Auction?> Last(Session session, Currency currency) => session.Find<Auction>(
        $"{Select} WHERE a.currency = @currency AND a.state = 'cleared' ORDER BY a.number DESC LIMIT 1", new { currency });

    /// <summary>The auctions that wait for their result, oldest first.</summary>
    internal static Task<IReadOnlyList<Auction>> Gated(Session session) =>
        session.Query<Auction>($"{Select} WHERE a.state = 'gated' ORDER BY a.number");

    /// <summary>The prices of an auction's pools, in order of pool and time.</summary>
    public static Task<IReadOnlyList<ClearedPrice>> Prices(Session session, AuctionId auctionId) => session.Query<ClearedPrice>(
        """
        SELECT p.card, p.tier, p.region, p.band, p.from_at, p.until_at, p.state, p.price_nanos, p.cards, a.currency
        FROM pool_price p JOIN auction a ON a.auction_id = p.auction_id
        WHERE p.auction_id = @auctionId ORDER BY p.card, p.tier, p.region, p.band, p.from_at
        """,
        new { auctionId });

    /// <summary>The canonical bytes from which anybody can clear an auction again.</summary>
    public static async Task<byte[]?> Bytes(Session session, AuctionId auctionId) =>
        await session.Find<string>("SELECT snapshot FROM auction WHERE auction_id = @auctionId", new { auctionId }) is { } text
            ? SnapshotText.Bytes(text)
            : null;

    /// <summary>The snapshot as it was journaled.</summary>
    /// <exception cref="InvalidOperationException">The journal's bytes do not have the journal's hash.</exception>
    internal static async Task<AuctionSnapshot> Snapshot(Session session, Auction auction)
    {
        var snapshot = AuctionSnapshot.Read(await Bytes(session, auction.AuctionId));
        return snapshot.Hash == auction.SnapshotHash
            ? snapshot
            : throw new InvalidOperationException($"the snapshot of {auction.AuctionId} is not what was journaled");
    }
}
