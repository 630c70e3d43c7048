using Marketplace.Billing;

namespace Marketplace;

/// <summary>A host with a buyer, two providers with an H100 rack each, and the words of a tender.</summary>
public sealed class TenderDesk : IAsyncDisposable
{
    public const string Closes = "2026-01-02T12:00:00Z", Lapses = "2026-01-03T12:00:00Z", From = "2026-01-10T00:00:00Z",
        Until = "2026-01-11T00:00:00Z";

    private int _racks;

    private TenderDesk(ApiHost host, ApiClient buyer, ApiClient north, ApiClient south) =>
        (Host, Buyer, North, South) = (host, buyer, north, south);

    public ApiHost Host { get; }

    public ApiClient Buyer { get; }

    public ApiClient North { get; }

    public ApiClient South { get; }

    public string NorthOffer { get; private set; } = "";

    public string SouthOffer { get; private set; } = "";

    public static async Task<TenderDesk> Open(Engine engine = Engine.Sqlite)
    {
        var host = await ApiHost.Run(engine);
        var desk = new TenderDesk(
            host, await host.Open("Blue Heron", "buyer"), await host.Open("North Lake", "provider"),
            await host.Open("South Hill", "provider"));
        desk.NorthOffer = await desk.Publish(desk.North);
        desk.SouthOffer = await desk.Publish(desk.South);
        return desk;
    }

    public async Task<string> Publish(
        ApiClient provider, string card = "H100 SXM5 80GB", int cards = 8, string ask = "20.00", string region = "cn-east") =>
        Made(await provider.Post("/v1/offers", $$"""
            {"name":"rack-{{++_racks}}","card":"{{card}}","cards":{{cards}},"region":"{{region}}",
             "ask":{"amount":"{{ask}}","currency":"CNY"},
             "availableFrom":"2026-01-01T00:00:00Z","availableUntil":"2026-02-01T00:00:00Z"}
            """)).Text("offerId");

    /// <summary>A tender for four cards, or what else is said; for both providers by name, or for all.</summary>
    public async Task<string> Ask(string what = "\"cards\":4", bool isOpen = false) =>
        Made(await TryAsk(what, isOpen)).Text("tenderId");

    public Task<Answer> TryAsk(string what, bool isOpen = false)
    {
        var invited = isOpen ? "" : $$""","invited":["{{North.Id}}","{{South.Id}}"]""";
        return Buyer.Post("/v1/tenders", $$"""
            {{{what}},"fromAt":"{{From}}","untilAt":"{{Until}}","closesAt":"{{Closes}}","reference":"t-1"{{invited}}}
            """);
    }

    public static Task<Answer> Reply(ApiClient provider, string tender, string offer, string price, string currency = "CNY") =>
        provider.Post(
            $"/v1/tenders/{tender}/offers",
            $$$"""{"offerId":"{{{offer}}}","price":{"amount":"{{{price}}}","currency":"{{{currency}}}"}}""");

    /// <summary>The same, which must be taken. Returns the answer's id.</summary>
    public static async Task<string> Replied(ApiClient provider, string tender, string offer, string price)
    {
        var answer = await Reply(provider, tender, offer, price);
        Assert.True(answer.Status == 200, answer.Body);
        return answer.Text("sealed.sealedOfferId");
    }

    public Task<Answer> Award(string tender, string sealedOffer) =>
        Buyer.Post($"/v1/tenders/{tender}/award", $$"""{"sealedOfferId":"{{sealedOffer}}"}""");

    public static async Task<IReadOnlyList<string>> Seen(ApiClient who, string tender) =>
        [.. (await who.Get($"/v1/tenders/{tender}")).At("offers").EnumerateArray().Select(o =>
            o.GetProperty("sealed").GetProperty("sealedOfferId").GetString()!)];

    public async Task<string> State(string tender) => (await Buyer.Get($"/v1/tenders/{tender}")).Text("tender.state");

    public async Task<long> Count(string table)
    {
        await using var session = await Host.Database.Read();
        return await session.Scalar<long>($"SELECT CAST(COUNT(*) AS BIGINT) FROM {table}");
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    private static Answer Made(Answer answer)
    {
        Assert.True(answer.Status == 201, answer.Body);
        return answer;
    }
}
