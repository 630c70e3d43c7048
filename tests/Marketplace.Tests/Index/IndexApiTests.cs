using System.Text.Json;

namespace Marketplace;

/// <summary>The index as everybody with a key sees it, and the marks on offers.</summary>
public sealed class IndexApiTests
{
    [Fact]
    public async Task TheIndex_OfADay_CanBeFollowedToItsTrades_WithoutNames()
    {
        await using var host = await ApiHost.Run();
        var (buyers, sellers) = await Trade(host, ["7.20", "7.40", "7.60"]);
        await host.MoveTo("2026-01-02T00:00:00Z");

        var list = await buyers[0].Get(
            "/v1/index?board=ai&tier=single_card&region=cn-north-1&currency=CNY&from=2025-12-31&until=2026-01-01");
        var value = Assert.Single(list.At("items").EnumerateArray());
        var id = value.GetProperty("indexId").GetString()!;

        Assert.Equal(
            ("2025-12-31", "SCU", "provisional", 3, false),
            (value.GetProperty("day").GetString(), value.GetProperty("unit").GetString(), value.GetProperty("kind").GetString(),
                value.GetProperty("trades").GetInt32(), value.GetProperty("thin").GetBoolean()));
        var trades = await buyers[1].Get($"/v1/index/{id}/trades");
        Assert.Equal(
            ["S1 B1", "S2 B2", "S3 B3"],
            trades.At("items").EnumerateArray().Select(t => $"{t.GetProperty("seller")} {t.GetProperty("buyer")}"));
        Assert.All(buyers.Concat(sellers), party => Assert.DoesNotContain(party.Id, trades.Body, StringComparison.Ordinal));
        Assert.DoesNotContain("lease_", trades.Body, StringComparison.Ordinal);
        Assert.Contains("lease_", (await host.Operator.Get($"/v1/index/{id}/trades")).Body, StringComparison.Ordinal);
        Assert.Equal(id, (await buyers[2].Get($"/v1/index/{id}")).Text("indexId"));
        Assert.Equal(401, (await host.Nobody.Get("/v1/index")).Status);
    }

    [Fact]
    public async Task TheTrades_AreHandedOutInPages()
    {
        await using var host = await ApiHost.Run();
        var (buyers, _) = await Trade(host, ["7.20", "7.40", "7.60"]);
        await host.MoveTo("2026-01-02T00:00:00Z");
        var id = (await buyers[0].Get("/v1/index")).Text("items.0.indexId");

        var first = await buyers[0].Get($"/v1/index/{id}/trades?limit=2");
        var rest = await buyers[0].Get($"/v1/index/{id}/trades?limit=2&cursor={first.Text("nextCursor")}");

        Assert.Equal(["1", "2"], Numbers(first));
        Assert.Equal(["3"], Numbers(rest));
        Assert.Equal(JsonValueKind.Null, rest.At("nextCursor").ValueKind);
    }

    [Fact]
    public async Task TheIndex_IsHandedOutInPages()
    {
        await using var host = await ApiHost.Run();
        var (buyers, _) = await Trade(host, ["7.20"]);
        await host.MoveTo("2026-01-05T00:00:00Z");

        var first = await buyers[0].Get("/v1/index?limit=1");
        var second = await buyers[0].Get($"/v1/index?limit=1&cursor={first.Text("nextCursor")}");

        Assert.NotEqual(first.Text("items.0.indexId"), second.Text("items.0.indexId"));
        Assert.Equal(JsonValueKind.Null, second.At("nextCursor").ValueKind);
    }

    [Fact]
    public async Task AnIndexRun_IsTheOperatorsAlone_AndTwiceIsOnce()
    {
        await using var host = await ApiHost.Run();
        var (buyers, _) = await Trade(host, ["7.20"]);
        await host.MoveTo("2026-01-02T00:00:00Z");

        Assert.Equal(403, (await buyers[0].Post("/v1/index-runs", """{"day":"2025-12-31"}""")).Status);
        Assert.Empty((await host.Operator.Post("/v1/index-runs", """{"day":"2025-12-31"}""")).At("published").EnumerateArray());
        Assert.Equal(["day"], (await host.Operator.Post("/v1/index-runs", """{"day":"2026-01-02"}""")).Fields);
    }

    [Theory]
    [InlineData("board=tpu", "board")]
    [InlineData("tier=rack", "tier")]
    [InlineData("currency=XXX", "currency")]
    [InlineData("from=yesterday", "from")]
    [InlineData("until=2026-02-30", "until")]
    [InlineData("from=2026-01-02&until=2026-01-02", "until")]
    [InlineData("vintages=first", "vintages")]
    public async Task AFilter_ThatCannotBe_IsRefused(string query, string field)
    {
        await using var host = await ApiHost.Run();

        var answer = await host.Operator.Get($"/v1/index?{query}");

        Assert.Equal((400, field), (answer.Status, Assert.Single(answer.Fields)));
    }

    [Fact]
    public async Task AnOutlyingAsk_IsMarked_InTheRankingAndOnTheFrontPage()
    {
        await using var host = await ApiHost.Run();
        await Trade(host, ["7.20", "7.40", "7.60"]);
        await host.MoveTo("2026-01-02T00:00:00Z");
        var lake = await host.Open("Lake", "provider");
        foreach (var (name, ask) in new[] { ("low", "1.00"), ("fair", "7.40"), ("high", "70.00") })
            Assert.Equal(201, (await lake.Post("/v1/offers", Offer(name, ask))).Status);

        var offers = await lake.Get("/v1/offers?from=2026-01-03T00:00:00Z");

        Assert.Equal(
            ["low below", "fair within", "high above"],
            offers.At("items").EnumerateArray().Select(o =>
                $"{o.GetProperty("offer").GetProperty("name")} {o.GetProperty("band").GetProperty("place")}"));
        var page = await host.Nobody.Get("/", ("Accept", "text/html"));
        Assert.Contains("below the band", page.Body, StringComparison.Ordinal);
        Assert.Contains("above the band", page.Body, StringComparison.Ordinal);
    }

    private static string[] Numbers(Answer page) =>
        [.. page.At("items").EnumerateArray().Select(t => t.GetProperty("number").GetRawText())];

    /// <summary>One lease of a card for a day at each ask, each between two parties of its own.</summary>
    private static async Task<(IReadOnlyList<ApiClient> Buyers, IReadOnlyList<ApiClient> Sellers)> Trade(ApiHost host, string[] asks)
    {
        var (buyers, sellers) = (new List<ApiClient>(), new List<ApiClient>());
        foreach (var ask in asks)
        {
            var seller = await host.Open($"Seller {sellers.Count}", "provider");
            var buyer = await host.Open($"Buyer {buyers.Count}", "buyer");
            var offer = (await seller.Post("/v1/offers", Offer("rack", ask))).Text("offerId");
            var quote = await buyer.Post(
                "/v1/quotes", $$"""{"offerId":"{{offer}}","cards":1,"untilAt":"2026-01-01T16:00:00Z"}""");
            Assert.Equal(201, (await buyer.Post($"/v1/quotes/{quote.Text("quoteId")}/accept", "")).Status);
            var lease = (await buyer.Get("/v1/leases")).Text("items.0.leaseId");
            Assert.Equal(200, (await seller.Post($"/v1/leases/{lease}/start", "")).Status);
            Assert.Equal(200, (await seller.Delete($"/v1/offers/{offer}", ("If-Match", "\"1\""))).Status);
            buyers.Add(buyer);
            sellers.Add(seller);
        }

        return (buyers, sellers);
    }

    private static string Offer(string name, string ask) => $$"""
        {"name":"{{name}}","card":"h100-sxm5-80gb","cards":8,"region":"cn-north-1","ask":{"amount":"{{ask}}","currency":"CNY"},
         "availableFrom":"{{ApiHost.Start}}","availableUntil":"2026-02-28T16:00:00Z"}
        """;
}
