namespace Marketplace.Pricing;

public sealed class EffectiveUnitsTests
{
    /// <summary>Worked out apart from this code: the time of R0 in milliseconds per 1e12 operations, then seven cards' units.</summary>
    private const string Golden = """
        llm-pretrain-bf16          5.1543 2.769 0.980 0.520 1.123 3.852 0.307 0.298
        llm-pretrain-fp8           3.2529 2.619 0.983 0.560 1.097 3.736 0.364 0.274
        llm-prefill                3.5570 2.440 0.986 0.586 1.051 3.560 0.354 0.246
        llm-decode-interactive    16.4158 1.692 1.018 1.643 0.806 2.672 0.309 0.155
        llm-decode-batch           3.9962 1.974 1.001 0.720 0.901 3.018 0.332 0.187
        cv-inference-int8          4.6517 1.948 1.003 0.815 0.892 2.984 0.333 0.174
        speech-recognition        10.4803 1.904 1.005 0.944 0.903 2.991 0.322 0.050
        autonomous-driving         6.7025 1.990 1.001 0.913 0.947 3.131 0.344 0.082
        video-diffusion            6.0851 2.630 0.983 0.593 1.125 3.808 0.323 0.274
        hpc-fp64                 187.1441 2.030 1.003 0.129 0.000 3.450 0.000 0.162
        hpc-ai-mixed             117.1147 1.819 1.009 0.370 0.000 2.920 0.000 0.168
        general-cpu              598.9449 1.698 1.018 0.683 0.000 2.693 0.000 0.156
        recommender               56.0848 1.796 1.011 1.939 0.876 2.880 0.335 0.166
        """;

    private static readonly string[] GoldenCards =
    [
        "h100-sxm5-80gb", "a100-sxm4-80gb", "h20-96gb", "ascend-910b2-64gb", "mi300x-192gb", "mlu370-x8-48gb", "xeon-platinum-8480-plus",
    ];

    public static TheoryData<string, string, string> GoldenUnits()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var row in Golden.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            foreach (var (card, units) in GoldenCards.Zip(row.Skip(2))) data.Add(row[0], card, units);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(GoldenUnits))]
    public void Of_KnownCardAndWorkload_IsTheGoldenValue(string workload, string card, string units) =>
        Assert.Equal(units, Thousandths(EffectiveUnits.Of(Known(card), Profile(workload)).Units));

    [Fact]
    public void ReferenceMs_OfEveryWorkload_IsTheGoldenTime()
    {
        var golden = Golden.Split('\n')
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(r => r[0], r => r[1]);

        Assert.Equal(golden.Keys.Order(), Workload.All.Select(w => w.Id).Order());
        Assert.All(Workload.All, w => Assert.Equal(golden[w.Id], w.ReferenceMs.ToString("F4")));
    }

    [Fact]
    public void Golden_Table_IsTheSharedOne()
    {
        string[] columns = ["eu_h100_sxm", "eu_a100_sxm80", "eu_h20", "eu_ascend_910b2", "eu_mi300x", "eu_mlu370x8", "eu_xeon_8480p"];
        foreach (var row in SharedTables.Rows("data/workloads.csv"))
        {
            foreach (var (column, card) in columns.Zip(GoldenCards))
            {
                var units = EffectiveUnits.Of(Known(card), Profile(row["id"])).Units;
                Assert.Equal(decimal.Parse(row[column]), decimal.Parse(Thousandths(units)!));
            }
        }
    }

    [Fact]
    public void Workloads_OfTheSharedFile_AreOurs()
    {
        foreach (var row in SharedTables.Rows("data/workloads.csv"))
        {
            var ours = Profile(row["id"]);
            Assert.Equal(row["name"], ours.Name);
            Assert.Equal(Workload.ParsePhases(row["phases"]), ours.Phases);
            Assert.Equal(row["precision_floor"], ours.Floor.Name());
            Assert.Equal(row["kind"], ours.Kind.ToString().ToLowerInvariant());
            Assert.Equal(row["memory_need"], ours.MemoryNeed);
            Assert.Equal(row["source_or_reasoning"], ours.Reasoning);
            Assert.Equal(row["confidence"], ours.Confidence);
        }
    }

    [Fact]
    public void Of_R0_IsOneForEveryWorkload() =>
        Assert.All(Workload.All, w => Assert.Equal(new StandardUnits(1_000_000), EffectiveUnits.Of("r0", ScuFormula.R0, w).Units));

    [Fact]
    public void Of_ACardWithoutFp8_FallsBackToInt8AndSaysSo()
    {
        var units = EffectiveUnits.Of(Known("a100-sxm4-80gb"), Profile("llm-prefill"));

        var phase = units.Phases[0];
        Assert.Equal((Precision.Fp8, Precision.Int8, true), (phase.Asked, phase.Used, phase.FellBack));
        Assert.Equal(700, phase.Intensity);
        Assert.Contains("fp8 work runs in int8", units.Flags);
    }

    [Fact]
    public void Of_AFallbackToMoreBits_LowersTheIntensityWithThem()
    {
        var phase = EffectiveUnits.Of(Known("tpu-v3-32gb"), Profile("llm-prefill")).Phases[0];

        Assert.Equal((Precision.Bf16, 350.0), (phase.Used, phase.Intensity));
    }

    [Fact]
    public void Of_AFallbackToFewerBitsThanTheFloor_IsRefused()
    {
        // fp8 work may fall back to int8, its peer, but the phase in bf16 must not run in anything lower.
        var eightBitOnly = new CardRates
        {
            BandwidthGBs = 1000,
            Int8Tops = 500,
            Fp8Tflops = 0,
            Fp16Tflops = 0,
            Bf16Tflops = 0,
            Tf32Tflops = 0,
            Fp32Tflops = 0,
        };
        var units = EffectiveUnits.Of("int8", eightBitOnly, Profile("llm-decode-batch"));

        Assert.Equal(new StandardUnits(0), units.Units);
        Assert.Equal("no rate for bf16 work at int8 or better", units.Reason);
        Assert.Empty(units.Phases);
    }

    [Fact]
    public void Of_Fp64_TakesTheTensorRateOnlyForDensePhases()
    {
        var phases = EffectiveUnits.Of(Known("a100-sxm4-80gb"), Profile("hpc-fp64")).Phases;

        Assert.Equal([19.5, 9.7], phases.Select(p => p.Rate));
        Assert.Equal([Bound.Compute, Bound.Memory], phases.Select(p => p.Bound));
    }

    [Theory]
    [InlineData("ascend-910b2-64gb", "hpc-fp64", "0.000", "no rate for fp64 work at fp64 or better")]
    [InlineData("ascend-950pr-128gb", "hpc-fp64", null, "no rate for fp64 work at fp64 or better is known")]
    [InlineData("dcu-bw1000", "llm-prefill", null, "no memory bandwidth")]
    public void Of_WorkTheCardCannotDo_IsZeroIfKnownAndNothingIfNot(string card, string workload, string? units, string reason)
    {
        var effective = EffectiveUnits.Of(Known(card), Profile(workload));

        Assert.Equal(units, Thousandths(effective.Units));
        Assert.Equal(reason, effective.Reason);
        Assert.Null(effective.Bound);
    }

    [Theory]
    [InlineData("h20-96gb", "llm-pretrain-bf16", Bound.Compute)]
    [InlineData("h100-sxm5-80gb", "llm-decode-interactive", Bound.Memory)]
    [InlineData("h100-sxm5-80gb", "general-cpu", Bound.Memory)]
    public void Bound_OfWorkOnACard_SaysWhatHoldsItBack(string card, string workload, Bound bound) =>
        Assert.Equal(bound, EffectiveUnits.Of(Known(card), Profile(workload)).Bound);

    [Fact]
    public void Of_EveryCardAndWorkload_GivesUnitsOrAReason()
    {
        foreach (var (card, workload) in CardRegistry.Default.Cards.SelectMany(c => Workload.All.Select(w => (c, w))))
        {
            var effective = EffectiveUnits.Of(card, workload);
            Assert.Equal(effective.Reason is null, effective.Units is { Micros: > 0 });
            Assert.Equal(effective.Reason is null, effective.Phases.Count == workload.Phases.Count);
            if (effective.Reason is null) Assert.Equal(workload.ReferenceMs / effective.TimeMs, effective.Units!.Value.Micros / 1e6, 6);
        }
    }

    [Theory]
    [InlineData("a100-sxm4-80gb", 1, 1)]
    [InlineData("a100-sxm4-80gb", 73, 1)]
    [InlineData("a100-sxm4-80gb", 74, 2)]
    [InlineData("a100-sxm4-80gb", 980, 14)]
    [InlineData("mi300x-192gb", 980, 6)]
    [InlineData("b200-sxm-180gb", 828, 5)]
    [InlineData("t4-16gb", 98, 7)]
    [InlineData("hanguang-800", 1, null)]
    [InlineData("biren-106m", 1, null)]
    public void CardsNeeded_ForAMemoryNeed_KeepsEightPercentFree(string card, int needGiB, int? cards) =>
        Assert.Equal(cards, EffectiveUnits.CardsNeeded(needGiB, Known(card)));

    [Fact]
    public void CardsNeeded_ForNothing_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => EffectiveUnits.CardsNeeded(0, Known("t4-16gb")));

    [Theory]
    [InlineData("")]
    [InlineData("bf16")]
    [InlineData("bf16:1")]
    [InlineData("bf16@600:1")]
    [InlineData("bf17:1@600")]
    [InlineData("bf16:0.5@600")]
    [InlineData("bf16:0.6@600;fp32:0.5@6")]
    [InlineData("bf16:1@0")]
    [InlineData("bf16:-1@600;fp32:2@6")]
    [InlineData("bf16:1@600;")]
    public void ParsePhases_AnythingCrooked_IsRefused(string phases) =>
        Assert.Throws<FormatException>(() => Workload.Of("mine", "Mine", WorkloadKind.Training, Precision.Bf16, phases));

    [Fact]
    public void Workload_OfABuyer_IsRatedLikeOurs()
    {
        var mine = Workload.Of("mine", "Mine", WorkloadKind.Training, Precision.Bf16, "bf16:0.995@600;fp32:0.005@6");

        var card = Known("h20-96gb");
        Assert.Equal(EffectiveUnits.Of(card, Profile("llm-pretrain-bf16")).Units, EffectiveUnits.Of(card, mine).Units);
    }

    private static Card Known(string id) => CardRegistry.Default.Find(id) ?? throw new InvalidOperationException(id);

    private static Workload Profile(string id) => Workload.Find(id) ?? throw new InvalidOperationException(id);

    private static string? Thousandths(StandardUnits? units) =>
        units is { } u ? Fixed.Format(Rating.DivideHalfUp(u.Micros, 1000), 3, 3) : null;
}
