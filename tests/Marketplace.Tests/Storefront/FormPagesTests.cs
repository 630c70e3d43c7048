using System.Text.Json;

namespace Marketplace;

/// <summary>What a form can say is what the API takes: a bid changed in every wish, a tender with every term, a dispute answered.</summary>
public sealed class FormPagesTests(Browser browser) : IClassFixture<Browser>
{
    private const string Cny = """{"amount":"5.00","currency":"CNY"}""";

    [Theory]
    [InlineData("en", "Change the bid", "Parts of at least so many cards: is from 1 to 8")]
    [InlineData("zh-Hans", "修改竞价", "每批至少卡数: 应在 1 到 8 之间")]
    public async Task ABid_IsChangedInEveryWish_AndRelieved(string language, string change, string refused)
    {
        await using var host = await ApiHost.Run();
        var buyer = await host.Open("Blue Heron", "buyer");
        var bid = await buyer.Post("/v1/bids", $$"""
            {"workload":"llm-decode-batch","cards":4,"hours":6,"fromAt":"2026-01-02T00:00:00Z","untilAt":"2026-01-03T00:00:00Z",
             "limitPerScuHour":{{Cny}}}
            """);
        var path = "/bids/" + bid.Text("bidId");
        await using var heron = await browser.Open(host);
        await heron.SignIn(buyer.Key!);
        await heron.Speak(language);
        await heron.Page.GotoAsync(path);
        Assert.Empty(await heron.Faults());
        await Fill(heron, ("limitPerScuHour", "6.50"), ("cards", "8"), ("hours", "5"), ("fromAt", "2026-01-02T10:00"),
            ("untilAt", "2026-01-03T09:00"), ("region", "cn-east-2"), ("card", "ascend-910b2，ascend-910b1"), ("minPartCards", "4"),
            ("vendor", "Huawei"), ("minMemoryGiB", "64"), ("residency", "CN"));
        await heron.Page.SelectOptionAsync("#floor", "int8");
        await Tick(heron, "#spread", "#exactCards", "#domesticOnly", "#interruptible", "[value=node]", "[value=multi_node]");
        await heron.Press(change);
        Assert.Equal(path, heron.Path);

        var changed = await buyer.Get("/v1" + path);
        Assert.Equal(
            ("6.50", "8", "5", "4", "2026-01-02T02:00:00Z", "2026-01-03T01:00:00Z"),
            (changed.Text("limit.amount"), changed.Text("terms.cards"), changed.Text("terms.hours"), changed.Text("terms.minPartCards"),
                changed.Text("fromAt"), changed.Text("untilAt")));
        Assert.Equal(
            """["ascend-910b2-64gb","ascend-910b1-64gb"] int8 cn-east-2 CN Huawei 64 ["node","multi_node"]""",
            string.Join(' ', Of(changed, "models", "floor", "region", "residency", "vendor", "minMemoryGiB", "tiers")));
        Assert.Equal("true true true true", string.Join(' ', Of(changed, "spread", "exactCards", "domesticOnly", "interruptible")));

        heron.Leave(); // what follows is refused, which a console notes
        await Open(heron);
        await heron.Page.FillAsync("#minPartCards", "9");
        await heron.Press(change);
        Assert.Equal(refused, await heron.Page.InnerTextAsync("#minPartCards-error"));
        Assert.Equal("minPartCards", await heron.Page.EvaluateAsync<string>("document.activeElement.id"));
        Assert.Equal($"{path}#minPartCards", await heron.Page.GetAttributeAsync("[role=alert] a", "href"));
        Assert.Empty(await heron.Faults());

        // What is left empty and not ticked is not asked for any more.
        await Fill(heron, ("hours", ""), ("region", ""), ("card", ""), ("minPartCards", ""), ("vendor", ""), ("minMemoryGiB", ""),
            ("residency", ""));
        await heron.Page.SelectOptionAsync("#floor", "");
        await Tick(heron, "#spread", "#exactCards", "#domesticOnly", "#interruptible", "[value=node]", "[value=multi_node]");
        await heron.Press(change);
        Assert.Equal(path, heron.Path);
        var relieved = await buyer.Get("/v1" + path);
        Assert.Equal("[] 23 0 []", string.Join(' ', Of(relieved, "models", "hours", "minPartCards", "tiers")));
        Assert.Equal("false false false false", string.Join(' ', Of(relieved, "spread", "exactCards", "domesticOnly", "interruptible")));
        Assert.Equal("", string.Concat(Of(relieved, "floor", "region", "residency", "vendor", "minMemoryGiB")));
    }

    [Fact]
    public async Task AnAmountOfWork_IsChangedByPage_WithItsShapes()
    {
        await using var host = await ApiHost.Run();
        var buyer = await host.Open("Blue Heron", "buyer");
        var bid = await buyer.Post("/v1/bids", $$"""
            {"amount":100,"minCards":2,"maxCards":16,"fromAt":"2026-01-02T00:00:00Z","untilAt":"2026-01-05T00:00:00Z",
             "limitPerScuHour":{{Cny}}}
            """);
        Assert.Equal(201, bid.Status);
        var path = "/bids/" + bid.Text("bidId");
        await using var heron = await browser.Open(host);
        await heron.SignIn(buyer.Key!);
        await heron.Page.GotoAsync(path);
        await Open(heron);
        string[] fields = ["#amount", "#minCards", "#maxCards"];
        Assert.Equal(["100", "2", "16"], await Task.WhenAll(fields.Select(field => heron.Page.InputValueAsync(field))));

        await Fill(heron, ("amount", "150"), ("minCards", ""), ("maxCards", "32"), ("minPartCards", "4"));
        await heron.Press("Change the bid");

        var changed = await buyer.Get("/v1" + path);
        Assert.Equal("150.000 4 32 4", string.Join(' ', Of(changed, "amount", "minCards", "maxCards", "minPartCards")));
        heron.Leave();
    }

    [Theory]
    [InlineData("en", "Open the tender", "one server, several servers", "Lowest precision")]
    [InlineData("zh-Hans", "发起询价", "单机, 多机", "最低精度")]
    public async Task ATender_IsOpenedByPage_WithEveryTerm(string language, string open, string tiers, string floor)
    {
        await using var host = await ApiHost.Run();
        var provider = await host.Open("North Lake", "provider");
        var buyer = await host.Open("Blue Heron", "buyer");
        await provider.Post("/v1/offers", $$"""
            {"name":"rack-1","card":"H20","cards":64,"region":"cn-east-2","ask":{{Cny}},"availableFrom":"2025-12-31T16:00:00Z",
             "availableUntil":"2026-03-01T00:00:00Z"}
            """);
        await using var heron = await browser.Open(host);
        await heron.SignIn(buyer.Key!);
        await heron.Speak(language);
        await heron.Page.GotoAsync("/tenders/new");
        Assert.Empty(await heron.Faults());
        await heron.Page.SelectOptionAsync("#workload", "llm-decode-batch");
        await Fill(heron, ("cards", "8"), ("models", "H20, h100-sxm5-80gb"), ("region", "cn-east-2"), ("vendor", "NVIDIA"),
            ("minMemoryGiB", "80"), ("residency", "CN"), ("reference", "spring"), ("note", "two lines,\nas they were typed"),
            ("closesAt", "2026-01-02T09:00"), ("fromAt", "2026-01-03T09:00"), ("untilAt", "2026-01-05T09:00"));
        await heron.Page.SelectOptionAsync("#floor", "fp8");
        await Tick(heron, "#interruptible", "[value=node]", "[value=multi_node]", $"[value={provider.Id}]");
        await heron.Press(open);
        Assert.StartsWith("/tenders/tender_", heron.Path, StringComparison.Ordinal);

        var tender = await buyer.Get("/v1" + heron.Path);
        var terms = tender.At("tender.terms");
        Assert.Equal("""["h20-96gb","h100-sxm5-80gb"]""", terms.GetProperty("models").GetRawText());
        Assert.Equal(
            """8 "fp8" "cn-east-2" "CN" "NVIDIA" 80 ["node","multi_node"] true""",
            string.Join(' ', new[] { "cards", "floor", "region", "residency", "vendor", "minMemoryGiB", "tiers", "interruptible" }
                .Select(name => terms.GetProperty(name).GetRawText())));
        Assert.Equal("spring", tender.Text("tender.reference"));
        Assert.Equal(["two lines,", "as they were typed"], tender.Text("tender.note").ReplaceLineEndings("\n").Split('\n'));
        Assert.Equal(provider.Id, tender.Text("tender.invited.0"));
        await heron.Shows(tiers);
        await heron.Shows(floor);
        Assert.Empty(await heron.Faults());
        heron.Leave();
    }

    [Fact]
    public async Task ADispute_IsOpenedByTheBuyer_AndAnsweredByTheOperator()
    {
        await using var host = await ApiHost.Run();
        var market = await Rented.On(host);
        await market.Use("2026-01-10T00:00:00Z", "2026-01-10T05:00:00Z");
        Assert.Equal(200, (await market.Buyer.Post($"/v1/leases/{market.Lease}/end", "")).Status);
        await using var heron = await browser.Open(host);
        await heron.SignIn(market.Buyer.Key!);
        await heron.Page.GotoAsync($"/leases/{market.Lease}");
        Assert.Empty(await heron.Faults());
        await heron.Page.FillAsync("#text", "Two cards were away.\nNobody answered.");
        await heron.Press("Open a dispute");
        await heron.Shows("unanswered");
        await using var desk = await browser.Open(host);
        await desk.SignIn(ApiHost.OperatorKey);
        await desk.Page.GotoAsync($"/leases/{market.Lease}");
        Assert.Empty(await desk.Faults());
        await desk.Page.FillAsync("#answer", "Agreed.");
        await desk.Page.FillAsync("#credit", "20.00");
        await desk.Press("Answer the dispute");
        await desk.Shows("upheld");

        Assert.Equal("20.00", (await market.Buyer.Get($"/v1/leases/{market.Lease}")).Text("credited.amount"));
        foreach (var reader in new[] { heron, desk }) reader.Leave();
    }

    [Fact]
    public async Task AWorkload_IsDescribedByPage_WithWhatItsCardsExchange()
    {
        await using var host = await ApiHost.Run();
        var buyer = await host.Open("Blue Heron", "buyer");
        await using var heron = await browser.Open(host);
        await heron.SignIn(buyer.Key!);
        await heron.Page.GotoAsync("/workloads");
        Assert.Empty(await heron.Faults());
        await Fill(heron, ("name", "ours"), ("memoryGiB", "160"), ("tensorBytes", "0.5"), ("hidden", "8192"), ("dataBytes", "1"),
            ("tokens", "16384"), ("flatBytes", "0.001"), ("overlap", "0.3"));
        await heron.Press("Keep it");
        await heron.Shows("ours");

        var ours = (await buyer.Get("/v1/workloads")).At("items").EnumerateArray().Last().GetProperty("traffic");
        string[] fields = ["tensorBytes", "hidden", "dataBytes", "tokens", "flatBytes", "overlap"];
        Assert.Equal("0.5 8192 1 16384 0.001 0.3", string.Join(' ', fields.Select(field => ours.GetProperty(field).GetRawText())));
        heron.Leave();
    }

    private static Task Open(Reader reader) =>
        reader.Page.EvaluateAsync("document.querySelectorAll('main details').forEach(details => details.open = true)");

    private static async Task Fill(Reader reader, params (string Field, string Text)[] fields)
    {
        foreach (var (field, text) in fields) await reader.Page.FillAsync("#" + field, text);
    }

    private static async Task Tick(Reader reader, params string[] boxes)
    {
        foreach (var box in boxes) await reader.Page.ClickAsync($"input[type=checkbox]{box}");
    }

    /// <summary>What the terms of a bid say; nothing for what they leave out.</summary>
    private static IEnumerable<string> Of(Answer bid, params string[] names) => names.Select(name =>
        bid.At("terms").TryGetProperty(name, out var said) && said.ValueKind != JsonValueKind.Null
            ? said.ValueKind == JsonValueKind.String ? said.GetString()! : said.GetRawText()
            : "");
}
