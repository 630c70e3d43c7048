namespace Marketplace;

/// <summary>The pages as people use them, in a real browser against the real host; each is looked at in both languages.</summary>
public sealed class BrowserTests(Browser browser) : IClassFixture<Browser>
{
    private const string Offer = """
        {"name":"rack-1","card":"H100 SXM5 80GB","cards":16,"region":"cn-north-1","ask":{"amount":"7.20","currency":"CNY"},
         "availableFrom":"2025-12-31T16:00:00Z","availableUntil":"2026-02-28T16:00:00Z"}
        """;

    // 8 cards x 3 h x 7.20 = 172.80; tax 6 % = 10.37; together 183.17.
    [Fact]
    public async Task OneLease_FromTheBidToTheEventBehindTheInvoice_IsSeenByEverybody()
    {
        await using var host = await ApiHost.Run();
        var provider = await host.Open("North Lake", "provider");
        var buyer = await host.Open("Blue Heron", "buyer");
        var accountant = await host.Open("Ledger & Sons", "accountant");
        Assert.Equal(201, (await provider.Post("/v1/offers", Offer)).Status);

        await using var heron = await browser.Open(host);
        await heron.Visit("/");
        Assert.Contains("1 of 1 offers.", await heron.Text, StringComparison.Ordinal);
        await heron.SignIn(buyer.Key!);
        await heron.Follow("Bid");
        await heron.Look();
        await heron.Page.FillAsync("#cards", "8");
        await heron.Page.FillAsync("#limitPerScuHour", "5.00");
        await heron.Page.Locator("summary").First.ClickAsync();
        await heron.Page.SelectOptionAsync("#execution", "posted");
        await heron.Press("Look at the bid");
        Assert.Contains("Matches at once:", await heron.Text, StringComparison.Ordinal);
        await heron.Look();
        await heron.Press("Place the bid");
        Assert.StartsWith("/leases/lease_", heron.Path, StringComparison.Ordinal);
        var lease = heron.Path["/leases/".Length..];
        await heron.Look();

        await Move(host, "2025-12-31T17:00:00Z");
        await using var lake = await browser.Open(host);
        await lake.SignIn(provider.Key!);
        await lake.Visit("/my-offers");
        await lake.Follow("Leases that wait for you to start them: 1");
        await lake.Look();
        await lake.Press("Start");
        Assert.Contains("active", await lake.Text, StringComparison.Ordinal);

        await Move(host, "2025-12-31T20:00:00Z");
        var reported = await provider.Post("/v1/usage", $$"""
            [{"specversion":"1.0","type":"marketplace.usage.v1","source":"/meter","id":"morning","subject":"{{lease}}",
              "data":{"meter":"card_seconds","from":"2025-12-31T17:00:00Z","until":"2025-12-31T20:00:00Z","cards":8} }]
            """);
        Assert.Equal("accepted", reported.Text("outcomes.0.status"));
        await host.Settle();
        await heron.Visit($"/leases/{lease}");
        Assert.Contains("¥172.80", await heron.Text, StringComparison.Ordinal);

        await Move(host, "2026-01-31T16:00:00Z");
        await using var books = await browser.Open(host);
        await books.SignIn(accountant.Key!);
        await books.Visit("/accounts");
        await books.Press("Start a billing run");
        await host.Settle();

        await heron.Visit("/invoices");
        await heron.Follow("INV-000001");
        await heron.Look();
        var invoice = await heron.Text;
        Assert.All(
            ["Blue Heron", "¥172.80", "¥10.37", "¥183.17", "Asia/Shanghai"],
            text => Assert.Contains(text, invoice, StringComparison.Ordinal));
        await heron.Visit("/spend");
        Assert.Contains("24.00", await heron.Text, StringComparison.Ordinal);

        await books.Visit("/reconciliation?period=2026-01");
        Assert.Contains("1 agree to the last digit", await books.Text, StringComparison.Ordinal);
        await books.Visit("/invoices");
        await books.Follow("INV-000001");
        await books.Page.Locator("summary").First.ClickAsync();
        await books.Follow("Charges and events");
        Assert.Equal($"/reconciliation/{lease}?period=2026-01", books.Path);
        await books.Look();
        var drilled = await books.Text;
        Assert.All(
            ["/meter morning", "86,400", "172.80", "INV-000001", "Receivable Blue Heron"],
            text => Assert.Contains(text, drilled, StringComparison.Ordinal));

        foreach (var reader in new[] { heron, lake, books }) reader.Leave();
    }

    [Fact]
    public async Task Renting_AcceptedTwice_MakesOneLease()
    {
        await using var host = await ApiHost.Run();
        var provider = await host.Open("North Lake", "provider");
        var buyer = await host.Open("Blue Heron", "buyer");
        var offer = (await provider.Post("/v1/offers", Offer)).Text("offerId");
        await using var heron = await browser.Open(host);
        await heron.SignIn(buyer.Key!);
        await heron.Visit($"/rent/{offer}");
        await heron.Page.FillAsync("#cards", "2");
        await heron.Press("Show the price");
        await heron.Look();

        // The double click: the same form with the same key, sent twice.
        var form = heron.Context.APIRequest.CreateFormData();
        foreach (var field in await heron.Page.Locator("main form.form input[type=hidden]").AllAsync())
            form.Set((await field.GetAttributeAsync("name"))!, (await field.GetAttributeAsync("value"))!);
        var first = await heron.Context.APIRequest.PostAsync(heron.Page.Url, new() { Form = form, MaxRedirects = 0 });
        var second = await heron.Context.APIRequest.PostAsync(heron.Page.Url, new() { Form = form, MaxRedirects = 0 });

        Assert.Equal((302, 302), (first.Status, second.Status));
        Assert.Equal(first.Headers["location"], second.Headers["location"]);
        Assert.Single((await buyer.Get("/v1/leases")).At("items").EnumerateArray());
        await heron.Visit(new Uri(host.Address, first.Headers["location"]).AbsolutePath);
        Assert.Contains("2 × H100 SXM5 80GB", await heron.Text, StringComparison.Ordinal);
        heron.Leave();
    }

    [Fact]
    public async Task Terms_OfAnOffer_AreAskedForAndSeenByWhoRentsIt()
    {
        await using var host = await ApiHost.Run();
        var provider = await host.Open("North Lake", "provider");
        var buyer = await host.Open("Blue Heron", "buyer");
        await using var lake = await browser.Open(host);
        await lake.SignIn(provider.Key!);
        await lake.Visit("/my-offers/new");
        await lake.Page.ClickAsync("summary");
        var typed = new[]
        {
            ("name", "rack-1"), ("card", "H100 SXM5 80GB"), ("cards", "8"), ("region", "cn-east-2"), ("ask", "10"), ("lot", "2"),
            ("rentNowAsk", "12"), ("drainMinutes", "30"), ("noticeMinutes", "15"), ("residency", "CN"),
        };
        foreach (var (field, value) in typed) await lake.Page.FillAsync("#" + field, value);
        await lake.Page.CheckAsync("[name=interruptible]");
        await lake.Press("Publish");
        var offer = (await provider.Get("/v1/offers/mine")).Text("items.0.offerId");
        await lake.Visit($"/my-offers/{offer}/own-use");
        await lake.Page.FillAsync("#cards", "4");
        await lake.Press("Take the cards");
        await lake.Look();
        Assert.Contains("held", await lake.Text, StringComparison.Ordinal);
        await lake.Press("Give back");
        Assert.Contains("given back", await lake.Text, StringComparison.Ordinal);

        await using var heron = await browser.Open(host);
        await heron.SignIn(buyer.Key!);
        await heron.Visit($"/rent/{offer}");
        await heron.Page.FillAsync("#cards", "2");
        await heron.Press("Show the price");
        await heron.Look();
        var shown = await heron.Text;
        Assert.All(
            [
                "sold in lots of 2", "rests 30 min after each lease", "data stays in CN", "Ask for renting now ← is the price", "¥12.00",
                "with 15 minutes of notice", "Signed by the market",
            ],
            text => Assert.Contains(text, shown, StringComparison.Ordinal));
        await heron.Press("Let it go");
        Assert.Equal("declined", (await buyer.Get("/v1/quotes")).Text("items.0.state"));
        foreach (var reader in new[] { heron, lake }) reader.Leave();

        // What cannot be is said at its field, within the terms that open for it.
        await heron.Page.FillAsync("#cards", "3");
        await heron.Press("Show the price");
        Assert.Contains("is a multiple of 2", await heron.Page.InnerTextAsync("#cards-error"), StringComparison.Ordinal);
        await lake.Visit($"/my-offers/{offer}");
        await lake.Page.ClickAsync("summary");
        await lake.Page.FillAsync("#lot", "9");
        await lake.Press("Change");
        Assert.Contains("is at most the 8 cards", await lake.Page.InnerTextAsync("#lot-error"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AForm_ThatIsRefused_SaysSoAtTheField()
    {
        await using var host = await ApiHost.Run();
        var provider = await host.Open("North Lake", "provider");
        await provider.Post("/v1/offers", Offer);
        await using var lake = await browser.Open(host);
        await lake.SignIn(provider.Key!);
        await lake.Visit("/my-offers/new");
        var typed = new[] { ("name", "rack-1"), ("card", "H20"), ("cards", "8"), ("region", "cn-east-2"), ("ask", "3.10") };
        foreach (var (field, value) in typed) await lake.Page.FillAsync("#" + field, value);

        await lake.Press("Publish");

        Assert.Contains("You have an offer called 'rack-1'", await lake.Page.InnerTextAsync("#name-error"), StringComparison.Ordinal);
        Assert.Equal("3.10", await lake.Page.InputValueAsync("#ask"));
        await lake.Page.FillAsync("#name", "rack-2");
        await lake.Press("Publish");
        Assert.Equal("/my-offers", lake.Path);
        Assert.Contains("rack-2", await lake.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryOtherPage_IsCleanForWhoSeesIt()
    {
        await using var host = await ApiHost.Run();
        var market = await Rented.On(host);
        await market.Use("2026-01-10T00:00:00Z", "2026-01-10T05:00:00Z");
        await market.Bill("2026-01-31T16:00:00Z");
        await market.Use("2026-01-12T00:00:00Z", "2026-01-12T01:00:00Z");
        await host.Settle();
        var bid = await market.Buyer.Post("/v1/bids", """
            {"execution":"posted","card":"h100-sxm5-80gb","cards":4,"fromAt":"2026-02-10T00:00:00Z","untilAt":"2026-02-11T00:00:00Z",
             "limitPerCardHour":{"amount":"0.10","currency":"CNY"},"reference":"patient"}
            """);
        var offer = (await market.Provider.Get("/v1/offers/mine")).Text("items.0.offerId");

        await using var heron = await browser.Open(host);
        await heron.Visit("/cards");
        await heron.Visit("/cards/h20-96gb");
        await heron.Visit("/cards/h20-96gb/evidence");
        await heron.Visit($"/compare?left={offer}&right=h20-96gb&tariff=0.65&pue=1.3");
        await heron.Visit(BreakEvenForm.Example);
        await heron.Visit("/index");
        await heron.Follow("Trades");
        await heron.Look();
        await heron.Visit("/cards/h20-96gb/workloads/llm-decode-interactive?cards=8&memoryGiB=140");
        await heron.Visit("/plan?kind=serving&pricePerScuHour=4");
        await heron.Visit("/offers?workload=llm-decode-interactive&memory=200&region=nowhere");
        await heron.SignIn(market.Buyer.Key!);
        await heron.Visit("/workloads");
        await heron.Visit("/bids");
        await heron.Visit($"/bids/{bid.Text("bidId")}");
        await heron.Visit("/leases");
        await heron.Visit($"/leases/{market.Lease}/books?period=2026-01");
        await heron.Visit($"/rent/{offer}");
        await using var lake = await browser.Open(host);
        await lake.SignIn(market.Provider.Key!);
        foreach (var path in new[] { $"/my-offers/{offer}", $"/my-offers/{offer}/own-use", "/my-offers/new", "/leases?state=awarded" })
            await lake.Visit(path);
        await using var books = await browser.Open(host);
        await books.SignIn(ApiHost.OperatorKey);
        await books.Visit("/reconciliation?period=2026-01");
        Assert.Contains("Usage came after the invoice; it goes on the next one.", await books.Text, StringComparison.Ordinal);

        foreach (var reader in new[] { heron, lake, books }) reader.Leave();
    }

    private static async Task Move(ApiHost host, string to) =>
        Assert.Equal(200, (await host.Operator.Post("/v1/test-clock", $$"""{"to":"{{to}}"}""")).Status);
}
