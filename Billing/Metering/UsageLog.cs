using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace.Billing;

/// <summary>
/// The log of metered facts. An event is deduplicated in the transaction that stores it; what may not be billed as it stands is kept in
/// quarantine with its reason. The log knows no price.
/// </summary>
public static class UsageLog
{
    /// <summary>The most events in one batch.</summary>
    public const int MaxBatch = 1_000;

    private const string Columns =
        "usage_id, provider_id, source, event_id, lease_id, meter, from_at, until_at, cards, batch_id, received_at";

    /// <summary>
    /// Stores a batch of one provider and says per event what became of it. Never fails as a whole for what one event says.
    /// </summary>
    public static async Task<IReadOnlyList<UsageOutcome>> Record(Session session, OrganisationId provider, IReadOnlyList<UsageEvent> batch)
    {
        var batchId = session.NewId<MessageId>().Value;

        // In order of their ids, so that two batches that share leases wait for each other instead of locking each other out.
        var agreements = new Dictionary<LeaseId, Agreement?>();
        foreach (var leaseId in batch.Select(e => e.LeaseId).Distinct().OrderBy(l => l.Value, StringComparer.Ordinal))
            agreements[leaseId] = await Agreement.Find(session, leaseId, toWrite: true);

        var outcomes = new List<UsageOutcome>(batch.Count);
        var touched = new HashSet<LeaseId>();
        foreach (var sent in batch)
        {
            var usageId = session.NewId<UsageId>();
            var usage = sent with { UsageId = usageId, ProviderId = provider, BatchId = batchId, ReceivedAt = session.Now };
            var (status, reason) = await Store(session, usage, agreements[usage.LeaseId]);
            if (status == UsageStatus.Accepted) touched.Add(usage.LeaseId);
            outcomes.Add(new(usage.Source, usage.EventId, status, reason));
        }

        if (touched.Count > 0) session.Stage(new UsageRecorded(batchId, [.. touched]));
        return outcomes;
    }

    /// <summary>Accepted events of a lease, or of all leases that the reader may see, oldest first, after a cursor.</summary>
    public static Task<IReadOnlyList<UsageEvent>> List(Session session, LeaseId? lease, OrganisationId? reader, string after, int limit) =>
        session.Query<UsageEvent>(
            $"""
            SELECT {Columns} FROM usage_event u
            WHERE usage_id > @after
              AND (CAST(@Lease AS TEXT) IS NULL OR lease_id = @Lease)
              AND (CAST(@Reader AS TEXT) IS NULL OR EXISTS (
                SELECT 1 FROM agreement a WHERE a.lease_id = u.lease_id AND (a.buyer_id = @Reader OR a.provider_id = @Reader)))
            ORDER BY usage_id LIMIT @limit
            """,
            new { Lease = lease?.Value, Reader = reader?.Value, after, limit });

    /// <summary>Accepted events of a lease that touch a window, in the order of their time.</summary>
    public static Task<IReadOnlyList<UsageEvent>> Within(Session session, LeaseId lease, Instant from, Instant until) =>
        session.Query<UsageEvent>(
            $"""
            SELECT {Columns} FROM usage_event
            WHERE lease_id = @lease AND from_at < @until AND until_at > @from ORDER BY from_at, usage_id
            """,
            new { lease, from, until });

    /// <summary>Events of a lease that are accepted and wait to be rated.</summary>
    public static Task<IReadOnlyList<UsageEvent>> Unrated(Session session, LeaseId lease) => session.Query<UsageEvent>(
        $"""
        SELECT {Columns} FROM usage_event u
        WHERE EXISTS (SELECT 1 FROM usage_unrated w WHERE w.usage_id = u.usage_id AND w.lease_id = @lease) ORDER BY from_at, usage_id
        """,
        new { lease });

    /// <summary>Events of a lease that were kept aside, newest first.</summary>
    public static Task<IReadOnlyList<UsageEvent>> Aside(Session session, LeaseId lease, int limit) => session.Query<UsageEvent>(
        $"SELECT {Columns}, reason FROM usage_quarantine WHERE lease_id = @lease ORDER BY usage_id DESC LIMIT @limit",
        new { lease, limit });

    /// <summary>Events kept aside, newest first, before a cursor: a provider's own, or everybody's for the accountant.</summary>
    public static Task<IReadOnlyList<UsageEvent>> Quarantine(Session session, OrganisationId? provider, int limit, string? before = null) =>
        session.Query<UsageEvent>(
            $"""
            SELECT {Columns}, reason FROM usage_quarantine
            WHERE (CAST(@Provider AS TEXT) IS NULL OR provider_id = @Provider) AND (CAST(@before AS TEXT) IS NULL OR usage_id < @before)
            ORDER BY usage_id DESC LIMIT @limit
            """,
            new { Provider = provider?.Value, before, limit });

    private static async Task<(UsageStatus Status, string? Reason)> Store(Session session, UsageEvent usage, Agreement? agreement)
    {
        var before = await session.Find<UsageEvent>(
            $"SELECT {Columns} FROM usage_event WHERE provider_id = @ProviderId AND source = @Source AND event_id = @EventId", usage);
        if (before is not null)
        {
            return before.SaysTheSameAs(usage)
                ? (UsageStatus.Duplicate, null)
                : await SetAside(
                    session, usage, UsageStatus.Conflict, "an event of this source and id was accepted before and says something else");
        }

        var reason = await WhyNot(session, usage, agreement);
        if (reason is not null) return await SetAside(session, usage, UsageStatus.Quarantined, reason);

        var stored = await session.Execute(
            $"""
            INSERT INTO usage_event ({Columns})
            VALUES (@UsageId, @ProviderId, @Source, @EventId, @LeaseId, @Meter, @FromAt, @UntilAt, @Cards, @BatchId, @ReceivedAt)
            ON CONFLICT (provider_id, source, event_id) DO NOTHING
            """,
            usage);

        // Another host stored the same name between our look and our write, for another lease (this one is locked): they cannot say the
        // same.
        if (stored == 0)
            return await SetAside(
                session, usage, UsageStatus.Conflict, "an event of this source and id was accepted at the same instant for another lease");
        await session.Execute("INSERT INTO usage_unrated (usage_id, lease_id) VALUES (@UsageId, @LeaseId)", usage);
        return (UsageStatus.Accepted, null);
    }

    private static async Task<string?> WhyNot(Session session, UsageEvent usage, Agreement? agreement)
    {
        // A lease of somebody else and no lease at all are the same to a stranger.
        if (agreement is null || agreement.ProviderId != usage.ProviderId) return "no lease of yours has this id";
        if (agreement.StartedAt is not { } started) return "the lease was not started";
        var end = agreement.EndedAt ?? agreement.UntilAt;
        if (usage.FromAt < started || usage.UntilAt > end)
            return $"outside the lease, which ran from {InstantText.Format(started)} until {InstantText.Format(end)}";
        foreach (var gap in await Interruption.Of(session, usage.LeaseId))
        {
            if (usage.UntilAt <= gap.FromAt || gap.UntilAt <= usage.FromAt) continue;
            var until = gap.UntilAt is { } back ? $" until {InstantText.Format(back)}" : "";
            return $"the lease was interrupted from {InstantText.Format(gap.FromAt)}{until}";
        }

        if (usage.UntilAt > session.Now) return $"ends in the future, after {InstantText.Format(session.Now)}";

        // Usage comes in its order, so that little of a lease is later than it: the sign keeps the search off the index by from_at.
        var overlapping = await session.Query<UsageEvent>(
            $"SELECT {Columns} FROM usage_event WHERE lease_id = @LeaseId AND +from_at < @UntilAt AND until_at > @FromAt", usage);
        var most = Peak(overlapping, usage);
        return most > agreement.Cards ? $"{most} cards at once, the lease has {agreement.Cards}" : null;
    }

    /// <summary>The most cards in use at one instant of <paramref name="usage"/>, together with what was accepted before.</summary>
    private static CardCount Peak(IReadOnlyList<UsageEvent> overlapping, UsageEvent usage)
    {
        var peak = 0;
        foreach (var at in overlapping.Select(e => e.FromAt).Append(usage.FromAt).Where(at => at >= usage.FromAt).Distinct())
            peak = Math.Max(peak, overlapping.Where(e => e.FromAt <= at && at < e.UntilAt).Sum(e => e.Cards.Millis));
        return new CardCount(peak) + usage.Cards;
    }

    private static async Task<(UsageStatus Status, string? Reason)> SetAside(
        Session session, UsageEvent usage, UsageStatus status, string reason)
    {
        await session.Execute(
            $"""
            INSERT INTO usage_quarantine ({Columns}, reason)
            VALUES (@UsageId, @ProviderId, @Source, @EventId, @LeaseId, @Meter, @FromAt, @UntilAt, @Cards, @BatchId, @ReceivedAt, @Reason)
            ON CONFLICT DO NOTHING
            """,
            usage with { Reason = reason });
        return (status, reason);
    }
}
