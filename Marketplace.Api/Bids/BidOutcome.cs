using Marketplace.Billing;
using Marketplace.Contracts;
using NodaTime;

namespace Marketplace;

/// <summary>One auction in which a bid was, and what became of it there.</summary>
public sealed record BidOutcome
{
    public AuctionId AuctionId { get; init; }

    /// <summary>When the auction was cleared.</summary>
    public Instant ClearedAt { get; init; }

    /// <summary>What it, or a part of it, was awarded; null: nothing.</summary>
    public AwardId? AwardId { get; init; }

    /// <summary>A lease of the award; an award over several sellers has several, a row each.</summary>
    public LeaseId? LeaseId { get; init; }

    /// <summary>The auctions of a bid, newest first.</summary>
    public static Task<IReadOnlyList<BidOutcome>> Of(Session session, BidId bidId, int limit) => session.Query<BidOutcome>(
        """
        SELECT w.auction_id, w.awarded_at AS cleared_at, w.award_id, l.lease_id
        FROM award w LEFT JOIN lease l ON l.award_id = w.award_id
        WHERE w.bid_id = @bidId
        UNION ALL
        SELECT n.auction_id, a.cleared_at, NULL, NULL
        FROM auction_loss n JOIN auction a ON a.auction_id = n.auction_id
        WHERE n.bid_id = @bidId
        ORDER BY 1 DESC, 3, 4 LIMIT @limit
        """,
        new { bidId, limit });
}
