using System.Text;
using Marketplace.Billing;

namespace Marketplace;

public sealed class UsageApiTests : IAsyncLifetime
{
    private const string From = "2026-01-01T00:00:00Z", Until = "2026-01-01T01:00:00Z";

    private ApiHost _host = null!;

    /// <summary>A host of its own for each test: its clock has to move, because nobody meters what has not been.</summary>
    public async ValueTask InitializeAsync() => _host = await ApiHost.Run();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task<Rented> Market()
    {
        var market = await Rented.On(_host);
        await _host.MoveTo("2026-01-03T00:00:00Z");
        return market;
    }

    [Fact]
    public async Task Event_SentTwice_IsADuplicate_SaidOtherwise_AConflict()
    {
        var market = await Market();

        var first = await market.Provider.Post("/v1/usage", market.Event(From, Until, id: "e"));
        var again = await market.Provider.Post("/v1/usage", market.Event(From, Until, id: "e"));
        var other = await market.Provider.Post("/v1/usage", market.Event(From, Until, cards: "7", id: "e"));

        Assert.Equal("accepted", first.Text("outcomes.0.status"));
        Assert.Equal("duplicate", again.Text("outcomes.0.status"));
        Assert.Equal("conflict", other.Text("outcomes.0.status"));
        Assert.Equal("e", other.Text("outcomes.0.id"));
        Assert.Single((await market.Provider.Get($"/v1/usage?lease={market.Lease}")).At("items").EnumerateArray());
        Assert.Equal("7", (await market.Provider.Get("/v1/usage/quarantine")).Text("items.0.cards"));
    }

    [Fact]
    public async Task Batch_WithEveryKindOfEvent_AnswersEachOnItsOwn()
    {
        var market = await Market();
        var body = $"""
            [{market.Event(From, Until, id: "a")}, {market.Event(From, Until, id: "a")}, {market.Event(From, Until, cards: "1", id: "a")},
             {market.Event(From, Until, id: "b", lease: "lease_foreign")}, {market.Event(From, Until, cards: "0")}, 7, null,
             {market.Event(From, Until, cards: "0.5")}]
            """;

        var answer = await market.Provider.Post("/v1/usage", body, ("Content-Type", "application/cloudevents-batch+json"));

        Assert.Equal(200, answer.Status);
        Assert.Equal(
            ["accepted", "duplicate", "conflict", "quarantined", "rejected", "rejected", "rejected", "quarantined"],
            answer.At("outcomes").EnumerateArray().Select(o => o.GetProperty("status").GetString()!));
        Assert.Equal(("1", "3"), (answer.Text("accepted"), answer.Text("rejected")));
        Assert.StartsWith("data.cards:", answer.Text("outcomes.4.reason"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"1.0\"", "\"0.3\"", "specversion")]
    [InlineData("marketplace.usage.v1", "marketplace.usage.v9", "type")]
    [InlineData("\"source\":\"/meter\"", "\"source\":\"\"", "source")]
    [InlineData("\"id\":\"e1\"", "\"id\":null", "id")]
    [InlineData("\"id\":\"e1\",", "", "id")]
    [InlineData("\"id\":\"e1\"", "\"id\":\"\\u0000\"", "id")]
    [InlineData("\"id\":\"e1\"", "\"id\":\"\\ud800\"", "id")]
    [InlineData("\"card_seconds\"", "\"gpu_seconds\"", "data.meter")]
    [InlineData("\"cards\":8", "\"cards\":\"8\"", "data.cards")]
    [InlineData("\"cards\":8", "\"cards\":1e2", "data.cards")]
    [InlineData("\"cards\":8", "\"cards\":-8", "data.cards")]
    [InlineData("\"cards\":8", "\"cards\":8,\"watts\":5", "data.watts")]
    [InlineData("\"cards\":8", "\"cards\":8,\"cards\":9", "data.cards")]
    [InlineData(From, "yesterday", "data.from")]
    [InlineData(From, "2026-01-01T01:00:00Z", "data.until")]
    [InlineData(Until, "2027-06-01T00:00:00Z", "data.until")]
    [InlineData("\"subject\":\"", "\"subject\":\"a b", "subject")]
    [InlineData("\"data\":{", "\"data\":[],\"x\":{", "data")]
    public async Task Event_ThatIsNone_IsRejectedWithItsField(string right, string wrong, string field)
    {
        var market = await Market();
        var sent = market.Event(From, Until);
        Assert.Contains(right, sent, StringComparison.Ordinal);

        var answer = await market.Provider.Post("/v1/usage", sent.Replace(right, wrong, StringComparison.Ordinal));

        Assert.Equal((200, "rejected"), (answer.Status, answer.Text("outcomes.0.status")));
        Assert.StartsWith(field + ":", answer.Text("outcomes.0.reason"), StringComparison.Ordinal);
        Assert.Empty((await market.Provider.Get("/v1/usage/quarantine")).At("items").EnumerateArray());
    }

    [Fact]
    public async Task Event_WithExtensions_IsAccepted()
    {
        var market = await Market();
        var sent = """{"time":"2026-01-01T01:00:00Z","traceparent":"00-1",""" + market.Event(From, Until)[1..];

        var answer = await market.Provider.Post("/v1/usage", sent, ("Content-Type", "application/cloudevents+json; charset=utf-8"));

        Assert.Equal("accepted", answer.Text("outcomes.0.status"));
    }

    [Fact]
    public async Task Lines_OneThatIsNoJson_IsRejectedAlone()
    {
        var market = await Market();
        var body = $"{market.Event(From, Until)}\r\n\n{{oops\n{market.Event("2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z")}";

        var answer = await market.Provider.Post("/v1/usage", body, ("Content-Type", "application/x-ndjson"));

        Assert.Equal(
            ["accepted", "rejected", "accepted"], answer.At("outcomes").EnumerateArray().Select(o => o.GetProperty("status").GetString()!));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/x-ndjson")]
    public async Task Batch_TooLarge_IsRefusedWhole(string type)
    {
        var market = await Market();
        var events = Enumerable.Range(0, UsageLog.MaxBatch + 1).Select(_ => market.Event(From, Until));
        var body = type == "application/json" ? $"[{string.Join(',', events)}]" : string.Join('\n', events);

        var answer = await market.Provider.Post("/v1/usage", body, ("Content-Type", type));

        Assert.Equal(400, answer.Status);
        Assert.Equal(["events"], answer.Fields);
    }

    [Theory]
    [InlineData("application/json", "[{]", 400)]
    [InlineData("application/json", "", 400)]
    [InlineData("text/csv", "a,b", 415)]
    public async Task Body_ThatIsNone_IsRefusedWhole(string type, string body, int status)
    {
        var market = await Market();

        Assert.Equal(status, (await market.Provider.Post("/v1/usage", body, ("Content-Type", type))).Status);
    }

    [Fact]
    public async Task Usage_ListedInPages_ShowsEveryEventOnce()
    {
        var market = await Market();
        var events = Enumerable.Range(0, 7).Select(h => market.Event($"2026-01-02T0{h}:00:00Z", $"2026-01-02T0{h + 1}:00:00Z"));
        await market.Provider.Post("/v1/usage", $"[{string.Join(',', events)}]");

        var first = await market.Buyer.Get("/v1/usage?limit=5");
        var second = await market.Buyer.Get($"/v1/usage?limit=5&cursor={first.Text("nextCursor")}");

        Assert.Equal(Encoding.UTF8.GetByteCount(first.Text("nextCursor")), first.Text("nextCursor").Length);
        Assert.Equal((5, 2), (first.At("items").GetArrayLength(), second.At("items").GetArrayLength()));
        Assert.Null(second.At("nextCursor").GetString());
    }
}
