using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace.Billing;

/// <summary>
/// Metered, charged, invoiced and posted, side by side per lease and period. Every column is summed from its own book; nothing here is
/// stored, and the running totals that rating uses are never read.
/// </summary>
public static class Reconciliation
{
    /// <summary>The rows of a calendar month, each account's in its own zone, the differences that need somebody first.</summary>
    /// <param name="month">The year and month, as every account's zone has it.</param>
    /// <param name="buyer">Only this buyer's; null for all.</param>
    public static async Task<IReadOnlyList<ReconciliationRow>> Of(Session session, YearMonth month, OrganisationId? buyer = null)
    {
        var rows = new List<ReconciliationRow>();
        var accounts = await BillingAccount.All(session);
        foreach (var zone in accounts.Where(a => buyer is null || a.AccountId == buyer).Select(a => a.Zone).Distinct())
        {
            var calendar = DateTimeZoneProviders.Tzdb[zone];
            var period = BillingPeriod.Containing(calendar.AtStartOfDay(month.OnDayOfMonth(1)).ToInstant(), calendar);
            rows.AddRange(await Of(session, zone, period, buyer));
        }

        return
        [
            .. rows.Select(r => r.Judged())
                .OrderBy(r => r.Cause is DifferenceCause.None or DifferenceCause.Rounding)
                .ThenByDescending(r => Math.Abs(r.Difference.Nanos))
                .ThenBy(r => r.LeaseId.Value, StringComparer.Ordinal),
        ];
    }

    /// <summary>The months of all accounts that hold usage or documents, oldest first.</summary>
    public static async Task<IReadOnlyList<YearMonth>> Months(Session session)
    {
        var spans = await session.Query<Span>(
            """
            SELECT a.zone, MIN(u.from_at) AS first, MAX(u.until_at) AS last
            FROM usage_event u JOIN agreement g ON g.lease_id = u.lease_id JOIN account a ON a.account_id = g.buyer_id
            GROUP BY a.zone
            UNION ALL
            SELECT a.zone, MIN(c.period_from) AS first, MAX(c.period_until) AS last
            FROM credit c JOIN agreement g ON g.lease_id = c.lease_id JOIN account a ON a.account_id = g.buyer_id
            GROUP BY a.zone
            """);
        return
        [
            .. spans.SelectMany(s => BillingPeriod.Ended(s.First, s.Last + Duration.FromDays(32), DateTimeZoneProviders.Tzdb[s.Zone])
                    .Where(p => p.From < s.Last)
                    .Select(p => p.From.InZone(DateTimeZoneProviders.Tzdb[s.Zone]).Date.ToYearMonth()))
                .Distinct().Order(),
        ];
    }

    private static Task<IReadOnlyList<ReconciliationRow>> Of(Session session, string zone, BillingPeriod period, OrganisationId? buyer) =>
        session.Query<ReconciliationRow>(
            """
            SELECT g.lease_id, g.buyer_id, g.provider_id, g.card, g.price_nanos, g.currency,
              CAST(@From AS BIGINT) AS period_from, CAST(@Until AS BIGINT) AS period_until,
              CAST(COALESCE(m.metered, 0) AS BIGINT) AS metered, CAST(COALESCE(m.before, 0) AS BIGINT) AS before,
              (SELECT CAST(COALESCE(SUM(x.part), 0) AS BIGINT) FROM credit x WHERE x.lease_id = g.lease_id AND x.period_from = @From)
                AS credit_parts,
              (SELECT CAST(COALESCE(SUM(x.nanos), 0) AS BIGINT) FROM credit x WHERE x.lease_id = g.lease_id AND x.period_from = @From)
                AS credit_nanos,
              (SELECT CAST(COALESCE(-SUM(x.nanos), 0) AS BIGINT) FROM charge x
                WHERE x.lease_id = g.lease_id AND x.cause = 'credit' AND x.period_from < @From) AS credited_before,
              COALESCE(c.nanos, 0) AS charged_nanos, COALESCE(i.amount, 0) AS invoiced_minor, COALESCE(p.amount, 0) AS posted_minor,
              (SELECT CAST(COUNT(*) AS BIGINT) FROM billing_period b WHERE b.account_id = g.buyer_id AND b.period_from = @From) AS closed,
              (SELECT CAST(COUNT(*) AS BIGINT) FROM usage_unrated w WHERE w.lease_id = g.lease_id) AS unrated,
              (SELECT CAST(COUNT(*) AS BIGINT) FROM invoice_line l
                WHERE l.lease_id = g.lease_id AND l.period_from = @From
                  AND NOT EXISTS (SELECT 1 FROM ledger_transaction t WHERE t.source = 'invoice:' || l.invoice_id)) AS unposted,
              CAST(CASE WHEN (SELECT COALESCE(SUM(nanos), 0) FROM charge x WHERE x.lease_id = g.lease_id AND x.period_from <= @From)
                          = (SELECT COALESCE(SUM(charged_nanos), 0) FROM invoice_line x
                              WHERE x.lease_id = g.lease_id AND x.period_from <= @From)
                        THEN 0 ELSE 1 END AS BIGINT) AS unbilled,
              CAST(CASE WHEN (SELECT COALESCE(SUM(x.amount), 0)
                              FROM posting x JOIN ledger_transaction t ON t.transaction_id = x.transaction_id
                              WHERE x.lease_id = g.lease_id AND x.ledger_account LIKE 'receivable:%' AND t.source LIKE 'invoice:%')
                          = (SELECT COALESCE(SUM(x.amount), 0) FROM invoice_line x
                              WHERE x.lease_id = g.lease_id
                                AND EXISTS (SELECT 1 FROM ledger_transaction t WHERE t.source = 'invoice:' || x.invoice_id))
                        THEN 0 ELSE 1 END AS BIGINT) AS vanished
            FROM agreement g
            JOIN account a ON a.account_id = g.buyer_id
            LEFT JOIN (
              SELECT lease_id,
                SUM(CASE WHEN until_at > @From THEN cards *
                  ((CASE WHEN until_at < @Until THEN until_at ELSE @Until END) - (CASE WHEN from_at > @From THEN from_at ELSE @From END))
                  ELSE 0 END) AS metered,
                SUM(CASE WHEN from_at < @From THEN cards * ((CASE WHEN until_at < @From THEN until_at ELSE @From END) - from_at)
                  ELSE 0 END) AS before
              FROM usage_event WHERE from_at < @Until GROUP BY lease_id) m ON m.lease_id = g.lease_id
            LEFT JOIN (
              SELECT lease_id, CAST(SUM(nanos) AS BIGINT) AS nanos FROM charge WHERE period_from = @From GROUP BY lease_id) c
              ON c.lease_id = g.lease_id
            LEFT JOIN (
              SELECT lease_id, CAST(SUM(amount) AS BIGINT) AS amount FROM invoice_line WHERE period_from = @From GROUP BY lease_id) i
              ON i.lease_id = g.lease_id
            LEFT JOIN (
              SELECT l.lease_id, CAST(SUM(p.amount) AS BIGINT) AS amount
              FROM invoice_line l
              JOIN ledger_transaction t ON t.source = 'invoice:' || l.invoice_id
              JOIN posting p ON p.transaction_id = t.transaction_id AND p.invoice_line = l.position
                AND p.ledger_account LIKE 'receivable:%'
              WHERE l.period_from = @From GROUP BY l.lease_id) p ON p.lease_id = g.lease_id
            WHERE a.zone = @zone AND (CAST(@Buyer AS TEXT) IS NULL OR g.buyer_id = @Buyer)
              AND (COALESCE(m.metered, 0) <> 0 OR c.lease_id IS NOT NULL OR i.lease_id IS NOT NULL)
            """,
            new { zone, period.From, period.Until, Buyer = buyer?.Value });

    private sealed record Span
    {
        public string Zone { get; init; } = "";

        public Instant First { get; init; }

        public Instant Last { get; init; }
    }
}
