namespace Marketplace;

public class TenantTests(SharedApi api) : IClassFixture<SharedApi>
{
    private readonly ApiHost _host = api.Host;

    [Fact]
    public async Task Account_OfAnother_IsMissing()
    {
        var (red, blue) = (await _host.Open("Red", "buyer"), await _host.Open("Blue", "buyer"));

        Same(await red.Get("/v1/accounts/org_missing"), await red.Get($"/v1/accounts/{blue.Id}"));
        Assert.Equal(200, (await red.Get($"/v1/accounts/{red.Id}")).Status);
        var own = Assert.Single((await red.Get("/v1/accounts")).At("items").EnumerateArray());
        Assert.Equal(red.Id, own.GetProperty("organisationId").GetString());
    }

    [Fact]
    public async Task Key_OfAnother_CannotBeRevokedNorIssued()
    {
        var (red, blue) = (await _host.Open("Red", "buyer"), await _host.Open("Blue", "buyer"));
        var key = (await blue.Get("/v1/api-keys")).Text("items.0.apiKeyId");

        Same(await red.Delete("/v1/api-keys/key_missing"), await red.Delete($"/v1/api-keys/{key}"));
        var issued = await red.Post("/v1/api-keys", $$"""{"name":"sly","organisation":"{{blue.Id}}"}""");

        Assert.Equal(400, issued.Status);
        Assert.Equal(["organisation"], issued.Fields);
        Assert.Equal(200, (await blue.Get("/v1/api-keys")).Status);
        Assert.Single((await blue.Get("/v1/api-keys")).At("items").EnumerateArray());
    }

    [Fact]
    public async Task LeaseInvoiceAndUsage_OfAnother_AreMissing()
    {
        var market = await Rented.On(_host);
        await market.Use("2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z");
        await market.Bill("2026-02-01T00:00:00Z");
        var (stranger, rival) = (await _host.Open("Stranger", "buyer"), await _host.Open("Rival", "provider"));
        var invoice = (await market.Buyer.Get("/v1/invoices")).Text("items.0.invoiceId");
        string[][] pairs =
        [
            [$"/v1/invoices/{invoice}", "/v1/invoices/invoice_missing"],
            [$"/v1/leases/{market.Lease}", "/v1/leases/lease_missing"],
            [$"/v1/usage?lease={market.Lease}", "/v1/usage?lease=lease_missing"],
            [$"/v1/charges?lease={market.Lease}", "/v1/charges?lease=lease_missing"],
        ];

        foreach (var pair in pairs)
        {
            Same(await stranger.Get(pair[1]), await stranger.Get(pair[0]));
            Same(await rival.Get(pair[1]), await rival.Get(pair[0]));
            Assert.Equal(200, (await _host.Operator.Get(pair[0])).Status);
            Assert.Equal(200, (await market.Buyer.Get(pair[0])).Status);
        }

        // The provider is a party of the lease, but the invoice is the buyer's.
        Assert.Equal(200, (await market.Provider.Get(pairs[2][0])).Status);
        Same(await market.Provider.Get(pairs[0][1]), await market.Provider.Get(pairs[0][0]));
        foreach (var list in new[] { "/v1/usage", "/v1/invoices", "/v1/leases", $"/v1/invoices?buyer={market.Buyer.Id}" })
            Assert.Empty((await stranger.Get(list)).At("items").EnumerateArray());
    }

    /// <summary>Nothing tells a stranger whether a thing is missing or somebody else's.</summary>
    private static void Same(Answer missing, Answer foreign)
    {
        Assert.Equal(404, missing.Status);
        Assert.Equal(missing.Status, foreign.Status);
        Assert.Equal(missing.Body, foreign.Body);
    }
}
