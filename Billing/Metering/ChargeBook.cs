using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace.Billing;

/// <summary>
/// Rates usage into charges. For every lease and period the charges add up to
/// price x (all usage up to the period's end) - price x (all usage up to its start), each product rounded half-up to the nano:
/// so neither the order in which events arrive nor the cuts between them change what is owed.
/// </summary>
public static class ChargeBook
{
    /// <summary>
    /// Rates what is not rated yet of these leases. Safe to run twice and beside another host: taking the work away is the claim.
    /// </summary>
    public static async Task Rate(Session session, IEnumerable<LeaseId> leases)
    {
        var accounts = new Dictionary<OrganisationId, BillingAccount>();
        foreach (var leaseId in leases.Distinct().OrderBy(l => l.Value, StringComparer.Ordinal))
        {
            var agreement = await Agreement.Find(session, leaseId, toWrite: true)
                ?? throw new InvalidOperationException($"Usage was accepted for {leaseId}, which has no agreement");
            var work = await session.Query<UsageEvent>(
                """
                SELECT u.usage_id, u.source, u.event_id, u.lease_id, u.from_at, u.until_at, u.cards
                FROM usage_unrated w JOIN usage_event u ON u.usage_id = w.usage_id
                WHERE w.lease_id = @leaseId ORDER BY u.from_at, u.usage_id
                """,
                new { leaseId });
            if (work.Count == 0) continue;
            await session.Execute("DELETE FROM usage_unrated WHERE lease_id = @leaseId", new { leaseId });
            if (!accounts.TryGetValue(agreement.BuyerId, out var account))
                accounts[agreement.BuyerId] = account = await BillingAccount.Get(session, agreement.BuyerId);
            var (charges, tallies) = Rate(agreement, account, await Tally.Of(session, leaseId), work);
            foreach (var charge in charges) await Add(session, charge);
            foreach (var tally in tallies) await tally.Save(session);
            await ApplyCredits(session, agreement);
        }
    }

    /// <summary>Takes off a lease's charges what its credits come to by now. The agreement is held.</summary>
    internal static async Task ApplyCredits(Session session, Agreement agreement)
    {
        var credits = await Credit.Of(session, agreement.LeaseId);
        if (credits.Count == 0) return;
        foreach (var (charge, tally) in Credited(agreement, await Tally.Of(session, agreement.LeaseId), credits))
        {
            await Add(session, charge);
            await tally.Save(session);
        }
    }

    /// <summary>Charges of a lease in the order in which they were rated, after a cursor.</summary>
    public static Task<IReadOnlyList<Charge>> List(Session session, LeaseId leaseId, string after, int limit) => session.Query<Charge>(
        """
        SELECT charge_id, lease_id, usage_id, cause, period_from, period_until, from_at, until_at, quantity, nanos, currency, rated_at
        FROM charge WHERE lease_id = @leaseId AND charge_id > @after ORDER BY charge_id LIMIT @limit
        """,
        new { leaseId, after, limit });

    /// <summary>Charges of a lease in one period, each with the event that it rates, as they were rated, after a cursor.</summary>
    public static Task<IReadOnlyList<ChargedUsage>> Of(Session session, LeaseId leaseId, Instant periodFrom, string after, int limit) =>
        session.Query<ChargedUsage>(
            """
            SELECT c.charge_id, c.usage_id, c.cause, c.from_at, c.until_at, c.quantity, c.nanos, c.currency, c.rated_at,
              u.source, u.event_id, u.cards, u.received_at
            FROM charge c LEFT JOIN usage_event u ON u.usage_id = c.usage_id
            WHERE c.lease_id = @leaseId AND c.period_from = @periodFrom AND c.charge_id > @after
            ORDER BY c.charge_id LIMIT @limit
            """,
            new { leaseId, periodFrom, after, limit });

    /// <summary>What a buyer, or one lease of it, came to in each of its billing periods, the newest first.</summary>
    public static Task<IReadOnlyList<Spending>> Months(Session session, OrganisationId buyer, LeaseId? lease = null) =>
        session.Query<Spending>(
            """
            SELECT c.period_from, c.period_until, c.currency, CAST(COUNT(DISTINCT c.lease_id) AS BIGINT) AS leases,
              CAST(SUM(c.quantity) AS BIGINT) AS quantity, CAST(SUM(c.nanos) AS BIGINT) AS nanos
            FROM charge c JOIN agreement a ON a.lease_id = c.lease_id
            WHERE a.buyer_id = @buyer AND (CAST(@Lease AS TEXT) IS NULL OR c.lease_id = @Lease)
            GROUP BY c.period_from, c.period_until, c.currency ORDER BY c.period_from DESC, c.currency
            """,
            new { buyer, Lease = lease?.Value });

    /// <summary>The pure part: the charges that new events add, and the totals after them.</summary>
    internal static (IReadOnlyList<Charge> Charges, IReadOnlyList<Tally> Tallies) Rate(
        Agreement agreement, BillingAccount account, IReadOnlyList<Tally> before, IReadOnlyList<UsageEvent> events)
    {
        var tallies = new SortedDictionary<Instant, Tally>(before.ToDictionary(t => t.PeriodFrom));
        var pieces = events.SelectMany(e => Pieces(e, account)).ToLookup(p => p.Period.From);
        foreach (var piece in pieces.SelectMany(p => p))
        {
            tallies.TryAdd(piece.Period.From, new Tally
            {
                LeaseId = agreement.LeaseId, PeriodFrom = piece.Period.From, PeriodUntil = piece.Period.Until,
            });
        }

        var charges = new List<Charge>();
        var changed = new List<Tally>();
        var metered = CardSeconds.Zero;
        foreach (var tally in tallies.Values)
        {
            var start = Rating.Charge(agreement.Price, metered).Nanos;
            metered += tally.Quantity;
            var (nanos, quantity) = (tally.Nanos, tally.Quantity);
            foreach (var piece in pieces[tally.PeriodFrom])
            {
                metered += piece.Quantity;
                quantity += piece.Quantity;
                var due = Rating.Charge(agreement.Price, metered).Nanos - start - nanos;
                charges.Add(Charged(piece.Period, piece.Event.UsageId, piece.From, piece.Until, piece.Quantity, due));
                nanos += due;
            }

            // Usage that came late for an earlier period moves the point from which this one is rounded, by a nano at most.
            var residue = Rating.Charge(agreement.Price, metered).Nanos - start - nanos;
            if (residue != 0)
            {
                var period = new BillingPeriod(tally.PeriodFrom, tally.PeriodUntil);
                charges.Add(Charged(period, null, period.From, period.Until, CardSeconds.Zero, residue));
                nanos += residue;
            }

            if (nanos != tally.Nanos || quantity != tally.Quantity) changed.Add(tally with { Nanos = nanos, Quantity = quantity });
        }

        return (charges, changed);

        Charge Charged(BillingPeriod period, UsageId? usageId, Instant from, Instant until, CardSeconds quantity, long nanos) => new()
        {
            LeaseId = agreement.LeaseId, UsageId = usageId, PeriodFrom = period.From, PeriodUntil = period.Until,
            FromAt = from, UntilAt = until, Quantity = quantity, Nanos = nanos, Currency = agreement.Currency,
        };
    }

    /// <summary>The pure part of credits: a charge and the total for each period in which they come to something new.</summary>
    internal static IEnumerable<(Charge Charge, Tally Tally)> Credited(
        Agreement agreement, IReadOnlyList<Tally> tallies, IReadOnlyList<Credit> credits)
    {
        foreach (var period in credits.GroupBy(c => new BillingPeriod(c.PeriodFrom, c.PeriodUntil)).OrderBy(g => g.Key.From))
        {
            var tally = tallies.FirstOrDefault(t => t.PeriodFrom == period.Key.From) ?? new Tally
            {
                LeaseId = agreement.LeaseId, PeriodFrom = period.Key.From, PeriodUntil = period.Key.Until,
            };
            var come = SlaRules.Credited(
                new ExactAmount(tally.Nanos, agreement.Currency), period.Sum(c => (long)c.Part.Value),
                period.Aggregate(ExactAmount.Zero(agreement.Currency), (sum, c) => sum + c.Amount));
            if (come.Nanos == tally.Credited) continue;
            yield return (
                new Charge
                {
                    LeaseId = agreement.LeaseId, Cause = ChargeCause.Credit, PeriodFrom = period.Key.From, PeriodUntil = period.Key.Until,
                    FromAt = period.Key.From, UntilAt = period.Key.Until, Nanos = tally.Credited - come.Nanos,
                    Currency = agreement.Currency,
                },
                tally with { Credited = come.Nanos });
        }
    }

    /// <summary>An event cut at the period boundaries of the buyer's calendar.</summary>
    private static IEnumerable<Piece> Pieces(UsageEvent usage, BillingAccount account)
    {
        for (var from = usage.FromAt; from < usage.UntilAt;)
        {
            var period = account.PeriodOf(from);
            var until = Instant.Min(period.Until, usage.UntilAt);
            yield return new(usage, period, from, until, usage.Cards.For(until - from));
            from = until;
        }
    }

    private static Task Add(Session session, Charge charge) => session.Execute(
        """
        INSERT INTO charge (charge_id, lease_id, usage_id, cause, period_from, period_until, from_at, until_at, quantity, nanos, currency,
          rated_at)
        VALUES (@Id, @LeaseId, @UsageId, @Cause, @PeriodFrom, @PeriodUntil, @FromAt, @UntilAt, @Quantity, @Nanos, @Currency, @Now)
        """,
        new
        {
            Id = session.NewId<ChargeId>(), charge.LeaseId, charge.UsageId, Cause = WireJson.Word(charge.Cause), charge.PeriodFrom,
            charge.PeriodUntil, charge.FromAt, charge.UntilAt, charge.Quantity, charge.Nanos, charge.Currency, session.Now,
        });

    private readonly record struct Piece(UsageEvent Event, BillingPeriod Period, Instant From, Instant Until, CardSeconds Quantity);
}
