using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>How a bid for the auction was worded from one version on, so that an auction's snapshot can be understood later.</summary>
public sealed record BidVersion
{
    public long Version { get; init; }

    public BidTerms Terms => BidTerms.Read(TermsJson);

    public UnitPrice Limit => new(LimitNanos, Currency);

    public Instant FromAt { get; init; }

    public Instant UntilAt { get; init; }

    /// <summary>Since when it had its place among equals.</summary>
    public Instant PriorityAt { get; init; }

    public Instant ChangedAt { get; init; }

    internal string TermsJson { get; init; } = "";

    internal long LimitNanos { get; init; }

    internal Currency Currency { get; init; } = Currency.Cny;

    /// <summary>Keeps the wording that the bid's row has now.</summary>
    internal static Task Keep(Session session, BidId bidId) => session.Execute(
        """
        INSERT INTO bid_version (bid_id, version, terms, limit_nanos, from_at, until_at, priority_at, changed_at)
        SELECT bid_id, version, terms, limit_nanos, from_at, until_at, priority_at, CAST(@Now AS BIGINT) FROM bid WHERE bid_id = @bidId
        """,
        new { bidId, session.Now });

    /// <summary>Every wording of a bid, oldest first; none of a bid that takes posted asks.</summary>
    public static Task<IReadOnlyList<BidVersion>> Of(Session session, BidId bidId) => session.Query<BidVersion>(
        """
        SELECT v.version, v.terms AS terms_json, v.limit_nanos, b.currency, v.from_at, v.until_at, v.priority_at, v.changed_at
        FROM bid_version v JOIN bid b ON b.bid_id = v.bid_id WHERE v.bid_id = @bidId ORDER BY v.version
        """,
        new { bidId });
}
