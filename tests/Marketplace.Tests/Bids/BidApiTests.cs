using Marketplace.Billing;

namespace Marketplace;

/// <summary>Bids for the auction over the API: echoed, versioned, and nobody else's.</summary>
public class BidApiTests
{
    private const string Wanted = """
        {"workload":"llm-decode-batch","models":["H100 SXM5 80GB","h20-96gb"],"cards":8,"hours":4,"spread":true,"exactCards":true,
         "fromAt":"2026-01-05T00:10:00+08:00","untilAt":"2026-01-06T00:00:00Z","floor":"int8","region":"cn-east","residency":"CN",
         "vendor":"NVIDIA","minMemoryGiB":64,"tiers":["node","single_card"],"interruptible":true,"group":"either","reference":"job 7",
         "limitPerScuHour":{"amount":"9.50","currency":"CNY"}}
        """;

    [Theory]
    [MemberData(nameof(ApiHost.Engines), MemberType = typeof(ApiHost))]
    public async Task Bid_IsEchoedAsItWasUnderstood(Engine engine)
    {
        await using var host = await ApiHost.Run(engine);
        var buyer = await host.Open("Blue Heron", "buyer");

        var bid = await buyer.Post("/v1/bids", Wanted);
        var work = await buyer.Post("/v1/bids", """
            {"amount":120.5,"minPartCards":2,"maxCards":16,"domesticOnly":true,"fromAt":"2026-01-05T00:00:00Z",
             "untilAt":"2026-01-08T00:00:00Z","limitPerScuHour":{"amount":"9.50","currency":"CNY"}}
            """);

        Assert.Equal((201, "\"1\"", "auction", "open"), (bid.Status, bid.Header("ETag"), bid.Text("execution"), bid.Text("state")));
        Assert.Equal(("2026-01-04T17:00:00Z", "2026-01-05T20:00:00Z"), (bid.Text("fromAt"), bid.Text("startsBy")));
        Assert.Equal("""["h100-sxm5-80gb","h20-96gb"]""", bid.At("terms.models").GetRawText());
        Assert.Equal("""["single_card","node"]""", bid.At("terms.tiers").GetRawText());
        Assert.Equal(("8", "4", "int8", "CN", "64"), (
            bid.Text("terms.cards"), bid.Text("terms.hours"), bid.Text("terms.floor"), bid.Text("terms.residency"),
            bid.Text("terms.minMemoryGiB")));
        Assert.Equal(("either", "job 7", "llm-decode-batch", "1"), (
            bid.Text("group"), bid.Text("reference"), bid.Text("workload"), bid.Text("parts")));
        Assert.Equal((201, "120.500", "8", "1"), (work.Status, work.Text("terms.amount"), work.Text("parts"), work.Text("version")));
        Assert.True(decimal.Parse(work.Text("held.amount"), System.Globalization.CultureInfo.InvariantCulture) > 1_200);
        Assert.Equal("true", (await buyer.Get("/v1/bids")).Text("items.1.terms.spread"));
    }

    [Theory]
    [MemberData(nameof(ApiHost.Engines), MemberType = typeof(ApiHost))]
    public async Task ChangeAndCancel_GoByTheVersionThatWasSeen(Engine engine)
    {
        await using var host = await ApiHost.Run(engine);
        var (buyer, other) = (await host.Open("Blue Heron", "buyer"), await host.Open("Other", "buyer"));
        var path = "/v1/bids/" + (await buyer.Post("/v1/bids", Wanted)).Text("bidId");
        const string fewer = """{"cards":4,"without":["region","tiers"]}""";

        Assert.Equal(428, (await buyer.Send(HttpMethod.Patch, path, fewer)).Status);
        Assert.Equal(404, (await other.Send(HttpMethod.Patch, path, fewer, ("If-Match", "\"1\""))).Status);
        Assert.Equal(404, (await other.Delete(path)).Status);
        Assert.Equal(404, (await other.Get(path)).Status);
        Assert.Equal(404, (await other.Get(path + "/versions")).Status);
        var wrong = await buyer.Send(HttpMethod.Patch, path, """{"cards":4,"minPartHours":9}""", ("If-Match", "\"1\""));
        Assert.Equal((400, "minPartHours"), (wrong.Status, Assert.Single(wrong.Fields)));
        var changed = await buyer.Send(HttpMethod.Patch, path, fewer, ("If-Match", "\"1\""));
        Assert.Equal((200, "\"2\"", "4", "null"), (
            changed.Status, changed.Header("ETag"), changed.Text("terms.cards"), changed.At("terms.region").GetRawText()));
        Assert.Equal(412, (await buyer.Send(HttpMethod.Patch, path, fewer, ("If-Match", "\"1\""))).Status);
        Assert.Equal(412, (await buyer.Delete(path, ("If-Match", "\"1\""))).Status);
        Assert.Equal("8", (await buyer.Get(path + "/versions")).Text("items.0.terms.cards"));

        await host.MoveTo("2025-12-31T16:14:30Z");
        Assert.Equal(409, (await buyer.Send(HttpMethod.Patch, path, fewer, ("If-Match", "\"2\""))).Status);
        Assert.Equal(409, (await buyer.Delete(path)).Status);
        await host.MoveTo("2025-12-31T16:15:00Z");
        var version = (await buyer.Get(path)).Header("ETag")!;
        var cancelled = await buyer.Delete(path, ("If-Match", version));
        Assert.Equal((200, "cancelled", "null"), (cancelled.Status, cancelled.Text("state"), cancelled.At("held").GetRawText()));
        Assert.Equal(409, (await buyer.Delete(path)).Status);
        Assert.Equal("0.00", (await buyer.Get("/v1/funds")).Text("funds.held.amount"));
    }
}
