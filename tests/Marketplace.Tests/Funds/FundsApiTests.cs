using Marketplace.Billing;

namespace Marketplace;

/// <summary>Funds over the API: what a buyer can commit, what it paid in, what it may owe.</summary>
public class FundsApiTests
{
    private const string Limit = ""","creditLimit":{"amount":"100.00","currency":"CNY"}""";

    [Theory]
    [MemberData(nameof(ApiHost.Engines), MemberType = typeof(ApiHost))]
    public async Task Payment_IsPostedOnce_AndRaisesWhatIsAvailable(Engine engine)
    {
        await using var host = await ApiHost.Run(engine);
        var (buyer, other) = (await host.Open("Blue Heron", "buyer", Limit), await host.Open("Other", "buyer"));

        var first = await host.Operator.Post("/v1/payments", Paid(buyer, "50.00", "bank 1"));
        var again = await host.Operator.Post("/v1/payments", Paid(buyer, "50.00", "bank 1"));
        var dearer = await host.Operator.Post("/v1/payments", Paid(buyer, "50.01", "bank 1"));
        var anothers = await host.Operator.Post("/v1/payments", Paid(other, "50.00", "bank 1"));
        var atOnce = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => host.Operator.Post("/v1/payments", Paid(buyer, "7.00", "b 2"))));

        Assert.Equal((201, 200, 409, 409), (first.Status, again.Status, dearer.Status, anothers.Status));
        Assert.Equal((first.Text("paymentId"), "reference"), (again.Text("paymentId"), Assert.Single(dearer.Fields)));
        Assert.Equal((1, 5), (atOnce.Count(a => a.Status == 201), atOnce.Count(a => a.Status == 200)));
        var funds = await buyer.Get("/v1/funds");
        Assert.Equal(("57.00", "100.00", "0.00", "157.00"), (
            funds.Text("funds.deposit.amount"), funds.Text("funds.creditLimit.amount"), funds.Text("funds.held.amount"),
            funds.Text("funds.available.amount")));
        var ledger = await host.Operator.Get("/v1/ledger/accounts");
        Assert.Contains($"\"account\":\"deposit:{buyer.Id}\",\"balance\":{{\"amount\":\"-57.00\"", ledger.Body, StringComparison.Ordinal);
        Assert.Contains("\"account\":\"cash:bank\",\"balance\":{\"amount\":\"57.00\"", ledger.Body, StringComparison.Ordinal);
        Assert.Equal(2, (await buyer.Get("/v1/payments")).At("items").GetArrayLength());
        Assert.Equal(0, (await other.Get("/v1/payments?account=" + buyer.Id)).At("items").GetArrayLength());
    }

    [Fact]
    public async Task Payment_WrongOrBySomebodyElse_IsRefused()
    {
        await using var host = await ApiHost.Run();
        var (buyer, provider) = (await host.Open("Blue Heron", "buyer"), await host.Open("North Lake", "provider"));

        (ApiClient Who, string Body, int Status, string? Field)[] wrongs =
        [
            (buyer, Paid(buyer, "1.00", "b"), 403, null),
            (host.Operator, Paid(provider, "1.00", "b"), 400, "accountId"),
            (host.Operator, Paid(buyer, "0.00", "b"), 400, "amount.amount"),
            (host.Operator, Paid(buyer, "-1.00", "b"), 400, "amount.amount"),
            (host.Operator, Paid(buyer, "10000000000000.01", "b"), 400, "amount.amount"),
            (host.Operator, Paid(buyer, "1.00", "b").Replace("CNY", "USD", StringComparison.Ordinal), 400, "amount.currency"),
            (host.Operator, Paid(buyer, "1.00", " "), 400, "reference"),
        ];
        foreach (var (who, body, status, field) in wrongs)
        {
            var answer = await who.Post("/v1/payments", body);
            Assert.Equal(status, answer.Status);
            if (field is not null) Assert.Equal([field], answer.Fields);
        }

        Assert.Equal("0.00", (await buyer.Get("/v1/funds")).Text("funds.deposit.amount"));
    }

    [Theory]
    [MemberData(nameof(ApiHost.Engines), MemberType = typeof(ApiHost))]
    public async Task CreditLimit_SetAtOpeningOrLater_BoundsBids(Engine engine)
    {
        await using var host = await ApiHost.Run(engine);
        var buyer = await host.Open("Blue Heron", "buyer", Limit);
        const string bid = """
            {"card":"h100-sxm5-80gb","cards":8,"hours":4,"fromAt":"2026-01-05T00:00:00Z","untilAt":"2026-01-06T00:00:00Z",
             "limitPerCardHour":{"amount":"10.00","currency":"CNY"}}
            """;

        var beyond = await buyer.Post("/v1/bids", bid);
        var raised = await host.Operator.Send(HttpMethod.Patch, $"/v1/accounts/{buyer.Id}", CreditLimit("339.20"));
        var within = await buyer.Post("/v1/bids", bid);
        var second = await buyer.Post("/v1/bids", bid);
        var funds = await buyer.Get("/v1/funds");
        var holds = await buyer.Get("/v1/funds/holds");
        var dropped = await host.Operator.Send(HttpMethod.Patch, $"/v1/accounts/{buyer.Id}", """{"without":["creditLimit"]}""");
        var third = await buyer.Post("/v1/bids", bid);

        Assert.Equal((409, 200, 201, 409, 200, 201), (
            beyond.Status, raised.Status, within.Status, second.Status, dropped.Status, third.Status));
        Assert.Equal(("339.20", "0.00"), (funds.Text("funds.held.amount"), funds.Text("funds.available.amount")));
        Assert.Equal((within.Text("bidId"), "339.20"), (holds.Text("items.0.subject"), holds.Text("items.0.amount.amount")));
        Assert.Equal("339.20", raised.Text("billing.creditLimit.amount"));
        Assert.Equal("null", dropped.At("billing.creditLimit").GetRawText());
    }

    [Fact]
    public async Task CreditLimit_WrongOrBySomebodyElse_IsRefused()
    {
        await using var host = await ApiHost.Run();
        var (buyer, provider) = (await host.Open("Blue Heron", "buyer"), await host.Open("North Lake", "provider"));

        (ApiClient Who, string Id, string Body, int Status)[] wrongs =
        [
            (buyer, buyer.Id, CreditLimit("1.00"), 403),
            (host.Operator, provider.Id, CreditLimit("1.00"), 404),
            (host.Operator, buyer.Id, CreditLimit("-1.00"), 400),
            (host.Operator, buyer.Id, """{"creditLimit":{"amount":"1.00","currency":"USD"}}""", 400),
            (host.Operator, buyer.Id, """{"without":["taxRate"]}""", 400),
            (host.Operator, buyer.Id, """{"creditLimit":{"amount":"1.00","currency":"CNY"},"without":["creditLimit"]}""", 400),
        ];
        foreach (var (who, id, body, status) in wrongs)
            Assert.Equal(status, (await who.Send(HttpMethod.Patch, $"/v1/accounts/{id}", body)).Status);

        var seller = await host.Operator.Post("/v1/accounts", $$"""{"name":"Seller","roles":["provider"]{{Limit}}}""");
        Assert.Equal((400, "creditLimit"), (seller.Status, Assert.Single(seller.Fields)));
        Assert.Equal("null", (await buyer.Get("/v1/funds")).At("funds.available").GetRawText());
    }

    [Fact]
    public async Task Funds_AreSeenByTheirBuyerAndByWhoeverSeesAll()
    {
        await using var host = await ApiHost.Run();
        var (buyer, other) = (await host.Open("Blue Heron", "buyer"), await host.Open("Other", "buyer"));
        var (accountant, provider) = (await host.Open("Ledger", "accountant"), await host.Open("North Lake", "provider"));

        foreach (var path in new[] { "/v1/funds", "/v1/funds/holds" })
        {
            Assert.Equal(
                (200, 404, 200, 200, 400, 404, 404), (
                    (await buyer.Get(path)).Status, (await other.Get($"{path}?account={buyer.Id}")).Status,
                    (await accountant.Get($"{path}?account={buyer.Id}")).Status,
                    (await host.Operator.Get($"{path}?account={buyer.Id}")).Status, (await host.Operator.Get(path)).Status,
                    (await host.Operator.Get($"{path}?account={provider.Id}")).Status, (await provider.Get(path)).Status));
        }

        Assert.Equal(buyer.Id, (await accountant.Get($"/v1/funds?account={buyer.Id}")).Text("accountId"));
    }

    private static string Paid(ApiClient buyer, string amount, string reference) =>
        $$"""{"accountId":"{{buyer.Id}}","amount":{"amount":"{{amount}}","currency":"CNY"},"reference":"{{reference}}"}""";

    private static string CreditLimit(string amount) => $$$"""{"creditLimit":{"amount":"{{{amount}}}","currency":"CNY"}}""";
}
