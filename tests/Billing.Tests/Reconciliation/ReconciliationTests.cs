using Marketplace.Pricing;
using NodaTime;

namespace Marketplace.Billing;

public sealed class ReconciliationTests
{
    private static readonly YearMonth January = new(2026, 1);
    private static readonly YearMonth February = new(2026, 2);

    [Theory, EveryEngine]
    public async Task Of_ALeaseOnItsWay_NamesWhatItWaitsForAtEachStep(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var lease = await books.Lease(await books.Buyer("UTC"), price: "1.00");
        Assert.Empty(await Rows(books, January));

        await books.Record(lease, books.Usage(lease, "2026-01-10T00:00", "2026-01-10T01:00"));
        await Expect(books, January, DifferenceCause.NotYetRated, metered: 3_600, charged: "0.00", invoiced: "0.00", posted: "0.00");

        await books.Rate(lease);
        await Expect(books, January, DifferenceCause.NotYetInvoiced, metered: 3_600, charged: "1.00", invoiced: "0.00", posted: "0.00");

        await books.Bill("2026-02-01");
        await Expect(books, January, DifferenceCause.NotYetPosted, metered: 3_600, charged: "1.00", invoiced: "1.00", posted: "0.00");

        await PostAll(books);
        await Expect(books, January, DifferenceCause.None, metered: 3_600, charged: "1.00", invoiced: "1.00", posted: "1.00");
        Assert.Empty(await Rows(books, February));
    }

    [Theory, EveryEngine]
    public async Task Of_LateUsage_SaysSoUntilTheNextInvoice(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var lease = await books.Lease(await books.Buyer("UTC"), price: "1.00");
        await books.Record(lease, books.Usage(lease, "2026-01-10T00:00", "2026-01-10T01:00"));
        await books.Bill("2026-02-01");
        await PostAll(books);

        await books.Record(lease, books.Usage(lease, "2026-01-11T00:00", "2026-01-11T02:00"));
        await Expect(books, January, DifferenceCause.NotYetRated, metered: 10_800, charged: "1.00", invoiced: "1.00", posted: "1.00");
        await books.Rate(lease);
        await Expect(books, January, DifferenceCause.LateUsage, metered: 10_800, charged: "3.00", invoiced: "1.00", posted: "1.00");
        await books.Bill("2026-03-01");
        await Expect(books, January, DifferenceCause.NotYetPosted, metered: 10_800, charged: "3.00", invoiced: "3.00", posted: "1.00");
        await PostAll(books);
        await Expect(books, January, DifferenceCause.None, metered: 10_800, charged: "3.00", invoiced: "3.00", posted: "3.00");
    }

    [Theory, EveryEngine]
    public async Task Of_FractionsOfACent_AreRoundingInEachMonth(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var lease = await books.Lease(await books.Buyer("UTC"), price: "0.333");
        await books.Record(lease, books.Usage(lease, "2026-01-31T23:00", "2026-02-01T01:00"));
        await books.Bill("2026-03-01");
        await PostAll(books);

        await Expect(books, January, DifferenceCause.Rounding, metered: 3_600, charged: "0.333", invoiced: "0.33", posted: "0.33");
        await Expect(books, February, DifferenceCause.Rounding, metered: 3_600, charged: "0.333", invoiced: "0.34", posted: "0.34");
        Assert.Equal("0.003", Assert.Single(await Rows(books, January)).Difference.Amount);
        Assert.Equal("-0.007", Assert.Single(await Rows(books, February)).Difference.Amount);
    }

    [Theory, EveryEngine]
    public async Task Of_LateUsageBetweenTwoInvoicedMonths_EndsInRoundingOnly(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var lease = await books.Lease(await books.Buyer("UTC"), price: "0.004");
        await books.Record(
            lease, books.Usage(lease, "2026-01-10T00:00", "2026-01-10T01:00"), books.Usage(lease, "2026-02-10T00:00", "2026-02-10T01:00"));
        await books.Bill("2026-03-01");
        await PostAll(books);

        await books.Record(lease, books.Usage(lease, "2026-01-20T00:00", "2026-01-20T01:00"));
        await books.Rate(lease);
        Assert.Equal(DifferenceCause.LateUsage, Assert.Single(await Rows(books, January)).Cause);
        Assert.Equal(DifferenceCause.LateUsage, Assert.Single(await Rows(books, February)).Cause);
        await books.Bill("2026-04-01");
        await PostAll(books);

        await Expect(books, January, DifferenceCause.Rounding, metered: 7_200, charged: "0.008", invoiced: "0.01", posted: "0.01");
        await Expect(books, February, DifferenceCause.Rounding, metered: 3_600, charged: "0.004", invoiced: "0.00", posted: "0.00");
    }

    /// <summary>Each damage is done to a lease that was billed and posted without a difference.</summary>
    [Theory]
    [InlineData("a charge that is too high", "UPDATE charge SET nanos = nanos + 1")]
    [InlineData("a charge that is missing", "DELETE FROM charge")]
    [InlineData("usage that was changed", "UPDATE usage_event SET until_at = until_at + 60000")]
    [InlineData("a line that is too high", "UPDATE invoice_line SET amount = amount + 1")]
    [InlineData("a line that is missing", "DELETE FROM invoice_line")]
    [InlineData("a posting that is too high", "UPDATE posting SET amount = amount + 1 WHERE ledger_account LIKE 'receivable:%'")]
    [InlineData("a posting that is missing", "DELETE FROM posting")]
    [InlineData("a period that was opened again", "DELETE FROM billing_period")]
    public async Task Of_ARowWasTamperedWith_IsUnexplained(string damage, string sql)
    {
        foreach (var engine in Enum.GetValues<Engine>())
        {
            await using var books = await Books.Open(engine);
            var lease = await books.Lease(await books.Buyer("UTC", taxRate: 0), price: "1.00");
            await books.Record(lease, books.Usage(lease, "2026-01-10T00:00", "2026-01-10T01:00"));
            await books.Bill("2026-02-01");
            await PostAll(books);
            Assert.Equal(DifferenceCause.None, Assert.Single(await Rows(books, January)).Cause);

            await books.Do(session => session.Execute(sql));

            Assert.True(Assert.Single(await Rows(books, January)).Cause == DifferenceCause.Unexplained, $"{engine}: {damage}");
        }
    }

    [Theory, EveryEngine]
    public async Task Of_SeveralZones_CountsEachAccountsOwnMonthAndSortsTroubleFirst(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var leases = new List<Agreement>();
        foreach (var (zone, price) in new[] { ("America/New_York", "1.00"), ("Asia/Shanghai", "2.00"), ("Asia/Shanghai", "3.00") })
        {
            var lease = await books.Lease(await books.Buyer(zone), price);
            await books.Record(lease, books.Usage(lease, "2026-02-01", "2026-05-01"));
            leases.Add(lease);
        }

        await books.Bill("2026-04-02");
        await PostAll(books);
        var late = books.Usage(leases[1], "2026-01-31T12:00", "2026-01-31T13:00");
        await books.Record(leases[1], late);

        var march = await Rows(books, new(2026, 3));
        var february = await Rows(books, February);
        Assert.Equal(
            [743L, 744L, 744L],
            leases.Select(l => march.Single(r => r.LeaseId == l.LeaseId).Metered.Micros / CardSeconds.MicrosPerCardHour));
        Assert.All(march, row => Assert.Equal(DifferenceCause.None, row.Cause));
        Assert.All(february, row => Assert.Equal(DifferenceCause.None, row.Cause));
        Assert.Equal(leases[1].LeaseId, (await Rows(books, January))[0].LeaseId);
        Assert.Equal(DifferenceCause.NotYetRated, (await Rows(books, January))[0].Cause);
        Assert.Single(await books.Look(session => Reconciliation.Of(session, new(2026, 3), leases[0].BuyerId)));
        Assert.Equal(
            [new(2026, 1), new(2026, 2), new(2026, 3), new(2026, 4), new YearMonth(2026, 5)], await books.Look(Reconciliation.Months));
    }

    [Theory, EveryEngine]
    public async Task Months_OfOneEvent_AreThoseThatItTouches(Engine engine)
    {
        await using var books = await Books.Open(engine);
        Assert.Empty(await books.Look(Reconciliation.Months));
        var lease = await books.Lease(await books.Buyer("Asia/Shanghai"));

        // Midnight in Shanghai ends it: nothing of February is in use.
        await books.Record(lease, books.Usage(lease, "2026-01-31T15:00", "2026-01-31T16:00"));

        Assert.Equal([January], await books.Look(Reconciliation.Months));
    }

    private static Task<IReadOnlyList<ReconciliationRow>> Rows(Books books, YearMonth month) =>
        books.Look(session => Reconciliation.Of(session, month));

    private static async Task PostAll(Books books)
    {
        foreach (var invoice in await books.Invoices()) await books.Do(session => Ledger.Post(session, invoice));
    }

    private static async Task Expect(
        Books books, YearMonth month, DifferenceCause cause, long metered, string charged, string invoiced, string posted)
    {
        var row = Assert.Single(await Rows(books, month));
        Assert.Equal(
            (cause, new CardSeconds(metered * CardSeconds.MicrosPerCardSecond), charged, invoiced, posted),
            (row.Cause, row.Metered, row.Charged.Amount, row.Invoiced.Amount, row.Posted.Amount));
        Assert.Equal(row.Charged - ExactAmount.Of(row.Invoiced), row.Difference);
    }
}
