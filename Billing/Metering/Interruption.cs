using Marketplace.Contracts;
using NodaTime;

namespace Marketplace.Billing;

/// <summary>A time [FromAt, UntilAt) within a lease's window at which its buyer had no cards. Usage in it is kept aside.</summary>
public sealed record Interruption
{
    public Instant FromAt { get; init; }

    /// <summary>Null: it goes on.</summary>
    public Instant? UntilAt { get; init; }

    /// <summary>It counts against the availability that was sold: the provider gave no notice that the offer promised.</summary>
    public bool IsCounted => Counted != 0;

    internal long Counted { get; init; }

    /// <summary>The interruptions of a lease in the order of their time.</summary>
    public static Task<IReadOnlyList<Interruption>> Of(Session session, LeaseId leaseId) => session.Query<Interruption>(
        "SELECT from_at, until_at, counted FROM interruption WHERE lease_id = @leaseId ORDER BY from_at", new { leaseId });

    /// <summary>Nothing is metered from here on. The caller holds the agreement.</summary>
    public static Task Begin(Session session, LeaseId leaseId, Instant at) => session.Execute(
        """
        INSERT INTO interruption (lease_id, from_at, until_at, counted) VALUES (@leaseId, @at, NULL, 0)
        ON CONFLICT (lease_id, from_at) DO UPDATE SET until_at = NULL
        """,
        new { leaseId, at });

    /// <summary>
    /// Metering goes on, or the lease is over. Who ends it may have waited for the one who began it, with an earlier time: then it was
    /// nothing.
    /// </summary>
    public static Task End(Session session, LeaseId leaseId, Instant at) => session.Execute(
        """
        UPDATE interruption SET until_at = CASE WHEN from_at > @at THEN from_at ELSE @at END
        WHERE lease_id = @leaseId AND until_at IS NULL
        """,
        new { leaseId, at });

    /// <summary>The one that goes on counts against availability.</summary>
    public static Task Count(Session session, LeaseId leaseId) => session.Execute(
        "UPDATE interruption SET counted = 1 WHERE lease_id = @leaseId AND until_at IS NULL", new { leaseId });

    /// <summary>The rest of a window that the provider gave up counts against availability.</summary>
    public static Task CountRest(Session session, LeaseId leaseId, Instant from, Instant until) => session.Execute(
        """
        INSERT INTO interruption (lease_id, from_at, until_at, counted) VALUES (@leaseId, @from, @until, 1)
        ON CONFLICT (lease_id, from_at) DO UPDATE SET until_at = @until, counted = 1
        """,
        new { leaseId, from, until });
}
