using System.Text.Json;

namespace Marketplace;

/// <summary>Head to head, and power beside an ask, over the API.</summary>
public sealed class CompareApiTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private readonly ApiHost _host = shared.Host;

    [Fact]
    public async Task TwoCards_AreComparedOverEveryWorkload()
    {
        var told = await _host.Operator.Get("/v1/compare?left=h100-sxm5-80gb&right=H20%2096GB");

        Assert.Equal(
            ("h100-sxm5-80gb", "h20-96gb", "700"), (told.Text("left.card"), told.Text("right.card"), told.Text("left.powerWatts")));
        Assert.Equal("left", told.Text("headToHead.scu.byWorth"));
        Assert.Equal(13, told.At("headToHead.workloads").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, told.At("headToHead.scu.left.price").ValueKind);
        Assert.Equal(JsonValueKind.Null, told.At("left.energy").ValueKind);
    }

    // 700 W x 1.3 x 0.65 CNY/kWh = 0.5915 CNY; x 550 g = 500.5 g; x 90 CNY/t = 0.045045 CNY; 18 + 0.636545 = 18.636545.
    [Fact]
    public async Task AnOfferAgainstACard_HasItsPrice_AndItsPowerOnTop()
    {
        var lake = await _host.Open($"Lake {Guid.NewGuid():n}", "provider");
        var offer = (await lake.Post("/v1/offers", Offer("rack"))).Text("offerId");

        var told = await lake.Get(
            $"/v1/compare?left={offer}&right=h20-96gb&tariff=0.65&pue=1.3&gramsPerKwh=550&carbonPrice=90");

        Assert.Equal(
            ("0.5915", "500.5", "0.045045", "18.636545"),
            (told.Text("left.energy.energyPerCardHour.amount"), told.Text("left.energy.carbonGramsPerCardHour"),
                told.Text("left.energy.carbonPerCardHour.amount"), told.Text("left.energy.cardPrice.amount")));
        Assert.Equal(told.Text("left.energy.unitPrice.amount"), told.Text("headToHead.scu.left.price.amount"));
        Assert.Equal("nobody", told.Text("headToHead.scu.byPrice"));
    }

    [Theory]
    [InlineData("left=&right=h20-96gb", "left")]
    [InlineData("left=h20-96gb", "right")]
    [InlineData("left=offer_none&right=h20-96gb", "left")]
    [InlineData("left=h20-96gb&right=Wunderkarte", "right")]
    [InlineData("left=h20-96gb&right=h20-96gb&pue=1.3", "tariff")]
    [InlineData("left=h20-96gb&right=h20-96gb&tariff=1&carbonPrice=90", "gramsPerKwh")]
    [InlineData("left=h20-96gb&right=h20-96gb&tariff=-1", "tariff")]
    [InlineData("left=h20-96gb&right=h20-96gb&tariff=1000001", "tariff")]
    [InlineData("left=h20-96gb&right=h20-96gb&tariff=1&pue=0.9", "pue")]
    [InlineData("left=h20-96gb&right=h20-96gb&tariff=1&gramsPerKwh=NaN", "gramsPerKwh")]
    public async Task AComparison_ThatCannotBe_NamesTheField(string query, string field)
    {
        var answer = await _host.Operator.Get($"/v1/compare?{query}");

        Assert.Equal((400, field), (answer.Status, Assert.Single(answer.Fields)));
    }

    [Fact]
    public async Task Offers_InTwoCurrencies_TakeNoCommonTariff()
    {
        var lake = await _host.Open($"Lake {Guid.NewGuid():n}", "provider");
        var yuan = (await lake.Post("/v1/offers", Offer("yuan"))).Text("offerId");
        var dollars = (await lake.Post("/v1/offers", Offer("dollars", currency: "USD"))).Text("offerId");

        Assert.Equal("nobody", (await lake.Get($"/v1/compare?left={yuan}&right={dollars}")).Text("headToHead.scu.byPrice"));
        Assert.Equal(["tariff"], (await lake.Get($"/v1/compare?left={yuan}&right={dollars}&tariff=1")).Fields);
    }

    [Fact]
    public async Task TheRanking_WithATariff_ShowsPowerBesideTheAsk_AndSaysWhereItIsNotKnown()
    {
        await using var host = await ApiHost.Run();
        var lake = await host.Open("Lake", "provider");
        await lake.Post("/v1/offers", Offer("known"));
        await lake.Post("/v1/offers", Offer("unknown", card: "Wunderkarte 9000"));

        var plain = await lake.Get("/v1/offers?unrated=true");
        var withPower = await lake.Get("/v1/offers?unrated=true&tariff=0.65&pue=1.3");

        Assert.Equal(JsonValueKind.Null, plain.At("items.0.energy").ValueKind);
        Assert.Equal("18.5915", withPower.Text("items.0.energy.cardPrice.amount"));
        Assert.Equal(JsonValueKind.Null, withPower.At("items.0.energy.carbonGramsPerCardHour").ValueKind);
        Assert.Equal("the card's power is not known", withPower.Text("items.1.energy.reason"));
        Assert.Equal(JsonValueKind.Null, withPower.At("items.1.energy.cardPrice").ValueKind);
        Assert.Equal(plain.Text("items.0.unitPrice.amount"), withPower.Text("items.0.unitPrice.amount"));
    }

    private static string Offer(string name, string card = "h100-sxm5-80gb", string currency = "CNY") => $$"""
        {"name":"{{name}}","card":"{{card}}","cards":8,"region":"cn-north-1","ask":{"amount":"18.00","currency":"{{currency}}"},
         "availableFrom":"{{ApiHost.Start}}","availableUntil":"2026-02-28T16:00:00Z"}
        """;
}
