using Marketplace.Billing;
using Marketplace.Contracts;
using NodaTime;

namespace Marketplace;

/// <summary>
/// Compares what leases are with what they ought to be, many times a minute: ends those whose window is over, fails those that nobody
/// hands over, begins the interruptions that were announced, doubts those that report nothing. What was due earlier is done first and as of
/// the instant at which it was due, so that a keeper that was away, or a test clock that jumped, does what every minute would have done.
/// </summary>
public sealed class LeaseKeeper(
    Database database, MarketplaceOptions options, TimeProvider time, ILogger<LeaseKeeper> log) : BackgroundService
{
    /// <summary>A lease that runs and reports no usage for so long is doubted.</summary>
    public static readonly Duration Silence = Duration.FromHours(1);

    private const int Most = 1_000;

    private static readonly TimeSpan Round = TimeSpan.FromSeconds(10);

    /// <summary>SQL for what is due of leases up to @upTo, the earliest first.</summary>
    private const string Due =
        """
        SELECT d.lease_id, d.task, CAST(d.due AS BIGINT) AS due FROM (
          SELECT l.lease_id, 'over' AS task, l.until_at AS due FROM lease l
          WHERE l.state IN ('awarded', 'provisioning', 'active', 'interrupted') AND l.until_at <= @upTo
          UNION ALL
          SELECT l.lease_id, 'no_show', a.from_at + @handOver FROM lease l JOIN agreement a ON a.lease_id = l.lease_id
          WHERE l.state IN ('awarded', 'provisioning') AND a.from_at + @handOver <= @upTo AND a.from_at + @handOver < l.until_at
          UNION ALL
          SELECT l.lease_id, 'interrupt', l.interrupt_at FROM lease l WHERE l.state = 'active' AND l.interrupt_at <= @upTo
          UNION ALL
          SELECT l.lease_id, 'close', i.from_at + @fundsGrace FROM lease l JOIN interruption i ON i.lease_id = l.lease_id
          WHERE l.state = 'interrupted' AND l.reason = 'funds_out' AND i.until_at IS NULL AND i.from_at + @fundsGrace <= @upTo
          UNION ALL
          SELECT s.lease_id, 'silent', s.heard + @silence FROM (
            SELECT l.lease_id, CASE WHEN COALESCE(r.back, 0) > COALESCE(u.until_at, a.started_at) THEN r.back
              ELSE COALESCE(u.until_at, a.started_at) END AS heard
            FROM lease l JOIN agreement a ON a.lease_id = l.lease_id
            LEFT JOIN usage_event u ON u.usage_id = (
              SELECT x.usage_id FROM usage_event x WHERE x.lease_id = l.lease_id ORDER BY x.from_at DESC LIMIT 1)
            LEFT JOIN (SELECT lease_id, MAX(until_at) AS back FROM interruption GROUP BY lease_id) r ON r.lease_id = l.lease_id
            WHERE l.state = 'active') s
          WHERE s.heard + @silence < @upTo
            AND NOT EXISTS (SELECT 1 FROM lease_event e WHERE e.lease_id = s.lease_id AND e.reason = 'no_usage' AND e.at >= s.heard)) d
        ORDER BY d.due, d.lease_id, d.task LIMIT @Most
        """;

    /// <summary>Does all that is due by now. The test clock runs it at once when it is moved.</summary>
    public static async Task Tend(Database database, MarketplaceOptions options, CancellationToken ct = default)
    {
        while (await IsDue(database, options, ct))
        {
            await using var session = await database.Write(ct);
            foreach (var task in await session.Query<LeaseTask>(Due, Until(session.Now, options))) await Do(session, task);
            await session.Commit();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Tend(database, options, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogError(e, "A round of the lease keeper failed; the next one does its work");
            }

            await Task.Delay(Round, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<bool> IsDue(Database database, MarketplaceOptions options, CancellationToken ct)
    {
        await using var look = await database.Read(ct);
        return (await look.Query<LeaseTask>(Due, Until(look.Now, options))).Count > 0;
    }

    private static object Until(Instant upTo, MarketplaceOptions options) => new
    {
        upTo, Most, handOver = options.HandOverMinutes * 60_000L, fundsGrace = options.FundsGraceMinutes * 60_000L,
        silence = (long)Silence.TotalMilliseconds,
    };

    private static async Task Do(Session session, LeaseTask task)
    {
        var lease = (await LeaseBook.Hold(session, task.LeaseId))!;
        var (isWaiting, at) = (lease.State is LeaseState.Awarded or LeaseState.Provisioning, task.Due);

        // Somebody may have moved it since it was found due.
        switch (task.Task)
        {
            case "over" when isWaiting: await Move(LeaseState.Expired, "run_out"); break;
            case "over" when lease.IsRunning: await Move(LeaseState.Ended, "run_out"); break;
            case "no_show" when isWaiting: await Move(LeaseState.Failed, "no_show"); break;
            case "interrupt" when lease is { State: LeaseState.Active, InterruptReason: { } reason }:
                await LeaseBook.Move(session, lease, LeaseState.Interrupted, reason, LeaseActor.Provider, at);
                break;
            case "close" when lease is { State: LeaseState.Interrupted, Reason: "funds_out" }:
                await Move(LeaseState.Ended, "funds_out");
                break;
            case "silent" when lease.State == LeaseState.Active:
                await LeaseEvent.Add(session, lease.LeaseId, lease.State, lease.State, "no_usage", LeaseActor.Market, null, at);
                await LeaseNews.Say(session, lease, "doubt", "no_usage", at);
                break;
        }

        Task Move(LeaseState to, string reason) => LeaseBook.Move(session, lease, to, reason, LeaseActor.Market, at);
    }

    private sealed record LeaseTask
    {
        public LeaseId LeaseId { get; init; }

        public string Task { get; init; } = "";

        public Instant Due { get; init; }
    }
}
