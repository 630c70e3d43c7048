using Marketplace.Billing;

namespace Marketplace;

/// <summary>One lease over REST from its offer to the ledger, with the numbers worked out by hand.</summary>
public class LeaseToLedgerTests
{
    // 8 cards x 100 h x 7.20 = 5,760.00; tax 6 % 345.60; commission 5 % 288.00.
    [Theory]
    [MemberData(nameof(ApiHost.Engines), MemberType = typeof(ApiHost))]
    public async Task Month_MeteredChargedInvoicedPosted_Agrees(Engine engine)
    {
        await using var host = await ApiHost.Run(engine);
        var market = await Rented.On(host);
        for (var day = 0; day < 4; day++) await market.Use($"2026-01-{10 + day:00}T00:00:00Z", $"2026-01-{11 + day:00}T00:00:00Z");
        await market.Use("2026-01-20T00:00:00Z", "2026-01-20T04:00:00Z");

        await market.Bill("2026-01-31T16:00:00Z");

        var invoice = await market.Buyer.Get($"/v1/invoices/{(await market.Buyer.Get("/v1/invoices")).Text("items.0.invoiceId")}");
        Assert.Equal(
            ("5760.00", "345.60", "6105.60"), (invoice.Text("net.amount"), invoice.Text("tax.amount"), invoice.Text("gross.amount")));
        Assert.Equal("INV-000001", invoice.Text("number"));
        Assert.Equal((market.Lease, "2880000"), (invoice.Text("lines.0.leaseId"), invoice.Text("lines.0.quantity")));
        var charges = await market.Buyer.Get($"/v1/charges?lease={market.Lease}");
        Assert.Equal(5, charges.At("items").GetArrayLength());

        var ledger = (await host.Operator.Get("/v1/ledger/accounts")).At("items").EnumerateArray()
            .ToDictionary(a => a.GetProperty("account").GetString()!, a => a.GetProperty("balance").GetProperty("amount").GetString());
        Assert.Equal("6105.60", ledger[$"receivable:{market.Buyer.Id}"]);
        Assert.Equal("-5472.00", ledger[$"payable:{market.Provider.Id}"]);
        Assert.Equal(("-288.00", "-345.60"), (ledger["revenue:commission"], ledger["tax:CN"]));
        var transactions = await host.Operator.Get($"/v1/ledger/transactions?account=receivable:{market.Buyer.Id}");
        Assert.Equal($"invoice:{invoice.Text("invoiceId")}", transactions.Text("items.0.source"));

        var books = await host.Operator.Get("/v1/reconciliation?period=2026-01");
        Assert.Equal(("5760.00", "5760.00"), (books.Text("totals.0.charged.amount"), books.Text("totals.0.posted.amount")));
        Assert.Equal("none", books.Text("rows.0.cause"));
        var others = await host.Operator.Get($"/v1/reconciliation?period=2026-01&buyer={market.Provider.Id}");
        Assert.Empty(others.At("rows").EnumerateArray());
    }

    [Fact]
    public async Task Month_OverRabbitMq_OnHostsOfOneRoleEach_Agrees()
    {
        var database = TestServers.NewDatabase();
        var broker = $"--Marketplace:RabbitMq={TestServers.RabbitMq}";
        await using var relay = await ApiHost.Run(Engine.PostgreSql, database, args: [broker, "--roles=relay"]);
        await using var worker = await ApiHost.Run(Engine.PostgreSql, database, args: [broker, "--roles=worker"]);
        await using var host = await ApiHost.Run(Engine.PostgreSql, database, args: [broker, "--roles=api"]);
        var market = await Rented.On(host);
        await market.Use("2026-01-10T00:00:00Z", "2026-01-10T01:00:00Z");

        await market.Bill("2026-01-31T16:00:00Z");

        Assert.Equal("57.60", (await market.Buyer.Get("/v1/invoices")).Text("items.0.net.amount"));
        Assert.Equal("none", (await host.Operator.Get("/v1/reconciliation?period=2026-01")).Text("rows.0.cause"));
        Assert.Equal(200, (await worker.Nobody.Get("/health/ready")).Status);
        Assert.Equal(404, (await worker.Operator.Get("/v1/invoices")).Status);
    }

    [Fact]
    public async Task InvoiceAndReconciliation_AskedForAsTables_AreCsv()
    {
        await using var host = await ApiHost.Run();
        var market = await Rented.On(host);
        await market.Use("2026-01-10T00:00:00Z", "2026-01-10T01:00:00Z");
        await market.Bill("2026-01-31T16:00:00Z");
        var id = (await market.Buyer.Get("/v1/invoices")).Text("items.0.invoiceId");

        var invoice = await market.Buyer.Get($"/v1/invoices/{id}", ("Accept", "text/csv"));
        var books = await host.Operator.Get("/v1/reconciliation?period=2026-01", ("Accept", "application/json;q=0.5, text/csv"));
        var json = await market.Buyer.Get($"/v1/invoices/{id}", ("Accept", "application/json, text/csv;q=0.5"));

        var units = MarketBooks.H100Listed;
        Assert.Equal("text/csv; charset=utf-8", invoice.Header("Content-Type"));
        Assert.Equal(
            $"line,INV-000001,{market.Buyer.Id},1,{market.Lease},{market.Provider.Id},2025-12-31T16:00:00Z,2026-01-31T16:00:00Z,"
            + $"h100-sxm5-80gb,r{market.Provider.Id[^8..]},7.20,{units},28800,57.60,0.00,57.60,CNY",
            invoice.Body.Split("\r\n")[1]);
        Assert.EndsWith(",61.06,CNY\r\n", invoice.Body, StringComparison.Ordinal);
        Assert.StartsWith("lease,buyer,provider,card,", books.Body, StringComparison.Ordinal);
        Assert.Equal("application/json; charset=utf-8", json.Header("Content-Type"));
    }

    [Fact]
    public async Task BillingRun_ReportsItsProgress_AndRefusesTheFuture()
    {
        await using var host = await ApiHost.Run();
        await host.Open("Blue", "buyer");

        var early = await host.Operator.Post("/v1/billing-runs", """{"cutoff":"2026-03-01T00:00:00Z"}""");
        var run = await host.Operator.Post("/v1/billing-runs", $$"""{"cutoff":"{{ApiHost.Start}}"}""");
        await host.Settle();
        var done = await host.Operator.Get(run.Header("Location")!);

        Assert.Equal((400, "cutoff"), (early.Status, Assert.Single(early.Fields)));
        Assert.Equal((202, "1"), (run.Status, run.Text("accounts")));
        Assert.Equal(("1", "0"), (done.Text("done"), done.Text("invoices")));
    }
}
