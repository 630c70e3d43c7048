using System.Text.Json;

namespace Marketplace;

/// <summary>Provider economics over the API. The figures are the worked example of the Pricing tests.</summary>
public sealed class BreakEvenApiTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private const string Hundred = """
        "card":"r0","capexPer100Pflops":{"amount":"600000000.00","currency":"CNY"},"pflops":100,"opexShare":500,
        "tariff":{"amount":"0.65","currency":"CNY"},"pue":1.3,"powerWatts":700,"utilisation":6000,"commission":500,
        "pricePerScuHour":{"amount":"120.00","currency":"CNY"},"priceFallPerYear":1000,"horizonMonths":120,"paybackYears":3
        """;

    private readonly ApiHost _host = shared.Host;

    [Fact]
    public async Task AHundredPetaflops_OfR0_AreToldToTheNano()
    {
        var told = await _host.Operator.Post("/v1/break-even", $"{{{Hundred}}}");

        Assert.Equal(200, told.Status);
        Assert.Equal(
            ("312.5", "1920000.00", "120.00", "164.322712877", "164.322712877", 8_217, 59),
            (told.Text("cards"), told.Text("capexPerCard.amount"), told.Text("pricePerCardHour.amount"),
                told.Text("askPerCardHour.amount"), told.Text("askPerScuHour.amount"), told.At("utilisationNeeded").GetInt32(),
                told.At("payback.months").GetInt32()));
        Assert.Equal(38, told.At("atEighty.payback.months").GetInt32());
    }

    [Fact]
    public async Task ACase_ThatDoesNotPayBack_SaysWhy()
    {
        var told = await _host.Operator.Post("/v1/break-even", $"{{{Hundred.Replace("\"120.00\"", "\"1.00\"")}}}");

        Assert.Equal(
            (JsonValueKind.Null, "costs_exceed_revenue"), (told.At("payback.months").ValueKind, told.Text("payback.whyNot")));
    }

    [Fact]
    public async Task AnIndexValue_IsAPrice()
    {
        await using var host = await ApiHost.Run();
        await Rented.On(host);
        await host.MoveTo("2026-01-02T00:00:00Z");
        var value = (await host.Operator.Get("/v1/index?region=all")).At("items.0");
        var asked = Hundred.Replace("\"pricePerScuHour\":{\"amount\":\"120.00\",\"currency\":\"CNY\"}",
            $"\"indexId\":\"{value.GetProperty("indexId").GetString()}\"");

        var told = await host.Operator.Post("/v1/break-even", $"{{{asked}}}");

        Assert.Equal(value.GetProperty("price").GetProperty("amount").GetString(), told.Text("pricePerCardHour.amount"));
    }

    [Theory]
    [InlineData("\"utilisation\":6000", "\"utilisation\":0", "utilisation")]
    [InlineData("\"utilisation\":6000", "\"utilisation\":10001", "utilisation")]
    [InlineData("\"card\":\"r0\"", "\"card\":\"Wunderkarte\"", "card")]
    [InlineData("\"pflops\":100", "\"pflops\":100,\"cards\":3", "cards")]
    [InlineData("\"pflops\":100", "\"pflops\":100000", "pflops")]
    [InlineData(",\"pflops\":100", "", "cards")]
    [InlineData("\"opexShare\":500", "\"opexShare\":500,\"opexPerYear\":{\"amount\":\"1\",\"currency\":\"CNY\"}", "opexShare")]
    [InlineData(",\"powerWatts\":700", "", "powerWatts")]
    [InlineData("\"tariff\":{\"amount\":\"0.65\",\"currency\":\"CNY\"},", "", "tariff")]
    [InlineData("0.65\",\"currency\":\"CNY\"", "0.65\",\"currency\":\"USD\"", "tariff")]
    [InlineData("120.00\",\"currency\":\"CNY\"", "120.00\",\"currency\":\"USD\"", "pricePerScuHour")]
    [InlineData("\"120.00\"", "\"1000001\"", "pricePerScuHour")]
    [InlineData("\"600000000.00\"", "\"0.00\"", "capexPer100Pflops")]
    [InlineData(
        "\"capexPer100Pflops\":{\"amount\":\"600000000.00\",\"currency\":\"CNY\"},\"pflops\":100",
        "\"capexPerCard\":{\"amount\":\"90000000000.00\",\"currency\":\"CNY\"},\"cards\":65535", "capexPerCard")]
    [InlineData("\"horizonMonths\":120", "\"horizonMonths\":241", "horizonMonths")]
    [InlineData("\"paybackYears\":3", "\"paybackYears\":21", "paybackYears")]
    [InlineData("\"paybackYears\":3", "\"indexId\":\"index_none\"", "pricePerCardHour")]
    [InlineData("\"pue\":1.3", "\"pue\":0.5", "pue")]
    public async Task ACase_ThatCannotBe_NamesTheField(string part, string wrong, string field)
    {
        var one = string.Concat(Hundred.Split('\n'));
        Assert.Contains(part, one, StringComparison.Ordinal);

        var answer = await _host.Operator.Post("/v1/break-even", $"{{{one.Replace(part, wrong)}}}");

        Assert.Equal((400, field), (answer.Status, Assert.Single(answer.Fields)));
    }

    [Theory]
    [InlineData("/break-even", "Say what the cards cost and earn")]
    [InlineData(BreakEvenForm.Example, "1,920,000 a card")]
    [InlineData("/compare", "Choose two")]
    [InlineData("/compare?left=h100-sxm5-80gb", "Choose two")]
    [InlineData("/compare?left=h100-sxm5-80gb&right=h20-96gb&tariff=0.65&pue=1.3", "Power, a card-hour")]
    public async Task ThePages_AreOpenToStrangers(string path, string text)
    {
        var page = await _host.Nobody.Get(path, ("Accept", "text/html"));

        Assert.Equal(200, page.Status);
        Assert.Contains(text, page.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/break-even?card=r0&utilisation=lots", "utilisation-error")]
    [InlineData("/break-even?utilisation=60", "card-error")]
    [InlineData("/break-even?card=r0&cards=3&capexPerCard=5&utilisation=60&pricePerCardHour=-1", "pricePerCardHour-error")]
    [InlineData("/compare?left=nothing&right=h20-96gb", "left-error")]
    public async Task APage_ThatIsAskedNonsense_SaysSoAtTheField(string path, string id)
    {
        var page = await _host.Nobody.Get(path, ("Accept", "text/html"));

        Assert.Equal(400, page.Status);
        Assert.Contains($"id=\"{id}\"", page.Body, StringComparison.Ordinal);
    }
}
