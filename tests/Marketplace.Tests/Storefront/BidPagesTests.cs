namespace Marketplace;

/// <summary>Bids for the auction and funds as people see them.</summary>
public sealed class BidPagesTests(Browser browser) : IClassFixture<Browser>
{
    [Fact]
    public async Task ABidForTheAuction_IsLookedAt_Placed_Changed_AndCancelled()
    {
        await using var host = await ApiHost.Run();
        var provider = await host.Open("North Lake", "provider");
        var buyer = await host.Open("Blue Heron", "buyer", ""","creditLimit":{"amount":"9000.00","currency":"CNY"}""");
        await provider.Post("/v1/offers", """
            {"name":"rack-1","card":"H20","cards":64,"region":"cn-east-2","ask":{"amount":"7.20","currency":"CNY"},
             "availableFrom":"2025-12-31T16:00:00Z","availableUntil":"2026-03-01T00:00:00Z"}
            """);
        await using var heron = await browser.Open(host);
        await heron.SignIn(buyer.Key!);

        await heron.Visit("/bids/new");
        await heron.Page.SelectOptionAsync("#workload", "llm-decode-batch");
        await heron.Page.FillAsync("#card", "h20-96gb, H100 SXM5 80GB");
        await heron.Page.FillAsync("#cards", "8");
        await heron.Page.FillAsync("#hours", "6");
        await heron.Page.FillAsync("#limitPerScuHour", "5.00");
        await heron.Press("Look at the bid");
        await heron.Look();
        foreach (var said in new[] { "Held now, for its first 24 hours", "¥9,000.00", "The next auction is due at 2026-01-01 00:15." })
            await heron.Shows(said);
        await heron.Press("Place the bid");
        Assert.StartsWith("/bids/bid_", heron.Path, StringComparison.Ordinal);
        var path = heron.Path;
        await heron.Look();
        await heron.Page.Locator("summary").First.ClickAsync();
        await heron.Page.FillAsync("#cards", "4");
        await heron.Page.FillAsync("#limitPerScuHour", "4.50");
        await heron.Press("Change the bid");
        await heron.Shows("¥4.50");
        Assert.Equal(
            ("4", "2", "4.50"), ((await buyer.Get("/v1" + path)).Text("terms.cards"), (await buyer.Get("/v1" + path)).Text("version"),
                (await buyer.Get("/v1" + path)).Text("limit.amount")));

        await heron.Visit("/bids");
        await heron.Visit("/funds");
        await heron.Shows("Held for");
        await heron.Follow("Bid " + Show.Short(path["/bids/".Length..]));
        await heron.Press("Cancel the bid");
        await heron.Visit("/funds");
        await heron.Shows("Nothing is held.");
        heron.Leave();
    }

    [Fact]
    public async Task ABidThatContradictsItself_IsShownAgainWithTheReasonAtItsField()
    {
        await using var host = await ApiHost.Run();
        var buyer = await host.Open("Blue Heron", "buyer");
        await using var heron = await browser.Open(host);
        await heron.SignIn(buyer.Key!);

        await heron.Page.GotoAsync(
            "/bids/new?card=any&cards=8&minPartCards=9&fromAt=2026-01-02T00:00&untilAt=2026-01-03T00:00&limitPerScuHour=5");

        Assert.Contains("is from 1 to 8", await heron.Page.InnerTextAsync("#minPartCards-error"), StringComparison.Ordinal);
        await heron.Page.FillAsync("#minPartCards", "2");
        await heron.Page.FillAsync("#amount", "");
        await heron.Press("Look at the bid");
        await heron.Shows("Held now, for its first 24 hours");
    }
}
