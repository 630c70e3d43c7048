namespace Marketplace;

/// <summary>Cards, workloads and plans as the API and the pages show them.</summary>
public sealed class CardApiTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private readonly ApiHost _host = shared.Host;

    [Fact]
    public async Task ACard_IsRegisteredChangedAndExplained()
    {
        var made = await _host.Operator.Post("/v1/cards", """
            {"id":"vega-7-64gb","vendor":"Vega","model":"Vega 7","board":"ai","memoryGiB":64,"source":"its maker",
             "doubts":"two tables differ about the link","assumed":["link"],"linkGBs":400}
            """);
        Assert.Equal((201, "/v1/cards/vega-7-64gb", "\"1\""), (made.Status, made.Header("Location"), made.Header("ETag")));
        Assert.Equal("null", made.Text("card.scu"));

        const string rates = """{"bandwidthGBs":2000,"bf16Tflops":320,"source":"its datasheet","reason":"rates published"}""";
        Assert.Equal(428, (await Patch(rates)).Status);
        Assert.Equal(412, (await Patch(rates, "\"7\"")).Status);
        var changed = await Patch(rates, "\"1\"");
        Assert.Equal((200, "\"2\""), (changed.Status, changed.Header("ETag")));
        Assert.Equal("400", changed.Text("card.linkGBs"));
        var figures = changed.At("figures").EnumerateArray().ToDictionary(f => f.GetProperty("name").GetString()!);
        Assert.Equal(1, figures["link"].GetProperty("sinceVersion").GetInt32());
        Assert.True(figures["link"].GetProperty("isAssumed").GetBoolean());
        Assert.Equal((2, "its datasheet"),
            (figures["bf16"].GetProperty("sinceVersion").GetInt32(), figures["bf16"].GetProperty("source").GetString()));
        Assert.Equal("its maker", figures["memory"].GetProperty("source").GetString());
        Assert.NotEqual("null", changed.Text("card.scu"));

        var versions = await _host.Nobody.Get("/v1/cards/vega-7-64gb/versions");
        Assert.Equal(("2", "rates published", "1"),
            (versions.Text("items.0.version"), versions.Text("items.0.reason"), versions.Text("items.1.version")));
        var page = (await _host.Nobody.Get("/cards/vega-7-64gb", ("Accept", "text/html"))).Body;
        Assert.Contains("rates published", page, StringComparison.Ordinal);
        Assert.Contains("two tables differ about the link", page, StringComparison.Ordinal);
        Assert.Contains("assumed, no cited source", page, StringComparison.Ordinal);

        Task<Answer> Patch(string body, string? version = null) => _host.Operator.Send(
            HttpMethod.Patch, "/v1/cards/vega-7-64gb", body, version is null ? [] : [("If-Match", version)]);
    }

    [Theory]
    [InlineData("\"NaN\"")]
    [InlineData("\"Infinity\"")]
    [InlineData("NaN")]
    [InlineData("-1")]
    [InlineData("1e400")]
    [InlineData("989000")]
    public async Task NonsenseRates_OnTheWire_AreRefused(string value)
    {
        var answer = await _host.Operator.Post("/v1/cards", $$"""
            {"id":"vega-9-64gb","vendor":"Vega","model":"Vega 9","board":"ai","memoryGiB":64,"source":"its maker","fp16Tflops":{{value}}}
            """);

        Assert.Equal(400, answer.Status);
        Assert.Equal("fp16Tflops", Assert.Single(answer.Fields));
    }

    [Fact]
    public async Task OnlyTheOperator_ChangesCards()
    {
        var provider = await _host.Open("P of cards", "provider");

        Assert.Equal(403, (await provider.Post("/v1/cards/h100-sxm5-80gb/slices", """{"share":"1/2"}""")).Status);
    }

    [Fact]
    public async Task AnExplanation_HasItsTermsAndItsGroup()
    {
        var one = await _host.Nobody.Get("/v1/cards/h100-sxm5-80gb/workloads/llm-decode-interactive");
        var phases = one.At("effective.phases").EnumerateArray().ToList();
        Assert.Equal(phases.Sum(p => p.GetProperty("timeMs").GetDouble()), one.At("timeMs").GetDouble(), 9);
        Assert.Equal(
            ("memory", "2026.1", "1"), (one.Text("effective.bound"), one.Text("effective.formulaVersion"), one.Text("cardVersion")));
        Assert.Equal(one.Text("effective.units"), one.Text("group.units"));

        var group = await _host.Nobody.Get(
            "/v1/cards/h100-sxm5-80gb/workloads/llm-decode-interactive?cards=8&memoryGiB=140&floor=bf16");
        Assert.Equal(("2", "4", "bf16"),
            (group.Text("group.tensorCards"), group.Text("group.copies"), group.Text("effective.phases.0.used")));
        Assert.InRange(group.At("group.efficiency").GetDouble(), 0.5, 0.9999);

        var none = await _host.Nobody.Get("/v1/cards/h100-sxm5-80gb/workloads/llm-prefill?cards=1&memoryGiB=140");
        Assert.Equal(("0.000", "capacity"), (none.Text("group.units"), none.Text("group.bound")));
        Assert.Equal(404, (await _host.Nobody.Get("/v1/cards/h100-sxm5-80gb/workloads/knitting")).Status);
    }

    [Fact]
    public async Task AnOwnWorkload_IsSeenByItsBuyerAlone_AndUsedWhereverAShippedOneIs()
    {
        var (buyer, other) = (await _host.Open("B of work", "buyer"), await _host.Open("C of work", "buyer"));
        var made = await buyer.Post("/v1/workloads", """
            {"name":"my work","kind":"inference","floor":"int8","phases":[{"precision":"int8","share":0.9,"intensity":100},
             {"precision":"fp16","share":0.1,"intensity":20.5}]}
            """);
        Assert.Equal(201, made.Status);
        var id = made.Text("id");

        Assert.Contains(id, (await buyer.Get("/v1/workloads")).Body, StringComparison.Ordinal);
        Assert.DoesNotContain(id, (await other.Get("/v1/workloads")).Body, StringComparison.Ordinal);
        Assert.DoesNotContain(id, (await _host.Nobody.Get("/v1/workloads")).Body, StringComparison.Ordinal);
        Assert.Equal(200, (await buyer.Get($"/v1/offers?workload={id}")).Status);
        Assert.Equal("workload", Assert.Single((await other.Get($"/v1/offers?workload={id}")).Fields));
        Assert.Equal(200, (await buyer.Get($"/v1/cards/t4-16gb/workloads/{id}")).Status);
        Assert.Equal(404, (await other.Get($"/v1/cards/t4-16gb/workloads/{id}")).Status);
    }

    [Fact]
    public async Task APlan_ListsCardsAndAssumptions_AndWritesNothing()
    {
        var buyer = await _host.Open("B of plans", "buyer");
        var plan = await buyer.Post("/v1/plans", """
            {"training":{"parametersBillion":7,"tokensBillion":100,"deadlineHours":720},
             "pricePerScuHour":{"amount":"2.00","currency":"CNY"}}
            """);

        Assert.Equal(200, plan.Status);
        Assert.InRange(plan.At("effectiveScuHours").GetDouble(), 6_800, 6_830);
        Assert.NotEqual("null", plan.Text("cards.0.cost"));
        Assert.Contains(plan.At("assumptions").EnumerateArray(), a => a.GetProperty("source").GetString()!.Length > 0);

        foreach (var (body, field) in new[]
        {
            ("{}", "training"),
            ("""{"vehicles":{"vehicles":1},"hpc":{"coreHours":1,"deadlineHours":1,"memoryGiB":1}}""", "training"),
            ("""{"vehicles":{"vehicles":0}}""", "vehicles.vehicles"),
            ("""{"hpc":{"coreHours":1,"deadlineHours":1}}""", "hpc.memoryGiB"),
            ("""{"vehicles":{"vehicles":1},"pricePerScuHour":{"amount":"0","currency":"CNY"}}""", "pricePerScuHour.amount"),
        })
        {
            var refused = await buyer.Post("/v1/plans", body);
            Assert.Equal((400, field), (refused.Status, refused.Fields[0]));
        }
    }

    [Theory]
    [InlineData("/workloads", 200, "LLM pre-training")]
    [InlineData("/plan", 200, "H100 SXM5 80GB")]
    [InlineData("/plan?kind=training", 200, "What was assumed")]
    [InlineData("/plan?kind=fine-tuning", 200, "LoRA")]
    [InlineData("/plan?kind=diffusion&parametersBillion=12&picturesPerSecond=2", 200, "classifier-free guidance")]
    [InlineData("/plan?kind=vehicles", 200, "8 TFLOPS a vehicle")]
    [InlineData("/plan?kind=hpc", 200, "cards cannot do it")]
    [InlineData("/plan?kind=hpc&coreHours=many", 400, "is a number")]
    [InlineData("/plan?kind=vehicles&vehicles=0", 400, "is from 1 to 100000000")]
    [InlineData("/cards/h20-96gb/workloads/llm-prefill?cards=16&memoryGiB=140", 200, "Efficiency")]
    [InlineData("/cards/h20-96gb/workloads/llm-prefill?cards=none", 400, "is a whole number from 1 to 65535")]
    [InlineData("/cards/h20-96gb/workloads/none", 404, "There is nothing here")]
    public async Task Pages_AreOpenToStrangers(string path, int status, string text)
    {
        var page = await _host.Nobody.Get(path, ("Accept", "text/html"));

        Assert.Equal(status, page.Status);
        Assert.Contains(text, page.Body, StringComparison.Ordinal);
    }
}
