using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>A buyer is told that its funds carry what runs for so long only.</summary>
/// <param name="Hours">24, 6 or 1; 0: the leases are paused.</param>
/// <param name="RunOutAt">When nothing would be left.</param>
/// <param name="At">When they crossed the rung.</param>
public sealed record FundsLow(long Hours, Instant RunOutAt, Instant At);

/// <summary>
/// What happens as the funds of a buyer with a credit limit run out: it is warned 24, 6 and 1 hours before, its leases are paused when the
/// next minute is not paid for, and ended when nothing is paid in within the grace. Each step is taken once for each time that the
/// funds cross it, and as of the instant of the crossing.
/// </summary>
internal static class FundsLadder
{
    /// <summary>The reason code of a pause, and of what follows if it is not ended.</summary>
    internal const string FundsOut = "funds_out";

    /// <summary>The reason code of going on.</summary>
    internal const string PaidIn = "paid_in";

    /// <summary>The rung of a buyer to whom nothing is to be said.</summary>
    private const long Enough = 48;

    /// <summary>Paid in must be enough for so long, or the leases stay paused.</summary>
    private static readonly Duration LeastToResume = Duration.FromHours(1);

    /// <summary>So long after its end a lease may still report usage that nobody has seen.</summary>
    private static readonly Duration Tail = Duration.FromHours(24);

    private static readonly (long Hours, Duration Before)[] Rungs =
    [
        (24, Duration.FromHours(24)), (6, Duration.FromHours(6)), (1, Duration.FromHours(1)), (0, Duration.FromMinutes(1)),
    ];

    /// <summary>The buyer whose funds cross a rung first, and when, if that is not after now.</summary>
    /// <param name="session">The session.</param>
    /// <param name="fails">Whose step has failed, by its id: it is left out.</param>
    public static async Task<(OrganisationId Buyer, Instant At)?> Next(Session session, Func<string, bool> fails)
    {
        (OrganisationId, Instant At)? first = null;
        foreach (var buyer in (await Watched(session)).Where(b => !fails(b.Value)))
        {
            if (await Crossing(session, buyer) is { } at && (first is null || at < first.Value.At)) first = (buyer, at);
        }

        return first;
    }

    /// <summary>Takes the step that a buyer's funds call for at an instant.</summary>
    public static async Task Step(Session session, OrganisationId buyer, Instant at)
    {
        // Its row is taken before anything is read, so that two hosts do not take the same step.
        await session.Execute(
            """
            INSERT INTO funds_watch (account_id, hours, checked_at) VALUES (@buyer, @Enough, @at)
            ON CONFLICT (account_id) DO UPDATE SET hours = funds_watch.hours
            """,
            new { buyer, Enough, at });
        var watch = await Of(session, buyer);

        // Whoever had the row may have gone further than this look had seen; nobody goes back.
        at = Instant.Max(at, watch.SeenAt);
        var hours = Enough;
        if (watch.Resumes(at))
        {
            foreach (var lease in watch.Paused) await Move(session, lease, LeaseState.Active, PaidIn, at);
        }
        else
        {
            var runOut = watch.Runway.EndsAt();
            hours = RungOf(runOut, at);
            if (hours == 0)
            {
                foreach (var lease in watch.Running) await Move(session, lease, LeaseState.Interrupted, FundsOut, at);
            }

            if (hours < watch.Hours) await Tell(session, buyer, new FundsLow(hours, Instant.Max(runOut!.Value, at), at));
        }

        await Save(session, buyer, hours, at);
    }

    /// <summary>The operator has changed what a buyer may owe: that counts from now on, and not for what ran before.</summary>
    public static Task LimitChanged(Session session, OrganisationId buyer) => Save(session, buyer, null, session.Now);

    /// <summary>
    /// Writes down that all buyers were looked at, at most once a minute, and lets the holds of their leases shrink, once an hour. What
    /// happens later is dated later than this.
    /// </summary>
    /// <param name="database">The database.</param>
    /// <param name="at">Up to when nothing more was due when they were looked at.</param>
    /// <param name="ct">Cancels it.</param>
    public static async Task Looked(Database database, Instant at, CancellationToken ct)
    {
        const string stale =
            """
            SELECT DISTINCT a.buyer_id FROM lease l JOIN agreement a ON a.lease_id = l.lease_id
            JOIN account c ON c.account_id = a.buyer_id AND c.credit_limit IS NOT NULL
            LEFT JOIN funds_watch w ON w.account_id = a.buyer_id
            WHERE l.state IN ('active', 'interrupted') AND COALESCE(w.checked_at, 0) <= @Before
            """;
        await using (var look = await database.Read(ct))
        {
            if ((await look.Query<OrganisationId>(stale, new { Before = at - Duration.FromMinutes(1) })).Count == 0) return;
        }

        await using var session = await database.Write(ct);
        foreach (var buyer in await session.Query<OrganisationId>(stale, new { Before = at - Duration.FromMinutes(1) }))
        {
            await Save(session, buyer, null, at);
            var shrinking = await session.Query<LeaseId>(
                """
                SELECT l.lease_id FROM hold h JOIN lease l ON l.lease_id = h.subject
                WHERE h.account_id = @buyer AND l.state = 'active' AND l.until_at < @Soon AND h.changed_at <= @HourAgo ORDER BY l.lease_id
                """,
                new { buyer, Soon = at + LeaseBook.Held, HourAgo = at - Duration.FromHours(1) });
            foreach (var leaseId in shrinking)
            {
                if (await LeaseBook.Hold(session, leaseId) is { IsRunning: true } lease)
                    await LeaseBook.HoldFunds(session, [lease], at, mustFit: false);
            }
        }

        await session.Commit();
    }

    /// <summary>How a buyer stands: the warning it has now, and when its funds run out; null: it has no limit, or nothing runs.</summary>
    public static async Task<(long Hours, Instant? RunOutAt)?> Standing(Session session, OrganisationId buyer) =>
        (await Watched(session)).Contains(buyer) && await Of(session, buyer) is { } watch
            ? (watch.Hours, watch.Runway.EndsAt())
            : null;

    /// <summary>When the buyer's next step is due, if that is not after now.</summary>
    private static async Task<Instant?> Crossing(Session session, OrganisationId buyer)
    {
        var watch = await Of(session, buyer);
        if (watch.Resumes(watch.PaidAt)) return watch.PaidAt;
        if (watch.Running.Count == 0) return null;
        var runOut = watch.Runway.EndsAt();
        var rung = RungOf(runOut, watch.CheckedAt);

        // While some leases are paused nothing is said of the others, but they are paused too when their time comes.
        if (watch.Paused.Count > 0 ? rung == 0 : rung != watch.Hours) return watch.CheckedAt;
        if (runOut is not { } end) return null;
        foreach (var (hours, before) in Rungs)
        {
            if (hours < rung && (watch.Paused.Count == 0 || hours == 0)) return end - before <= session.Now ? end - before : null;
        }

        return null;
    }

    private static long RungOf(Instant? runOut, Instant at) =>
        runOut is { } end ? Rungs.Where(r => end - r.Before <= at).Select(r => r.Hours).DefaultIfEmpty(Enough).Min() : Enough;

    private static Task<IReadOnlyList<OrganisationId>> Watched(Session session) => session.Query<OrganisationId>(
        """
        SELECT DISTINCT a.buyer_id FROM lease l JOIN agreement a ON a.lease_id = l.lease_id
        JOIN account c ON c.account_id = a.buyer_id
        WHERE (l.state = 'active' AND c.credit_limit IS NOT NULL) OR (l.state = 'interrupted' AND l.reason = @FundsOut)
        ORDER BY a.buyer_id
        """,
        new { FundsOut });

    private static async Task<Watch> Of(Session session, OrganisationId buyer)
    {
        var account = await BillingAccount.Get(session, buyer);
        var funds = await Funds.Of(session, account);
        var leases = await session.Query<Exposed>(
            """
            SELECT a.lease_id, l.state, l.reason, a.price_nanos, a.currency, a.cards, a.until_at, a.ended_at, a.started_at,
              (SELECT u.until_at FROM usage_event u
                WHERE u.lease_id = a.lease_id AND NOT EXISTS (SELECT 1 FROM usage_unrated w WHERE w.usage_id = u.usage_id)
                ORDER BY u.from_at DESC LIMIT 1) AS metered_until
            FROM agreement a JOIN lease l ON l.lease_id = a.lease_id
            WHERE a.buyer_id = @buyer AND a.started_at IS NOT NULL AND a.currency = @Currency
              AND (l.state IN ('active', 'interrupted') OR l.over_at > @Since)
            ORDER BY a.lease_id
            """,
            new { buyer, account.Currency, Since = session.Now - Tail });
        var burns = new List<Burn>();
        foreach (var lease in leases) burns.Add(lease.Unmetered(await Interruption.Of(session, lease.LeaseId)));
        var running = leases.Where(l => l.State == LeaseState.Active).ToList();
        var paused = leases.Where(l => l is { State: LeaseState.Interrupted, Reason: FundsOut }).ToList();
        var seen = await session.Find<Seen>("SELECT hours, checked_at FROM funds_watch WHERE account_id = @buyer", new { buyer });
        var checkedAt = Instant.Min(
            session.Now,
            Instant.Max(
                seen?.CheckedAt ?? NodaConstants.UnixEpoch,
                running.Select(l => l.StartedAt).DefaultIfEmpty(seen?.CheckedAt ?? session.Now).Min()));
        var left = funds.CreditLimit is { } limit ? limit + funds.Deposit - funds.Receivable - funds.Uninvoiced : Unlimited(account);
        return new()
        {
            Runway = new(account, left, burns), Running = running, Paused = paused, Hours = seen?.Hours ?? Enough, CheckedAt = checkedAt,
            SeenAt = seen?.CheckedAt ?? NodaConstants.UnixEpoch,
            PaidAt = paused.Count == 0 ? checkedAt : Instant.Min(session.Now, Instant.Max(checkedAt, await LastPaid(session, account))),
        };
    }

    /// <summary>What carries whatever runs: the most that <see cref="Funds.WithTax"/> says of any cost.</summary>
    private static Money Unlimited(BillingAccount account) => new(long.MaxValue / 4, account.Currency);

    private static async Task<Instant> LastPaid(Session session, BillingAccount account) =>
        Instant.FromUnixTimeMilliseconds(await session.Scalar<long>(
            """
            SELECT CAST(COALESCE(MAX(t.at), 0) AS BIGINT) FROM posting p JOIN ledger_transaction t ON t.transaction_id = p.transaction_id
            WHERE p.ledger_account = @Deposit
            """,
            new { Deposit = $"deposit:{account.AccountId}" }));

    private static async Task Move(Session session, Exposed exposed, LeaseState to, string reason, Instant at)
    {
        var lease = (await LeaseBook.Hold(session, exposed.LeaseId))!;
        if (lease.IsRunning && lease.State != to)
            await LeaseBook.Move(session, lease, to, reason, LeaseActor.Market, Instant.Max(at, exposed.StartedAt));
    }

    private static async Task Tell(Session session, OrganisationId buyer, FundsLow news)
    {
        await LiveLog.Say(session, "funds.low", buyer.Value, news, buyer);
        await Webhook.Tell(session, "funds.low", news, buyer);
    }

    private static Task Save(Session session, OrganisationId buyer, long? hours, Instant at) => session.Execute(
        """
        INSERT INTO funds_watch (account_id, hours, checked_at) VALUES (@buyer, COALESCE(@hours, @Enough), @at)
        ON CONFLICT (account_id) DO UPDATE SET hours = COALESCE(@hours, funds_watch.hours), checked_at = excluded.checked_at
        """,
        new { buyer, hours, Enough, at });

    private sealed record Watch
    {
        public required Runway Runway { get; init; }

        public required IReadOnlyList<Exposed> Running { get; init; }

        public required IReadOnlyList<Exposed> Paused { get; init; }

        public long Hours { get; init; }

        /// <summary>Up to when nothing more was due; since when something runs, if that is later.</summary>
        public Instant CheckedAt { get; init; }

        /// <summary>The first of these as it was written down.</summary>
        public Instant SeenAt { get; init; }

        /// <summary>When money last came in, if that is later: paused leases go on from then, and not from before.</summary>
        public Instant PaidAt { get; init; }

        /// <summary>Whether what is left would carry, from then on, the paused leases too.</summary>
        public bool Resumes(Instant at)
        {
            if (Paused.Count == 0) return false;
            var again = Paused.Where(l => at < l.UntilAt).Select(l => new Burn(l.Price, l.Cards, [new Interval(at, l.UntilAt)]));
            return (Runway with { Burns = [.. Runway.Burns, .. again] }).Carries(at + LeastToResume);
        }
    }

    /// <summary>A lease of which not all may be metered yet.</summary>
    private sealed record Exposed
    {
        public LeaseId LeaseId { get; init; }

        public LeaseState State { get; init; }

        public string Reason { get; init; } = "";

        public CardCount Cards { get; init; }

        public UnitPrice Price => new(PriceNanos, Currency);

        public Instant StartedAt { get; init; }

        public Instant UntilAt { get; init; }

        public Instant? EndedAt { get; init; }

        public Instant? MeteredUntil { get; init; }

        internal long PriceNanos { get; init; }

        internal Currency Currency { get; init; } = Currency.Cny;

        /// <summary>From what was metered last to its end, without the interruptions.</summary>
        public Burn Unmetered(IReadOnlyList<Interruption> gaps)
        {
            var (from, until) = (Instant.Max(StartedAt, MeteredUntil ?? StartedAt), EndedAt ?? UntilAt);
            var times = new List<Interval>();
            foreach (var gap in gaps.Where(g => g.FromAt < until))
            {
                if (from < gap.FromAt) times.Add(new(from, gap.FromAt));
                from = Instant.Max(from, gap.UntilAt ?? until);
            }

            if (from < until) times.Add(new(from, until));
            return new(Price, Cards, times);
        }
    }

    private sealed record Seen
    {
        public long Hours { get; init; }

        public Instant CheckedAt { get; init; }
    }
}
