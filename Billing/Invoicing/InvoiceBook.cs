using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace.Billing;

/// <summary>
/// Turns charges into documents. A period is claimed before it is billed, so it is billed once; numbers are taken at the very end of the
/// transaction that issues, so a failure gives them back and none is missing.
/// </summary>
public static class InvoiceBook
{
    private const string Columns =
        """
        invoice_id, series, number AS series_number, account_id AS buyer_id, buyer_name, zone, period_from, period_until, currency,
        jurisdiction, tax_rate, net AS net_minor, tax AS tax_minor, gross AS gross_minor, issued_at
        """;

    /// <summary>Closes what has ended by the run's cutoff for one account. Does nothing when the run has already done so.</summary>
    public static async Task Bill(Session session, BillingRunId runId, OrganisationId accountId)
    {
        var first = await session.Execute(
            "UPDATE billing_task SET done_at = @Now WHERE run_id = @runId AND account_id = @accountId AND done_at IS NULL",
            new { session.Now, runId, accountId });
        if (first == 0) return;
        var run = await BillingRun.Find(session, runId) ?? throw new InvalidOperationException($"{runId} does not exist");
        var account = await BillingAccount.Get(session, accountId);

        // Usage that was stored but not yet rated belongs on the document too; and from here on nobody else writes to these leases.
        var leases = await OpenLeases(session, accountId);
        await ChargeBook.Rate(session, leases);

        var drafts = new List<Draft>();
        foreach (var period in account.PeriodsUntil(run.Cutoff))
        {
            if (!await Claim(session, run, accountId, period)) continue;
            var lines = new List<InvoiceLine>();
            foreach (var leaseId in leases) await Availability.Judge(session, leaseId, period);
            foreach (var leaseId in leases) lines.AddRange(await Take(session, leaseId, period));
            if (lines.Count > 0) drafts.Add(new(period, lines));
        }

        foreach (var draft in drafts) await Issue(session, run, account, draft);
    }

    /// <summary>Issued invoices, newest first, before a cursor: of one buyer, or of all.</summary>
    public static Task<IReadOnlyList<Invoice>> List(Session session, OrganisationId? buyer, string? before, int limit) =>
        session.Query<Invoice>(
        $"""
        SELECT {Columns} FROM invoice
        WHERE (CAST(@Buyer AS TEXT) IS NULL OR account_id = @Buyer) AND (CAST(@before AS TEXT) IS NULL OR invoice_id < @before)
        ORDER BY invoice_id DESC LIMIT @limit
        """,
        new { Buyer = buyer?.Value, before, limit });

    /// <summary>One invoice with its lines, or null.</summary>
    public static async Task<Invoice?> Find(Session session, InvoiceId invoiceId)
    {
        var invoice = await session.Find<Invoice>($"SELECT {Columns} FROM invoice WHERE invoice_id = @invoiceId", new { invoiceId });
        if (invoice is null) return null;
        var lines = await session.Query<InvoiceLine>(
            """
            SELECT position, lease_id, provider_id, period_from, period_until, card, region, price_nanos, currency, units, quantity,
              charged_nanos, credited_nanos, amount AS amount_minor, commission
            FROM invoice_line WHERE invoice_id = @invoiceId ORDER BY position
            """,
            new { invoiceId });
        return invoice with { Lines = lines };
    }

    /// <summary>What documents have billed of one lease, oldest first.</summary>
    public static Task<IReadOnlyList<BilledLine>> Billed(Session session, LeaseId leaseId) => session.Query<BilledLine>(
        """
        SELECT i.invoice_id, i.series, i.number AS series_number, i.issued_at, l.position, l.period_from, l.period_until, l.quantity,
          l.charged_nanos, l.amount AS amount_minor, l.currency
        FROM invoice_line l JOIN invoice i ON i.invoice_id = l.invoice_id
        WHERE l.lease_id = @leaseId ORDER BY i.number, l.position
        """,
        new { leaseId });

    /// <summary>The pure part: what a document that closes <paramref name="closing"/> takes from the totals of one lease.</summary>
    internal static IEnumerable<(Tally Tally, CardSeconds Quantity, long Nanos, long Credited, long Amount)> Unbilled(
        IReadOnlyList<Tally> tallies, Currency currency, BillingPeriod closing)
    {
        long nanos = 0, invoiced = 0;
        foreach (var tally in tallies.OrderBy(t => t.PeriodFrom).TakeWhile(t => t.PeriodFrom < closing.Until))
        {
            nanos += tally.Nanos - tally.Credited;
            invoiced += tally.Invoiced;
            var amount = Rating.Round(new ExactAmount(nanos, currency)).Minor - invoiced;
            invoiced += amount;
            var quantity = tally.Quantity - tally.InvoicedQuantity;
            var (used, credited) = (tally.Nanos - tally.InvoicedNanos, tally.Credited - tally.InvoicedCredited);
            if ((quantity, used, credited, amount) != (CardSeconds.Zero, 0, 0, 0)) yield return (tally, quantity, used, credited, amount);
        }
    }

    /// <summary>
    /// The leases of which something is to be billed or judged: an interruption that counts is judged as its period is closed, though no
    /// usage of it may have been reported by then.
    /// </summary>
    private static async Task<IReadOnlyList<LeaseId>> OpenLeases(Session session, OrganisationId accountId) => await session.Query<LeaseId>(
        """
        SELECT a.lease_id FROM agreement a
        WHERE a.buyer_id = @accountId
          AND (EXISTS (SELECT 1 FROM usage_unrated w WHERE w.lease_id = a.lease_id)
            OR EXISTS (
              SELECT 1 FROM tally t
              WHERE t.lease_id = a.lease_id AND (t.quantity <> t.invoiced_quantity OR t.nanos <> t.invoiced_nanos
                OR t.credited <> t.invoiced_credited))
            OR EXISTS (
              SELECT 1 FROM interruption i WHERE i.lease_id = a.lease_id AND i.counted = 1
                AND (i.until_at IS NULL
                  OR i.until_at > (SELECT COALESCE(MAX(b.period_until), 0) FROM billing_period b WHERE b.account_id = @accountId))))
        ORDER BY a.lease_id
        """,
        new { accountId });

    private static async Task<bool> Claim(Session session, BillingRun run, OrganisationId accountId, BillingPeriod period) =>
        await session.Execute(
            """
            INSERT INTO billing_period (account_id, period_from, period_until, run_id, closed_at)
            VALUES (@accountId, @From, @Until, @RunId, @Now) ON CONFLICT (account_id, period_from) DO NOTHING
            """,
            new { accountId, period.From, period.Until, run.RunId, session.Now }) == 1;

    private static async Task<IReadOnlyList<InvoiceLine>> Take(Session session, LeaseId leaseId, BillingPeriod period)
    {
        var agreement = (await Agreement.Find(session, leaseId))!;
        var lines = new List<InvoiceLine>();
        foreach (var (tally, quantity, nanos, credited, amount) in Unbilled(await Tally.Of(session, leaseId), agreement.Currency, period))
        {
            var taken = tally with
            {
                InvoicedQuantity = tally.Quantity,
                InvoicedNanos = tally.Nanos,
                InvoicedCredited = tally.Credited,
                Invoiced = tally.Invoiced + amount,
            };
            await taken.Save(session);
            lines.Add(new InvoiceLine
            {
                LeaseId = leaseId, ProviderId = agreement.ProviderId, PeriodFrom = tally.PeriodFrom, PeriodUntil = tally.PeriodUntil,
                Card = agreement.Card, Region = agreement.Region, PriceNanos = agreement.PriceNanos, Currency = agreement.Currency,
                Units = agreement.Units, Quantity = quantity, ChargedNanos = nanos - credited, CreditedNanos = credited,
                AmountMinor = amount, Commission = agreement.Commission,
            });
        }

        return lines;
    }

    private static async Task Issue(Session session, BillingRun run, BillingAccount account, Draft draft)
    {
        var net = draft.Lines.Aggregate(Money.Zero(account.Currency), (sum, line) => sum + line.Amount);
        var tax = Rating.Share(net, new BasisPoints(account.TaxRate));
        const string series = "INV";
        var invoiceId = session.NewId<InvoiceId>();
        var number = await session.Scalar<long>(
            "UPDATE invoice_series SET last_number = last_number + 1 WHERE series = @series RETURNING last_number", new { series });
        await session.Execute(
            """
            INSERT INTO invoice (invoice_id, series, number, account_id, buyer_name, zone, period_from, period_until, currency,
              jurisdiction, tax_rate, net, tax, gross, issued_at, run_id)
            VALUES (@invoiceId, @series, @number, @AccountId, @Name, @Zone, @From, @Until, @Currency, @Jurisdiction,
              @TaxRate, @Net, @Tax, @Gross, @Now, @RunId)
            """,
            new
            {
                invoiceId, series, number, account.AccountId, account.Name, account.Zone, draft.Period.From, draft.Period.Until,
                account.Currency, account.Jurisdiction, TaxRate = (long)account.TaxRate,
                Net = net.Minor, Tax = tax.Minor, Gross = (net + tax).Minor, session.Now, run.RunId,
            });
        for (var i = 0; i < draft.Lines.Count; i++) await Add(session, invoiceId, i + 1, draft.Lines[i]);
        session.Stage(new InvoiceIssued(invoiceId, Invoice.Label(series, number)));
    }

    private static Task Add(Session session, InvoiceId invoiceId, long position, InvoiceLine line) => session.Execute(
        """
        INSERT INTO invoice_line (invoice_id, position, lease_id, provider_id, period_from, period_until, card, region, price_nanos,
          currency, units, quantity, charged_nanos, credited_nanos, amount, commission)
        VALUES (@invoiceId, @position, @LeaseId, @ProviderId, @PeriodFrom, @PeriodUntil, @Card, @Region, @PriceNanos, @Currency,
          @Units, @Quantity, @ChargedNanos, @CreditedNanos, @AmountMinor, @Commission)
        """,
        new
        {
            invoiceId, position, line.LeaseId, line.ProviderId, line.PeriodFrom, line.PeriodUntil, line.Card, line.Region, line.PriceNanos,
            line.Currency, line.Units, line.Quantity, line.ChargedNanos, line.CreditedNanos, line.AmountMinor,
            Commission = (long)line.Commission,
        });

    private sealed record Draft(BillingPeriod Period, IReadOnlyList<InvoiceLine> Lines);
}
