using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace.Billing;

public sealed class InvoiceBookTests
{
    [Theory, EveryEngine]
    public async Task Bill_AThirdOfACentEachMonth_CarriesTheRestToTheNext(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var lease = await books.Lease(await books.Buyer("UTC", taxRate: 0), price: "0.333");
        await books.Record(lease, books.Usage(lease, "2026-01-10T00:00", "2026-01-10T01:00"));
        await books.Record(lease, books.Usage(lease, "2026-02-10T00:00", "2026-02-10T01:00"));

        await books.Bill("2026-02-01");
        await books.Bill("2026-03-01");

        Assert.Equal(
            ["INV-000001: 2026-01 0.33 = 0.33 + 0.00 = 0.33", "INV-000002: 2026-02 0.34 = 0.34 + 0.00 = 0.34"], await books.Documents());
        var lines = (await books.Invoices()).Select(i => Assert.Single(i.Lines!)).ToList();
        Assert.Equal([0.333m, 0.333m], lines.Select(l => decimal.Parse(l.Charged.Amount)));
        Assert.Equal(["-0.003", "0.007"], lines.Select(l => l.Rounding.Amount));
    }

    [Theory, EveryEngine]
    public async Task Bill_ALeaseOverThreeMonths_AddsUpToItsRoundedTotal(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var lease = await books.Lease(await books.Buyer("Asia/Shanghai", taxRate: 0), price: "1.234567891", cards: "0.777");
        await books.Record(lease, books.Usage(lease, "2026-01-05T03:21:09.123", "2026-03-28T11:12:13.456", cards: "0.777"));

        await books.Bill("2026-04-10");

        var invoices = await books.Invoices();
        Assert.Equal(3, invoices.Count);
        Assert.All(invoices, i => Assert.Single(i.Lines!));
        var total = Rating.Round(Rating.Charge(
            lease.Price, lease.Cards.For(Books.At("2026-03-28T11:12:13.456") - Books.At("2026-01-05T03:21:09.123"))));
        Assert.Equal(total.Minor, invoices.Sum(i => i.Net.Minor));
    }

    [Theory, EveryEngine]
    public async Task Bill_SeveralLeasesAndMonths_WritesOneLineForEach(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var buyer = await books.Buyer("UTC", taxRate: 600);
        var first = await books.Lease(buyer, price: "1.00");
        var second = await books.Lease(buyer, price: "2.00");
        foreach (var day in new[] { "2026-01-10", "2026-01-20", "2026-02-10" })
        {
            await books.Record(first, books.Usage(first, day + "T00:00", day + "T01:00"));
            await books.Record(second, books.Usage(second, day + "T00:00", day + "T02:00"));
        }

        await books.Bill("2026-03-01");

        // 6 % of 10.00, then of 5.00.
        Assert.Equal(
            [
                "INV-000001: 2026-01 2.00, 2026-01 8.00 = 10.00 + 0.60 = 10.60",
                "INV-000002: 2026-02 1.00, 2026-02 4.00 = 5.00 + 0.30 = 5.30",
            ],
            await books.Documents());
        var line = (await books.Invoices())[0].Lines![1];
        Assert.Equal(
            (2L, second.LeaseId, second.ProviderId, "h100-sxm", "cn-east"),
            (line.Position, line.LeaseId, line.ProviderId, line.Card, line.Region));
        Assert.Equal(("14400", "2.00", new StandardUnits(2_393_000)), (line.Quantity.ToString(), line.Price.Amount, line.Units));
    }

    [Theory]
    [InlineData(Engine.Sqlite, "0.25", 600, "0.02")]
    [InlineData(Engine.Sqlite, "0.24", 600, "0.01")]
    [InlineData(Engine.Sqlite, "1.00", 0, "0.00")]
    [InlineData(Engine.Sqlite, "0.05", 1_000, "0.01")]
    [InlineData(Engine.PostgreSql, "0.25", 600, "0.02")]
    [InlineData(Engine.PostgreSql, "999999.99", 1_300, "130000.00")]
    public async Task Bill_TheTax_IsHalfUpOnTheDocumentsNet(Engine engine, string net, int rate, string tax)
    {
        await using var books = await Books.Open(engine);
        var lease = await books.Lease(await books.Buyer("UTC", taxRate: rate), price: net);
        await books.Record(lease, books.Usage(lease, "2026-01-10T00:00", "2026-01-10T01:00"));

        await books.Bill("2026-02-01");

        var invoice = Assert.Single(await books.Invoices());
        Assert.Equal(
            (net, tax, (decimal.Parse(net) + decimal.Parse(tax)).ToString("F2")),
            (invoice.Net.Amount, invoice.Tax.Amount, invoice.Gross.Amount));
        Assert.Equal((rate, "CN", "Buyer"), (invoice.TaxRate, invoice.Jurisdiction, invoice.BuyerName));
    }

    [Theory, EveryEngine]
    public async Task Bill_TaxOfManyLines_IsNotTheSumOfTheirTaxes(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var buyer = await books.Buyer("UTC", taxRate: 4_000);
        for (var i = 0; i < 8; i++)
        {
            var lease = await books.Lease(buyer, price: "0.01");
            await books.Record(lease, books.Usage(lease, "2026-01-10T00:00", "2026-01-10T01:00"));
        }

        await books.Bill("2026-02-01");

        // 40 % of each cent would round to nothing.
        var invoice = Assert.Single(await books.Invoices());
        Assert.Equal(("0.08", "0.03"), (invoice.Net.Amount, invoice.Tax.Amount));
    }

    [Theory, EveryEngine]
    public async Task Bill_YenAndDinar_RoundToTheirOwnMinorUnits(Engine engine)
    {
        await using var books = await Books.Open(engine);
        foreach (var currency in new[] { "JPY", "KWD" })
        {
            var lease = await books.Lease(await books.Buyer("UTC", currency, taxRate: 0), price: "1.2345");
            await books.Record(lease, books.Usage(lease, "2026-01-10T00:00", "2026-01-10T02:00"));
        }

        await books.Bill("2026-02-01");

        Assert.Equal(["2 JPY", "2.469 KWD"], (await books.Invoices()).Select(i => i.Net.ToString()).Order(StringComparer.Ordinal));
    }

    [Theory, EveryEngine]
    public async Task Bill_UsageThatComesAfterTheInvoice_GoesOnTheNextAsALineOfItsOwnMonth(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var lease = await books.Lease(await books.Buyer("UTC", taxRate: 0), price: "0.333");
        await books.Record(lease, books.Usage(lease, "2026-01-10T00:00", "2026-01-10T01:00"));
        await books.Bill("2026-02-01");
        await books.Record(lease, books.Usage(lease, "2026-01-20T00:00", "2026-01-20T01:00"));
        await books.Record(lease, books.Usage(lease, "2026-02-20T00:00", "2026-02-20T01:00"));

        await books.Bill("2026-03-01");

        Assert.Equal(
            ["INV-000001: 2026-01 0.33 = 0.33 + 0.00 = 0.33", "INV-000002: 2026-01 0.34, 2026-02 0.33 = 0.67 + 0.00 = 0.67"],
            await books.Documents());
        Assert.Equal("3600", (await books.Invoices())[1].Lines![0].Quantity.ToString());
    }

    [Theory, EveryEngine]
    public async Task Bill_LateUsageThatMovesACentBetweenInvoicedMonths_CorrectsBoth(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var lease = await books.Lease(await books.Buyer("UTC", taxRate: 0), price: "0.004");
        await books.Record(lease, books.Usage(lease, "2026-01-10T00:00", "2026-01-10T01:00"));
        await books.Record(lease, books.Usage(lease, "2026-02-10T00:00", "2026-02-10T01:00"));
        await books.Bill("2026-03-01");
        await books.Record(lease, books.Usage(lease, "2026-01-20T00:00", "2026-01-20T01:00"));
        await books.Bill("2026-04-01");

        // 0.004 is 0.00 and 0.008 is 0.01; with the late event January is 0.008 and both together 0.012.
        Assert.Equal(
            [
                "INV-000001: 2026-01 0.00 = 0.00 + 0.00 = 0.00", "INV-000002: 2026-02 0.01 = 0.01 + 0.00 = 0.01",
                "INV-000003: 2026-01 0.01, 2026-02 -0.01 = 0.00 + 0.00 = 0.00",
            ],
            await books.Documents());
    }

    [Theory, EveryEngine]
    public async Task Bill_UsageThatWasNotRatedYet_IsOnTheInvoice(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var lease = await books.Lease(await books.Buyer("UTC", taxRate: 0));
        await books.Record(lease, books.Usage(lease, "2026-01-10T00:00", "2026-01-10T01:00"));
        Assert.Equal(1, (await books.Look(Backlog.Of)).Unrated);

        await books.Bill("2026-02-01");

        Assert.Equal(["INV-000001: 2026-01 10.00 = 10.00 + 0.00 = 10.00"], await books.Documents());
        Assert.Equal(0, (await books.Look(Backlog.Of)).Unrated);
    }

    [Theory, EveryEngine]
    public async Task Bill_UsageOfThePeriodThatRuns_WaitsForItsEnd(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var lease = await books.Lease(await books.Buyer("Asia/Shanghai", taxRate: 0));
        await books.Record(lease, books.Usage(lease, "2026-01-31T15:00", "2026-01-31T17:00"));

        await books.Bill("2026-01-31T15:59:59.999");
        Assert.Empty(await books.Documents());
        await books.Bill("2026-01-31T16:00");
        Assert.Equal(["INV-000001: 2026-01 10.00 = 10.00 + 0.00 = 10.00"], await books.Documents());
        await books.Bill("2026-02-28T16:00");

        Assert.Equal("INV-000002: 2026-02 10.00 = 10.00 + 0.00 = 10.00", (await books.Documents())[1]);
    }

    [Theory, EveryEngine]
    public async Task Bill_AMonthWithoutUsage_WritesNoInvoice(Engine engine)
    {
        await using var books = await Books.Open(engine);
        await books.Lease(await books.Buyer());

        await books.Bill("2026-06-01");

        Assert.Empty(await books.Documents());
    }

    [Theory, EveryEngine]
    public async Task Bill_ZonesOfTheWorldInOneRun_EachGetsItsOwnMonth(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var hours = new Dictionary<string, int>(StringComparer.Ordinal)
        {
            ["America/New_York"] = 743, ["Europe/Berlin"] = 743, ["Asia/Shanghai"] = 744, ["UTC"] = 744,
        };
        foreach (var zone in hours.Keys)
        {
            var lease = await books.Lease(await books.Buyer(zone, "USD", taxRate: 0), price: "1.00");
            await books.Record(lease, books.Usage(lease, "2026-02-01", "2026-05-01"));
        }

        await books.Bill("2026-04-01T12:00");

        var march = (await books.Invoices()).Where(i => i.PeriodFrom > Books.At("2026-02-25")).ToList();
        Assert.Equal(
            hours.Select(h => $"{h.Key} {h.Value}.00").Order(StringComparer.Ordinal),
            march.Select(i => $"{i.Zone} {i.Net.Amount}").Order(StringComparer.Ordinal));
        Assert.Equal(
            (Books.At("2026-03-01T05:00"), Books.At("2026-04-01T04:00")),
            march.Where(i => i.Zone == "America/New_York").Select(i => (i.PeriodFrom, i.PeriodUntil)).Single());
    }

    [Theory, EveryEngine]
    public async Task List_OfOneBuyer_PagesNewestFirst(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var buyer = await books.Buyer("UTC");
        foreach (var account in new[] { buyer, await books.Buyer("UTC") })
        {
            var lease = await books.Lease(account);
            await books.Record(lease, books.Usage(lease, "2026-01-01", "2026-04-01"));
        }

        await books.Bill("2026-04-01");

        var first = await books.Look(session => InvoiceBook.List(session, buyer.AccountId, before: null, limit: 2));
        var rest = await books.Look(session => InvoiceBook.List(session, buyer.AccountId, first[^1].InvoiceId.Value, limit: 2));
        Assert.Equal(["2026-03-01", "2026-02-01", "2026-01-01"], first.Concat(rest).Select(i => InstantText.Format(i.PeriodFrom)[..10]));
        Assert.All(first, i => Assert.Null(i.Lines));
        Assert.Null(await books.Look(session => InvoiceBook.Find(session, new("invoice_none"))));
    }
}
