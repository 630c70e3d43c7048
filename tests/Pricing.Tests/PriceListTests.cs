namespace Marketplace.Pricing;

public sealed class PriceListTests
{
    [Theory]
    [InlineData("8", "98.32", "12.29")]
    [InlineData("3", "1", "0.333333333")]
    [InlineData("3", "2", "0.666666667")]
    [InlineData("0.5", "1.6", "3.20")]
    [InlineData("0.167", "0.658", "3.940119760")]
    public void Ask_PerCardHour_IsThePriceOfTheInstanceOverItsCards(string count, string price, string ask)
    {
        var offer = Offer(Row(count: count, price: price));

        Assert.Equal(UnitPrice.Parse(ask, Currency.Usd), offer.AskPerCardHour);
        Assert.Equal(CardCount.Parse(count), offer.Count);
    }

    [Theory]
    [InlineData("", "1", "", "2", "here", ListingRefusal.NoAccelerator)]
    [InlineData("T4", "1", "", "", "here", ListingRefusal.NoPrice)]
    [InlineData("T4", "1", "", "0", "here", ListingRefusal.BadPrice)]
    [InlineData("T4", "1", "", "-1", "here", ListingRefusal.BadPrice)]
    [InlineData("T4", "1", "", "on request", "here", ListingRefusal.BadPrice)]
    [InlineData("T4", "1", "", "9999999999", "here", ListingRefusal.BadPrice)]
    [InlineData("T4", "1", "", "2", "", ListingRefusal.NoRegion)]
    [InlineData("T4", "1", "16 GB", "2", "here", ListingRefusal.BadMemory)]
    [InlineData("T4", "", "", "2", "here", ListingRefusal.BadCount)]
    [InlineData("T4", "0", "", "2", "here", ListingRefusal.BadCount)]
    [InlineData("T4", "0.0001", "", "2", "here", ListingRefusal.BadCount)]
    [InlineData("T4", "many", "", "2", "here", ListingRefusal.BadCount)]
    [InlineData("tpu-v4-7", "1", "", "2", "here", ListingRefusal.BadCount)]
    [InlineData("tpu-v4-0", "1", "", "2", "here", ListingRefusal.BadCount)]
    [InlineData("tpu-v4-8", "0.5", "", "2", "here", ListingRefusal.BadCount)]
    [InlineData("tpu-v6e-999999", "1", "", "2", "here", ListingRefusal.BadCount)]
    public void Read_ARowThatIsNoOffer_IsRefusedWithTheReason(
        string name, string count, string memory, string price, string region, ListingRefusal refusal)
    {
        var outcome = PriceList.Read(Row(name, count, memory, price, region));

        Assert.Equal(refusal, outcome.Refusal);
        Assert.Null(outcome.Offer);
        Assert.NotEmpty(outcome.Reason!);
    }

    [Theory]
    [InlineData("tpu-v2-8", "tpu-v2-16gb", 4)]
    [InlineData("tpu-v3-32", "tpu-v3-32gb", 16)]
    [InlineData("tpu-v4-8", "tpu-v4-32gb", 4)]
    [InlineData("tpu-v5p-8", "tpu-v5p-95gb", 4)]
    [InlineData("tpu-v5litepod-8", "tpu-v5e-16gb", 8)]
    [InlineData("tpu-v6e-8", "tpu-v6e-32gb", 8)]
    public void Read_ATpuSlice_CountsItsChips(string name, string card, int chips)
    {
        var offer = Offer(Row(name, "1", price: "8"));

        Assert.Equal((card, CardCount.Of(chips)), (offer.Card.Card?.Id, offer.Count));
        Assert.Equal(UnitPrice.Parse("8", Currency.Usd).Nanos / chips, offer.AskPerCardHour.Nanos);
        Assert.Contains(offer.Notes, n => n.Contains($"{chips} chips", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("aws", "p4d.24xlarge", "NVIDIA A100", "8", "a100-sxm4-40gb", "8")]
    [InlineData("aws", "p4de.24xlarge", "NVIDIA A100", "8", "a100-sxm4-80gb", "8")]
    [InlineData("aws", "p2.8xlarge", "NVIDIA K80", "4", "k80-gpu-12gb", "8")]
    [InlineData("aws", "p2.xlarge", "NVIDIA K80", "1", "k80-gpu-12gb", "1")]
    [InlineData("aws", "g6f.large", "NVIDIA L40", "0.125", "l4-24gb", "0.125")]
    [InlineData("azure", "Standard_NV4as_v4", "MI25", "1", "mi25-16gb", "0.125")]
    [InlineData("azure", "Standard_NV32as_v4", "MI25", "1", "mi25-16gb", "1")]
    [InlineData("azure", "Standard_NC40ads_H100_v5", "H100", "1", "h100-nvl-94gb", "1")]
    [InlineData("gcp", "", "H100", "8", "h100-sxm5-80gb", "8")]
    [InlineData("lambda", "gpu_1x_h100_pcie", "H100", "1", "h100-pcie-80gb", "1")]
    [InlineData("lambda", "gpu_8x_h100_sxm5", "H100", "8", "h100-sxm5-80gb", "8")]
    [InlineData("shadeform:amaya", "amaya_H200-sxm5x8-NVLINK", "H200", "8", "h200-sxm-141gb", "8")]
    [InlineData("shadeform:x", "x_H100x8-NVLINK", "H100", "8", "h100-pcie-80gb", "8")]
    [InlineData("nobody", "p4d.24xlarge", "NVIDIA A100", "8", "a100-pcie-40gb", "8")]
    public void Read_AnInstanceType_SettlesTheCardAndTheCount(
        string cloud, string instance, string name, string listed, string card, string count)
    {
        var offer = Offer(Row(name, listed) with { Cloud = cloud, InstanceType = instance });

        Assert.Equal((card, count), (offer.Card.Card?.Id, offer.Count.ToString()));
        Assert.Equal(name, offer.Card.Name);
    }

    [Fact]
    public void Read_AnUnknownOrUnratedAccelerator_IsAnOfferByCardHourWithTheReason()
    {
        Assert.Contains("not rated: 'G2' is no card of the registry; sold by card-hour", Offer(Row("G2")).Notes);
        Assert.Contains("not rated: no 16-bit rate; sold by card-hour", Offer(Row("P4")).Notes);
        Assert.Equal(CardMatch.NotAGpu, Offer(Row("AWS Inferentia")).Card.Match);
        Assert.Null(Offer(Row("P4")).Scu);
    }

    [Fact]
    public void Read_APartOfACardWithoutItsHost_SaysBoth()
    {
        var offer = Offer(Row(count: "0.25") with { PriceScope = "accelerator-only" });

        Assert.Equal(["a part of a card: 0.25", "the price is for the accelerators only; the host is billed apart"], offer.Notes);
    }

    [Fact]
    public void Read_SlicesOfDifferentSizesAtOnePrice_RefusesThePlaceholder()
    {
        ListedInstance[] rows =
        [
            Row("tpu-v6e-1", price: "700"),
            Row("tpu-v6e-8", price: "700"),
            Row("tpu-v6e-1", price: "2.7"),
            Row("tpu-v6e-8", price: "21.6"),
        ];

        Assert.Equal(
            [ListingRefusal.PlaceholderPrice, ListingRefusal.PlaceholderPrice, null, null],
            PriceList.Read(rows).Select(o => o.Refusal));
    }

    [Fact]
    public void Read_EveryRealOffer_GivesACardOrAReason()
    {
        var rows = SharedTables.Rows("data/cloud-offers.csv").Select(r => ListedInstance.Of(column => r[column])).ToList();
        var outcomes = PriceList.Read(rows);

        Assert.Equal(rows, outcomes.Select(o => o.Row));
        Assert.All(outcomes, o => Assert.True(o.Offer is null == o.Reason is not null && o.Offer is null == o.Refusal is not null));
        var offers = outcomes.Where(o => o.Offer is not null).Select(o => o.Offer!).ToList();
        Assert.All(offers, o => Assert.Equal(o.Scu is null, o.UnratedReason is not null));
        Assert.All(offers, o => Assert.True(o.Card.Card is null == (o.Card.Match != CardMatch.Found)));

        var counts = outcomes
            .CountBy(o => o.Refusal?.ToString() ?? (o.Offer!.Scu is null ? $"{o.Offer.Card.Match}, unrated" : "rated"))
            .ToDictionary();
        Dictionary<string, int> expected = new()
        {
            ["rated"] = 5277,
            ["Found, unrated"] = 190,
            ["NotAGpu, unrated"] = 129,
            ["Unknown, unrated"] = 68,
            ["PlaceholderPrice"] = 32,
        };
        Assert.Equal(expected.OrderBy(p => p.Key), counts.OrderBy(p => p.Key));
    }

    [Fact]
    public void Resolve_EveryRealName_GivesACardOrAReason()
    {
        var names = SharedTables.Rows("data/cloud-offers.csv").Select(r => r["accelerator_name"])
            .Concat(SharedTables.Rows("data/market-openb/offers.csv").Select(r => r["card"]))
            .Distinct().ToList();

        Assert.Equal(247, names.Count);
        Assert.All(names, name =>
        {
            var resolution = CardRegistry.Default.Resolve(name);
            Assert.Equal(resolution.Card is null, resolution.Reason is not null);
        });
    }

    private static ListedInstance Row(
        string name = "T4", string count = "1", string memory = "", string price = "1", string region = "here") =>
        new("cloud", "", name, count, memory, price, region, "instance");

    private static ListedOffer Offer(ListedInstance row)
    {
        var outcome = PriceList.Read(row);
        return outcome.Offer ?? throw new InvalidOperationException(outcome.Reason);
    }
}
