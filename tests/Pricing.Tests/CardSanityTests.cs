namespace Marketplace.Pricing;

/// <summary>What is believed of a card, and what is refused with which figure named.</summary>
public sealed class CardSanityTests
{
    private static readonly CardRegistry Shipped = CardRegistry.Default;

    [Fact]
    public void EveryShippedCard_IsBelieved() =>
        Assert.All(Shipped.Cards, card => Assert.Null(CardSanity.Check(card, 2028, Shipped)));

    [Fact]
    public void EveryShippedCard_IsBelieved_AmongTheOthers()
    {
        // As if it came new: held against all others, but not against itself.
        foreach (var card in Shipped.Cards)
        {
            var others = CardRegistry.Parse(Csv(Shipped.Cards.Where(c => c.Id != card.Id)));
            Assert.Null(CardSanity.Check(card, 2028, others));
        }
    }

    /// <summary>An H100 with one figure wrong.</summary>
    public static TheoryData<string, double, string> Nonsense => new()
    {
        { "bandwidthGBs", -1, "is zero (not supported) or more" },
        { "bandwidthGBs", 0, "is above zero" },
        { "bandwidthGBs", 3.35, "1 TB/s is 1000 GB/s" },
        { "bandwidthGBs", 3_350_000, "check the unit" },
        { "fp16Tflops", double.NaN, "is a finite number" },
        { "fp16Tflops", double.PositiveInfinity, "is a finite number" },
        { "fp16Tflops", double.NegativeInfinity, "is a finite number" },
        { "fp16Tflops", 1979, "give the rate without sparsity" },
        { "bf16Tflops", 1979, "give the rate without sparsity" },
        { "fp16Tflops", 989_400, "check the unit" },
        { "fp16Tflops", 989.4e12, "check the unit" },
        { "fp8Tflops", 3958, "give the rate without sparsity" },
        { "fp8Tflops", 1_979_000, "check the unit" },
        { "int8Tops", 3958, "give the rate without sparsity" },
        { "fp4Tflops", 15_832, "give the rate without sparsity" },
        { "tf32Tflops", 494_700, "check the unit" },
        { "tf32Tflops", 1_200, "give the rate without sparsity" },
        { "fp64Tflops", 133, "give the rate without sparsity" },
        { "fp64TensorTflops", 133, "give the rate without sparsity" },
        { "fp32Tflops", 1_100, "check the unit" },
        { "memoryGiB", 81_920, "check the unit" },
        { "memoryGiB", 80_000_000, "check the unit" },
        { "linkGBs", 900_000, "check the unit" },
        { "powerWatts", 0, "is above zero" },
        { "powerWatts", -700, "is zero (not supported) or more" },
        { "powerWatts", 700_000, "check the unit" },
        { "year", 1899, "is from 2005 to 2028" },
        { "year", 2029, "is from 2005 to 2028" },
    };

    [Theory]
    [MemberData(nameof(Nonsense))]
    public void Nonsense_IsRefused_WithTheFigureAndTheRemedy(string field, double value, string remedy)
    {
        var fault = CardSanity.Check(H100(field, value), 2028, Shipped);

        Assert.Equal(field, fault?.Field);
        Assert.Contains(remedy, fault!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fp16Tflops", 989.4)]
    [InlineData("fp8Tflops", 0)]
    [InlineData("int8Tops", 1979)]
    [InlineData("fp8Tflops", 1950)]
    [InlineData("powerWatts", 650)]
    [InlineData("linkGBs", 0)]
    [InlineData("year", 2026)]
    public void AFigureThatMayBe_IsBelieved(string field, double value) =>
        Assert.Null(CardSanity.Check(H100(field, value), 2028, Shipped));

    [Fact]
    public void EveryRateDoubled_KeepsItsProportions_AndIsNotFoundOutHere()
    {
        // Said so in CardSanity: this is what measuring is for. A thousandfold is found out all the same.
        Assert.Null(CardSanity.Check(Scaled(2), 2028, Shipped));
        Assert.NotNull(CardSanity.Check(Scaled(1_000), 2028, Shipped));

        static Card Scaled(double k)
        {
            var rates = Shipped.Find("h100-sxm5-80gb")!.Rates;
            return Like(rates with
            {
                Fp64Tflops = rates.Fp64Tflops * k,
                Fp64TensorTflops = rates.Fp64TensorTflops * k,
                Fp32Tflops = rates.Fp32Tflops * k,
                Tf32Tflops = rates.Tf32Tflops * k,
                Bf16Tflops = rates.Bf16Tflops * k,
                Fp16Tflops = rates.Fp16Tflops * k,
                Fp8Tflops = rates.Fp8Tflops * k,
                Int8Tops = rates.Int8Tops * k,
            });
        }
    }

    [Theory]
    [InlineData("h100-sxm5-80gb", "1g", "h100-sxm5-80gb-1g", 10, 989.4 / 7, 418.75)]
    [InlineData("h100-sxm5-80gb", "3g.40gb", "h100-sxm5-80gb-3g", 40, 989.4 * 3 / 7, 1675)]
    [InlineData("a30-24gb", "2g", "a30-24gb-2g", 12, 165.0 / 2, 466.5)]
    [InlineData("mi300x-192gb", "1/8", "mi300x-192gb-1of8", 24, 1307.4 / 8, 662.5)]
    public void ASlice_IsACardOfItsOwn(string whole, string share, string id, int memory, double bf16, double bandwidth)
    {
        var card = Shipped.Find(whole)!;

        var slice = CardSlice.Parse(share, card).Of(card);

        Assert.Equal((id, whole, memory), (slice.Id, slice.SliceOf, slice.MemoryGiB));
        Assert.Equal(bf16, slice.Rates.Bf16Tflops!.Value, 0);
        Assert.Equal(bandwidth, slice.Rates.BandwidthGBs!.Value, 1);
        Assert.Null(slice.LinkGBs);
        Assert.True(slice.Scu < card.Scu);
        Assert.Null(CardSanity.Check(slice, 2028, Shipped));
    }

    [Fact]
    public void Fractions_ThatFillACard_AreWorthTheCard()
    {
        var card = Shipped.Find("a100-sxm4-80gb")!;

        Assert.InRange(card.Scu!.Value.Micros - (4 * CardSlice.Parse("1/4", card).Of(card).Scu!.Value.Micros), -4, 4);
    }

    [Theory]
    [InlineData("h100-sxm5-80gb", "")]
    [InlineData("h100-sxm5-80gb", "half")]
    [InlineData("h100-sxm5-80gb", "2/1")]
    [InlineData("h100-sxm5-80gb", "1/1")]
    [InlineData("h100-sxm5-80gb", "0/2")]
    [InlineData("h100-sxm5-80gb", "1/65")]
    [InlineData("h100-sxm5-80gb", "5g")]
    [InlineData("h100-sxm5-80gb", "8g")]
    [InlineData("a30-24gb", "3g")]
    [InlineData("a30-24gb", "7g")]
    [InlineData("mi300x-192gb", "1g")]
    public void ASliceThatCannotBe_IsRefused(string whole, string share) =>
        Assert.Throws<FormatException>(() => CardSlice.Parse(share, Shipped.Find(whole)!));

    [Fact]
    public void With_AChangedCard_KeepsTheOthersAndTheirNames()
    {
        var changed = H100("fp8Tflops", 1950);

        var registry = Shipped.With([changed]);

        Assert.Equal(Shipped.Cards.Count, registry.Cards.Count);
        Assert.Same(changed, registry.Find("h100-sxm5-80gb"));
        Assert.Same(Shipped.Find("t4-16gb"), registry.Find("t4-16gb"));
        Assert.Same(changed, registry.Resolve("NVIDIA H100 SXM5 80GB").Card);
    }

    private static Card H100(string field, double value)
    {
        var rates = Shipped.Find("h100-sxm5-80gb")!.Rates;
        return field switch
        {
            "bandwidthGBs" => Like(rates with { BandwidthGBs = value }),
            "fp64Tflops" => Like(rates with { Fp64Tflops = value, Fp64TensorTflops = null }),
            "fp64TensorTflops" => Like(rates with { Fp64TensorTflops = value }),
            "fp32Tflops" => Like(rates with { Fp32Tflops = value }),
            "tf32Tflops" => Like(rates with { Tf32Tflops = value }),
            "bf16Tflops" => Like(rates with { Bf16Tflops = value }),
            "fp16Tflops" => Like(rates with { Fp16Tflops = value }),
            "fp8Tflops" => Like(rates with { Fp8Tflops = value }),
            "int8Tops" => Like(rates with { Int8Tops = value }),
            "fp4Tflops" => Like(rates with { Fp4Tflops = value }),
            "memoryGiB" => Like(rates, memory: (int)value),
            "linkGBs" => Like(rates, link: value),
            "powerWatts" => Like(rates, power: value),
            _ => Like(rates, year: (int)value),
        };
    }

    private static Card Like(CardRates rates, int memory = 80, double link = 900, double power = 700, int year = 2022) => new(rates)
    {
        Id = "h100-sxm5-80gb", Vendor = "NVIDIA", Model = "H100 SXM5 80GB", Board = Board.Ai, FormFactor = "SXM5", Cores = null,
        MemoryGiB = memory, LinkGBs = link, PowerWatts = power, Year = year, Aliases = [], Evidence = Evidence.Datasheet, Assumed = [],
        Source = "a test", Doubts = "",
    };

    private static string Csv(IEnumerable<Card> cards)
    {
        const string header = "id,vendor,model,board,form,cores,memory_gib,bandwidth_gbs,fp64,fp64_tensor,fp32,tf32,bf16,fp16,fp8,int8,fp4,"
            + "int4,link_gbs,power_w,year,aliases,evidence,assumed,source,doubts";
        return header + "\n" + string.Concat(cards.Select(c => string.Join(',',
            c.Id, c.Vendor, $"\"{c.Model}\"", c.Board, c.FormFactor.Length > 0 ? $"\"{c.FormFactor}\"" : "x", c.Cores, c.MemoryGiB,
            c.Rates.BandwidthGBs, c.Rates.Fp64Tflops, c.Rates.Fp64TensorTflops, c.Rates.Fp32Tflops, c.Rates.Tf32Tflops, c.Rates.Bf16Tflops,
            c.Rates.Fp16Tflops, c.Rates.Fp8Tflops, c.Rates.Int8Tops, c.Rates.Fp4Tflops, c.Rates.Int4Tops, c.LinkGBs, c.PowerWatts, c.Year,
            "", "memory", "all", "x", "") + "\n"));
    }
}
