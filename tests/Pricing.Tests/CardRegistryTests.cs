namespace Marketplace.Pricing;

public sealed class CardRegistryTests
{
    private static readonly CardRegistry Registry = CardRegistry.Default;

    /// <summary>The columns of the compiled fact file and ours.</summary>
    private static readonly (string Theirs, Func<Card, double?> Ours)[] Figures =
    [
        ("mem_gib", c => c.MemoryGiB),
        ("mem_bw_gbs", c => c.Rates.BandwidthGBs),
        ("fp64_tflops", c => c.Rates.Fp64Tflops),
        ("fp64_tensor_tflops", c => c.Rates.Fp64TensorTflops),
        ("fp32_tflops", c => c.Rates.Fp32Tflops),
        ("tf32_tflops", c => c.Rates.Tf32Tflops),
        ("bf16_tflops", c => c.Rates.Bf16Tflops),
        ("fp16_tflops", c => c.Rates.Fp16Tflops),
        ("fp8_tflops", c => c.Rates.Fp8Tflops),
        ("int8_tops", c => c.Rates.Int8Tops),
        ("fp4_tflops", c => c.Rates.Fp4Tflops),
        ("int4_tops", c => c.Rates.Int4Tops),
        ("interconnect_gbs", c => c.LinkGBs),
        ("tdp_w", c => c.PowerWatts),
        ("year", c => c.Year),
    ];

    [Fact]
    public void Cards_OfTheFactFile_AreCarriedOverFigureByFigure()
    {
        var facts = SharedTables.Rows("data/cards.csv");

        Assert.Equal(126, facts.Count);
        foreach (var fact in facts)
        {
            var card = Assert.Single(Registry.Cards, c => c.Vendor == fact["vendor"] && c.Model == fact["model"]);
            foreach (var (theirs, ours) in Figures)
                Assert.True(fact.Rate(theirs) == ours(card), $"{card}: {theirs} is {fact[theirs]} there and {ours(card)} here");
            Assert.Equal(fact["form_factor"], card.FormFactor);
            Assert.Equal(fact["source"], card.Source);
            Assert.Equal(fact["doubts"], card.Doubts);
            Assert.Equal(fact["confidence"], card.Evidence.ToString().ToLowerInvariant());
        }
    }

    [Fact]
    public void Assumed_OfTheFactFile_NamesFiguresWhereverADoubtSaysFromMemory()
    {
        foreach (var card in Registry.Cards)
        {
            var doubted = card.Evidence == Evidence.Memory || card.Doubts.Contains("(memory", StringComparison.Ordinal);
            // A note that a memory disagrees with the figure, or that names the source of a figure not carried, assumes nothing.
            if (doubted) Assert.True(card.Assumed.Count > 0, $"{card}: {card.Doubts}");
            if (card.Evidence == Evidence.Memory) Assert.Equal(["all"], card.Assumed);
        }
    }

    [Fact]
    public void Cards_AllOfThem_AreInOrder()
    {
        string[] figures =
        [
            "memory", "bandwidth", "fp64", "fp64_tensor", "fp32", "tf32", "bf16", "fp16", "fp8", "int8", "fp4", "int4", "link",
            "power", "all",
        ];
        Assert.All(Registry.Cards, card =>
        {
            Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)*$", card.Id);
            Assert.Same(card, Registry.Find(card.Id));
            Assert.Equal(card.Board == Board.Cpu, card.Cores is not null);
            Assert.Subset(figures.ToHashSet(), card.Assumed.ToHashSet());
            Assert.Equal(card.Scu is null, card.UnratedReason is not null);
            Assert.Equal(CardMatch.Found, Registry.Resolve(card.Id).Match);
            Assert.Same(card, Registry.Resolve(card.Model, card.MemoryGiB).Card);
        });
        Assert.Null(Registry.Find("H100-SXM5-80GB"));
    }

    [Theory]
    [InlineData("A100-80GB-SXM4", null, "a100-sxm4-80gb", 0)]
    [InlineData("A100-SXM4-80GB", null, "a100-sxm4-80gb", 0)]
    [InlineData("NVIDIA A100-SXM4-80GB", null, "a100-sxm4-80gb", 0)]
    [InlineData("a100_sxm4_40gb", null, "a100-sxm4-40gb", 0)]
    [InlineData("A100-80GB", null, "a100-pcie-80gb", 1)]
    [InlineData("A100-80G", null, "a100-pcie-80gb", 1)]
    [InlineData("A100", null, "a100-pcie-40gb", 1)]
    [InlineData("A100", 40, "a100-pcie-40gb", 1)]
    [InlineData("A100", 80, "a100-pcie-80gb", 1)]
    [InlineData("A100 SXM", 80, "a100-sxm4-80gb", 1)]
    [InlineData("H100", null, "h100-pcie-80gb", 1)]
    [InlineData("H100", 94, "h100-nvl-94gb", 1)]
    [InlineData("H100-80GB-HBM3", null, "h100-sxm5-80gb", 0)]
    [InlineData("H100-MEGA", null, "h100-sxm5-80gb", 0)]
    [InlineData("H100-PCIe", null, "h100-pcie-80gb", 0)]
    [InlineData("NVIDIA H100 SXM", null, "h100-sxm5-80gb", 0)]
    [InlineData("H200", null, "h200-nvl-141gb", 1)]
    [InlineData("NVIDIA T4", null, "t4-16gb", 0)]
    [InlineData("nvidia  tesla t4", 15, "t4-16gb", 0)]
    [InlineData("V100", null, "v100-pcie-16gb", 1)]
    [InlineData("V100", 32, "v100-pcie-32gb", 1)]
    [InlineData("V100M32", null, "v100-sxm2-32gb", 0)]
    [InlineData("V100M16", null, "v100-sxm2-16gb", 0)]
    [InlineData("V100-32G", null, "v100-pcie-32gb", 1)]
    [InlineData("P100", null, "p100-pcie-16gb", 1)]
    [InlineData("RTXA6000", null, "rtx-a6000-48gb", 0)]
    [InlineData("A6000", null, "rtx-a6000-48gb", 0)]
    [InlineData("RTX6000", 24, "quadro-rtx-6000-24gb", 1)]
    [InlineData("RTX6000", 48, "rtx-6000-ada-48gb", 1)]
    [InlineData("RTX6000-Ada", null, "rtx-6000-ada-48gb", 0)]
    [InlineData("RTX 4090", 24, "rtx-4090-24gb", 0)]
    [InlineData("L40S", 45, "l40s-48gb", 0)]
    [InlineData("A10G", 22, "a10g-24gb", 0)]
    [InlineData("GH200", null, "gh200-96gb", 1)]
    [InlineData("NVIDIA B200 Blackwell", null, "b200-sxm-180gb", 0)]
    [InlineData("MI300", null, "mi300a-128gb", 1)]
    [InlineData("AMD Instinct MI300X", null, "mi300x-192gb", 0)]
    [InlineData("AWS Inferentia2", null, "inferentia2-32gb", 0)]
    [InlineData("AWS Trainium", null, "trainium1-32gb", 0)]
    [InlineData("Ascend 910B", null, "ascend-910b4-32gb", 1)]
    [InlineData("Ascend 910B", 64, "ascend-910b3-64gb", 1)]
    [InlineData("Huawei Ascend 910B2", null, "ascend-910b2-64gb", 0)]
    [InlineData("910B2", null, "ascend-910b2-64gb", 0)]
    [InlineData("寒武纪 MLU370-X8", null, "mlu370-x8-48gb", 0)]
    [InlineData("MLU370", null, "mlu370-s4-24gb", 1)]
    [InlineData("MetaX C500", null, "metax-c500-pcie-64gb", 1)]
    [InlineData("Xeon Platinum 8480+", null, "xeon-platinum-8480-plus", 0)]
    public void Resolve_ANameInUse_FindsTheCardAndSaysWhatItAssumed(string name, int? memoryGiB, string id, int assumptions)
    {
        var found = Registry.Resolve(name, memoryGiB);

        Assert.Equal((CardMatch.Found, id), (found.Match, found.Card?.Id));
        Assert.Equal(assumptions, found.Assumptions.Count);
        Assert.Null(found.Reason);
    }

    [Theory]
    [InlineData("G2", null, CardMatch.Unknown, "'G2' is no card of the registry")]
    [InlineData("G3", null, CardMatch.Unknown, "'G3' is no card of the registry")]
    [InlineData("", null, CardMatch.Unknown, "'' is no card of the registry")]
    [InlineData("NVIDIA", null, CardMatch.Unknown, "'NVIDIA' is no card of the registry")]
    [InlineData("RTX3060", 12, CardMatch.Unknown, "'RTX3060' is no card of the registry")]
    [InlineData("A100", 64, CardMatch.Unknown, "'A100' with 64 GiB is no card of the registry, which has 40 GiB, 80 GiB")]
    [InlineData("A100-80GB", 40, CardMatch.Unknown, "'A100-80GB' with 40 GiB is no card of the registry, which has 80 GiB")]
    [InlineData("ARM Mali-G78MP12", null, CardMatch.NotAGpu, "ARM Mali is the display unit of a phone chip, not a compute accelerator")]
    [InlineData("AWS Inferentia", null, CardMatch.NotAGpu,
        "AWS Inferentia (the first) is an inference-only chip without published rates; Inferentia2 is rated")]
    [InlineData("Hygon DCU", null, CardMatch.Ambiguous,
        "'Hygon DCU' may be DCU BW1000 (Shensuan 3), DCU Z100 32GB, DCU K100-AI 64GB, of which not all are rated")]
    public void Resolve_ANameThatMeansNoCard_SaysWhy(string name, int? memoryGiB, CardMatch match, string reason)
    {
        var none = Registry.Resolve(name, memoryGiB);

        Assert.Equal((match, reason), (none.Match, none.Reason));
        Assert.Null(none.Card);
        Assert.Empty(none.Assumptions);
    }

    [Fact]
    public void Resolve_ANameOfSeveralCards_AssumesTheLowestRatedAndNamesThem()
    {
        var found = Registry.Resolve("H100");

        Assert.Equal(
            ["'H100' may be H100 PCIe 80GB, H100 NVL 94GB, H100 SXM5 80GB: the lowest-rated, H100 PCIe 80GB, is assumed"],
            found.Assumptions);
        Assert.Equal(found.Candidates.Min(c => c.Scu!.Value), found.Card!.Scu);
    }

    [Fact]
    public void Parse_ARegistryWithAnIdTwiceOrACrookedFigure_IsRefusedWithItsLine()
    {
        const string header = "id,vendor,model,board,form,cores,memory_gib,bandwidth_gbs,fp64,fp64_tensor,fp32,tf32,bf16,fp16,"
            + "fp8,int8,fp4,int4,link_gbs,power_w,year,aliases,evidence,assumed,source,doubts\n";
        const string good = "x,V,X,ai,PCIe,,16,100,,,,,10,10,,,,,,,2026,,datasheet,,sheet,\n";

        Assert.Equal("x", Assert.Single(CardRegistry.Parse(header + good).Cards).Id);
        Refused("cards line 3: id 'x' appears twice", good + good);
        Refused(
            "cards line 2: bandwidth_gbs 'fast' is not a plain number of zero or more",
            good.Replace(",100,", ",fast,", StringComparison.Ordinal));
        Refused("cards line 2: board 'toy' is none of ai, hpc, cpu", good.Replace(",ai,", ",toy,", StringComparison.Ordinal));
        Refused("cards line 2: source '' is empty", good.Replace(",sheet,", ",,", StringComparison.Ordinal));

        static void Refused(string reason, string rows) =>
            Assert.Equal(reason, Assert.Throws<FormatException>(() => CardRegistry.Parse(header + rows)).Message);
    }
}
