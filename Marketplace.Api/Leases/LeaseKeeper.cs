using Marketplace.Billing;
using Marketplace.Contracts;
using NodaTime;

namespace Marketplace;

/// <summary>
/// Compares what leases are with what they ought to be, many times a minute: ends those whose window is over, fails those that nobody
/// hands over, begins the interruptions that were announced, doubts those that report nothing, settles those that are billed, and walks the
/// funds of buyers down their ladder. What was due earlier is done first and as of the instant at which it was due, so that a keeper that
/// was away, or a test clock that jumped, does what every minute would have done.
/// </summary>
public sealed class LeaseKeeper(
    Database database, MarketplaceOptions options, TimeProvider time, ILogger<LeaseKeeper> log)
    : Rounds(time, log, TimeSpan.FromSeconds(10))
{
    /// <summary>A lease that runs and reports no usage for so long is doubted.</summary>
    public static readonly Duration Silence = Duration.FromHours(1);

    private const int Most = 1_000;

    private const string NoUsage = "no_usage";

    /// <summary>
    /// SQL for the last instant at which cards may be handed over. An auction that was finished late, because its host had died, makes
    /// leases whose window has begun: nobody could have handed them over before.
    /// </summary>
    private const string Deadline = "(CASE WHEN l.created_at > a.from_at THEN l.created_at ELSE a.from_at END + @handOver)";

    /// <summary>SQL for what is due of leases up to @upTo, the earliest first.</summary>
    private const string Due =
        $"""
        SELECT d.lease_id, d.task, CAST(d.due AS BIGINT) AS due FROM (
          SELECT l.lease_id, 'over' AS task, l.until_at AS due FROM lease l
          WHERE l.state IN ('awarded', 'provisioning', 'active', 'interrupted') AND l.until_at <= @upTo
          UNION ALL
          SELECT l.lease_id, 'no_show', {Deadline} FROM lease l JOIN agreement a ON a.lease_id = l.lease_id
          WHERE l.state IN ('awarded', 'provisioning') AND {Deadline} <= @upTo AND {Deadline} < l.until_at
          UNION ALL
          SELECT l.lease_id, 'interrupt', l.interrupt_at FROM lease l WHERE l.state = 'active' AND l.interrupt_at <= @upTo
          UNION ALL
          SELECT l.lease_id, 'close', i.from_at + @fundsGrace FROM lease l JOIN interruption i ON i.lease_id = l.lease_id
          WHERE l.state = 'interrupted' AND l.reason = '{FundsLadder.FundsOut}' AND i.until_at IS NULL AND i.from_at + @fundsGrace <= @upTo
          UNION ALL
          SELECT s.lease_id, 'silent', s.heard + @silence FROM (
            SELECT r.lease_id, CASE WHEN r.back > r.used THEN r.back ELSE r.used END AS heard
            FROM (
              SELECT a.lease_id, COALESCE((SELECT MAX(i.until_at) FROM interruption i WHERE i.lease_id = a.lease_id), 0) AS back,
                COALESCE((SELECT MAX(x.until_at) FROM usage_event x WHERE x.lease_id = a.lease_id), a.started_at) AS used
              FROM lease l JOIN agreement a ON a.lease_id = l.lease_id
              WHERE l.state = 'active' AND a.started_at + @silence < @upTo
                AND NOT EXISTS (
                  SELECT 1 FROM usage_event x WHERE x.lease_id = a.lease_id AND x.until_at >= @upTo - @silence)) r) s
          WHERE s.heard + @silence < @upTo
            AND NOT EXISTS (SELECT 1 FROM lease_event e WHERE e.lease_id = s.lease_id AND e.reason = '{NoUsage}' AND e.at >= s.heard)
          UNION ALL
          SELECT s.lease_id, 'settle', CAST(@upTo AS BIGINT) FROM (
            SELECT l.lease_id FROM lease l JOIN agreement a ON a.lease_id = l.lease_id
            WHERE l.state = 'ended' AND l.over_at <= (SELECT MAX(b.period_until) FROM billing_period b)
              AND EXISTS (SELECT 1 FROM billing_period b
                WHERE b.account_id = a.buyer_id AND b.period_from < a.ended_at AND b.period_until >= a.ended_at)
              AND NOT EXISTS (SELECT 1 FROM usage_unrated u WHERE u.lease_id = l.lease_id)
              AND NOT EXISTS (SELECT 1 FROM tally t WHERE t.lease_id = l.lease_id
                AND (t.quantity <> t.invoiced_quantity OR t.nanos <> t.invoiced_nanos OR t.credited <> t.invoiced_credited))
              AND NOT EXISTS (SELECT 1 FROM invoice_line i WHERE i.lease_id = l.lease_id
                AND NOT EXISTS (SELECT 1 FROM ledger_transaction t WHERE t.source = 'invoice:' || i.invoice_id))
            ORDER BY l.over_at, l.lease_id LIMIT @Most) s) d
        ORDER BY d.due, d.lease_id, d.task LIMIT @Most
        """;

    /// <summary>
    /// Does all that is due by now, each in a transaction of its own. What fails for one lease or buyer, by a fault of ours, stops no other
    /// and is thrown in the end. The test clock runs it at once when it is moved.
    /// </summary>
    public static async Task Tend(Database database, MarketplaceOptions options, CancellationToken ct = default)
    {
        var faults = new Dictionary<string, Exception>(StringComparer.Ordinal);
        while (true)
        {
            // What is due of leases before the funds cross a rung may be why they do not. And nothing is done that was not due at the look:
            // should the clock have jumped since, funds may have crossed a rung before it.
            var (at, tasks, funds) = await Next(database, options, faults.ContainsKey, ct);
            foreach (var task in tasks) await Attempt(task.LeaseId.Value, session => Do(session, task));
            if (tasks.Count > 0) continue;
            if (funds is not { } crossing)
            {
                await FundsLadder.Looked(database, at, ct);
                break;
            }

            await Attempt(crossing.Buyer.Value, session => FundsLadder.Step(session, crossing.Buyer, crossing.At));
        }

        if (faults.Count > 0) throw new AggregateException(faults.Values);

        async Task Attempt(string whose, Func<Session, Task> act)
        {
            if (faults.ContainsKey(whose)) return;
            try
            {
                await using var session = await database.Write(ct);
                await act(session);
                await session.Commit();
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                faults.Add(whose, e);
            }
        }
    }

    protected override Task Round(CancellationToken ct) => Tend(database, options, ct);

    /// <summary>
    /// What is due at an instant: of leases, and the buyer whose funds come before any later one; without those that fail.
    /// </summary>
    private static async Task<(Instant At, IReadOnlyList<LeaseTask> Tasks, (OrganisationId Buyer, Instant At)? Funds)> Next(
        Database database, MarketplaceOptions options, Func<string, bool> fails, CancellationToken ct)
    {
        await using var look = await database.Read(ct);
        var funds = await FundsLadder.Next(look, fails);
        var tasks = await Tasks(look, funds?.At ?? look.Now, options);
        return (look.Now, [.. tasks.Where(t => !fails(t.LeaseId.Value))], funds);
    }

    private static Task<IReadOnlyList<LeaseTask>> Tasks(Session session, Instant upTo, MarketplaceOptions options) =>
        session.Query<LeaseTask>(Due, new
        {
            upTo, Most, handOver = options.HandOverMinutes * 60_000L, fundsGrace = options.FundsGraceMinutes * 60_000L,
            silence = (long)Silence.TotalMilliseconds,
        });

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
            case "close" when lease is { State: LeaseState.Interrupted, Reason: FundsLadder.FundsOut }:
                await Move(LeaseState.Ended, FundsLadder.FundsOut);
                break;
            case "settle" when lease.State == LeaseState.Ended:
                await LeaseBook.Move(session, lease, LeaseState.Settled, "settled", LeaseActor.Market);
                break;
            case "silent" when lease.State == LeaseState.Active
                && !await LeaseEvent.Has(session, lease.LeaseId, NoUsage, since: at - Silence):
                await LeaseEvent.Add(session, lease.LeaseId, lease.State, lease.State, NoUsage, LeaseActor.Market, null, at);
                await LeaseNews.Say(session, [lease], "doubt", NoUsage, at);
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
