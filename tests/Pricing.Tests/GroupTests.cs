namespace Marketplace.Pricing;

/// <summary>Groups of cards: the wait for each other, the memory, and every reason for which a group cannot be.</summary>
public sealed class GroupTests
{
    /// <summary>
    /// One phase, so that the group's E is the formula's. On an H100 (989.4 TFLOPS bf16, link 900 GB/s) F_eff = 494.7 TFLOPS and
    /// L = 0.77 * 900 / 2 = 346.5 GB/s.
    /// </summary>
    private static readonly Workload Training = Profile(
        WorkloadKind.Training, new(TensorBytes: 0.222, Hidden: 8192, DataBytes: 1, Tokens: 16384, FlatBytes: 0, Overlap: 0.3, ""));

    private static readonly Workload Serving = Profile(
        WorkloadKind.Inference, new(TensorBytes: 0.333, Hidden: 8192, DataBytes: 0, Tokens: 0, FlatBytes: 0, Overlap: 0, ""));

    [Fact]
    public void ATensorGroup_WaitsOnItsLink()
    {
        // k = 0.333 * 7 / 8192 = 2.84546e-4 B/op; k * F_eff / L = 2.84546e-4 * 494.7e12 / 346.5e9 = 0.406248.
        var group = GroupUnits.Of(H100, Serving, new Group(8, TensorCards: 8));

        Assert.Equal(1 / 1.406248, group.Efficiency, 5);
        Assert.Equal(8 * group.PerCard!.Value.Micros / 1.406248e6, group.Units!.Value.Micros / 1e6, 4);
        Assert.Equal((8, 1), (group.TensorCards, group.Copies));
    }

    [Fact]
    public void ADataGroup_WithinANode_HidesBehindArithmetic()
    {
        // k = 1 / 16384 = 6.10352e-5; k * F_eff / L = 0.087140, below the overlap of 0.3.
        var group = GroupUnits.Of(H100, Training, new Group(8, IsSharded: true));

        Assert.Equal(1, group.Efficiency);
        Assert.Equal(8 * H100Alone(Training), group.Units!.Value.Micros / 1e6, 4);
        Assert.Empty(group.Assumptions);
    }

    [Theory]
    [InlineData(null, 0.303882)] // 6.10352e-5 * 494.7e3 / 50 - 0.3
    [InlineData(100.0, 0.001941)] // half of the ratio: 0.301941 - 0.3
    [InlineData(400.0, 0)]
    public void ADataGroup_BeyondANode_WaitsOnTheScaleOut(double? scaleOutGBs, double wait)
    {
        var group = GroupUnits.Of(H100, Training, new Group(16, ScaleOutGBs: scaleOutGBs, IsSharded: true));

        Assert.Equal(1 / (1 + wait), group.Efficiency, 5);
        Assert.Equal(scaleOutGBs is null ? ["50 GB/s between nodes, as R0 has"] : [], group.Assumptions);
    }

    [Fact]
    public void CopiesOfTensorGroups_AddTheirWaits()
    {
        // Tensor: 0.222 * 7 / 8192 = 1.89697e-4, ratio 0.270832, hidden. Data beyond the node: 0.303882 as above.
        var group = GroupUnits.Of(H100, Training, new Group(16, TensorCards: 8, IsSharded: true));

        Assert.Equal(1 / 1.303882, group.Efficiency, 5);
        Assert.Equal((8, 2), (group.TensorCards, group.Copies));
    }

    [Fact]
    public void APhaseBoundByMemory_WaitsAtTheRateItReaches()
    {
        // I = 4: the memory feeds 0.85 * 4 * 3.35 = 11.39 TFLOPS, far below 0.5 * 989.4. 0.01 * 11.39e3 / 50 = 2.278, less 0.3.
        var starved = Workload.Of("mine", "Mine", WorkloadKind.Hpc, Precision.Bf16, [(Precision.Bf16, 1m, 4m)], null,
            new(0, 0, 0, 0, FlatBytes: 0.01, Overlap: 0.3, ""));

        Assert.Equal(1 / 2.978, GroupUnits.Of(H100, starved, new Group(16, IsSharded: true)).Efficiency, 3);
    }

    [Fact]
    public void AWaitLongerThanTheWork_IsWhatBinds()
    {
        var talkative = Profile(WorkloadKind.Hpc, new(0, 0, 0, 0, FlatBytes: 0.063, Overlap: 0.3, ""));

        Assert.Equal(Bound.Network, GroupUnits.Of(H100, talkative, new Group(16, IsSharded: true)).Bound);
        Assert.Equal(Bound.Compute, GroupUnits.Of(H100, talkative, new Group(1)).Bound);
    }

    [Fact]
    public void CopiesThatServe_NeedNotTalk()
    {
        var group = GroupUnits.Of(H100, Serving, new Group(1_000, MemoryGiB: 70));

        Assert.Equal((1, 1, 1_000), (group.Efficiency, group.TensorCards, group.Copies));
    }

    [Theory]
    [InlineData("h100-sxm5-80gb", 16, 140, false, 2, 8, "")] // 140 / 73.6 = 1.9
    [InlineData("h100-sxm5-80gb", 5, 140, false, 2, 2, "1 of 5 cards are left over: a copy takes 2")]
    [InlineData("mi300x-192gb", 8, 140, false, 1, 8, "")] // 176.64 GiB can be filled
    public void MemoryNeed_SetsTheCardsOfACopy(string card, int cards, int need, bool sharded, int shared, int copies, string assumed)
    {
        var group = GroupUnits.Of(Known(card), Serving, new Group(cards, MemoryGiB: need, IsSharded: sharded));

        Assert.Equal((shared, copies), (group.TensorCards, group.Copies));
        Assert.Equal(assumed, string.Join("; ", group.Assumptions));
        Assert.Null(group.Reason);
    }

    [Theory]
    [InlineData("h100-sxm5-80gb", 64, 640, false, 0L, "a copy takes 9 cards, a node holds 8")]
    [InlineData("h100-sxm5-80gb", 1, 140, false, 0L, "a copy takes 2 cards, the group has 1")]
    [InlineData("h100-sxm5-80gb", 13, 980, true, 0L, "980 GiB take 14 cards, the group has 13")]
    public void AGroupThatCannotHoldTheWork_IsZeroWithTheReason(
        string card, int cards, int need, bool sharded, long units, string reason)
    {
        var group = GroupUnits.Of(Known(card), Serving, new Group(cards, MemoryGiB: need, IsSharded: sharded));

        Assert.Equal((units, reason), (group.Units!.Value.Micros, group.Reason));
        Assert.Equal(Bound.Capacity, group.Bound);
    }

    [Fact]
    public void OnChipMemory_IsNotGuessed()
    {
        var onChip = new Card(H100.Rates)
        {
            Id = "sram", Vendor = "x", Model = "x", Board = Board.Ai, FormFactor = "", Cores = null, MemoryGiB = 0, LinkGBs = 100,
            PowerWatts = null, Year = 2025, Aliases = [], Evidence = Evidence.Memory, Assumed = [], Source = "x", Doubts = "",
        };

        var group = GroupUnits.Of(onChip, Serving, new Group(4, MemoryGiB: 10));

        Assert.Null(group.Units);
        Assert.Equal("it has on-chip memory only; how many cards hold 10 GiB is its provider's to say", group.Reason);
        Assert.NotNull(GroupUnits.Of(onChip, Serving, new Group(4)).Units);
    }

    [Fact]
    public void AnUnknownLink_LeavesATensorGroupUnrated()
    {
        var card = Known("b100-192gb");
        var loose = new Card(card.Rates)
        {
            Id = "loose", Vendor = "x", Model = "x", Board = Board.Ai, FormFactor = "", Cores = null, MemoryGiB = 192, LinkGBs = null,
            PowerWatts = null, Year = 2025, Aliases = [], Evidence = Evidence.Memory, Assumed = [], Source = "x", Doubts = "",
        };

        var group = GroupUnits.Of(loose, Serving, new Group(2, TensorCards: 2));

        Assert.Equal((null, "the link to the other cards is not known"), (group.Units, group.Reason));
    }

    [Fact]
    public void TheFloorOfABid_BindsEveryPhase()
    {
        var decode = Workload.Find("llm-decode-batch")!;

        Assert.Equal(Precision.Fp8, EffectiveUnits.Of(H100, decode).Phases[0].Used);
        Assert.Equal(Precision.Bf16, EffectiveUnits.Of(H100, decode, Precision.Bf16).Phases[0].Used);
        Assert.Equal("no rate for fp8 work at fp64 or better", EffectiveUnits.Of(H100, decode, Precision.Fp64).Reason);
        Assert.True(EffectiveUnits.Of(H100, decode, Precision.Bf16).Units < EffectiveUnits.Of(H100, decode).Units);

        // Norms in bf16 of an fp64 job run as written, unless the buyer says otherwise.
        var mixed = Workload.Find("hpc-ai-mixed")!;
        Assert.Equal(Precision.Bf16, EffectiveUnits.Of(H100, mixed).Phases[2].Used);
        Assert.Equal(Precision.Fp32, EffectiveUnits.Of(H100, mixed, Precision.Fp32).Phases[2].Used);
    }

    [Fact]
    public void Traffic_OfEveryShippedWorkload_CanBeReckonedWith()
    {
        Assert.Contains(Workload.All, w => w.Traffic.DataBytes > 0);
        Assert.All(Workload.All, w =>
        {
            Assert.InRange(w.Traffic.Overlap, 0, 1);
            Assert.True(w.Traffic.TensorBytes == 0 || w.Traffic.Hidden > 0);
            Assert.True(w.Traffic.DataBytes == 0 || w.Traffic.Tokens > 0);
            Assert.NotEqual("", w.Traffic.Assumed);
            Assert.InRange(GroupUnits.Of(H100, w, new Group(64, IsSharded: true)).Efficiency, 0.05, 1);
        });
    }

    private static Card H100 => Known("h100-sxm5-80gb");

    private static double H100Alone(Workload workload) => EffectiveUnits.Of(H100, workload).Units!.Value.Micros / 1e6;

    private static Workload Profile(WorkloadKind kind, GroupTraffic traffic) =>
        Workload.Of("mine", "Mine", kind, Precision.Bf16, [(Precision.Bf16, 1m, 600m)], null, traffic);

    private static Card Known(string id) => CardRegistry.Default.Find(id) ?? throw new InvalidOperationException(id);
}
