namespace Marketplace.Pricing;

/// <summary>Plans against figures worked out by hand.</summary>
public sealed class PlannerTests
{
    private static readonly Card[] Cards = [.. CardRegistry.Default.Cards];

    [Fact]
    public void Training_SevenBillion_IsTheWorkOverTheTime()
    {
        // 7e9 parameters stand by the shape of Llama 3.1 8B: 32 layers of width 4096.
        // Per token 6 * 7e9 + 6 * 32 * 4096 * 4096 = 4.522123e10; of 1e11 tokens, over 0.95: 4.760129e21 operations.
        // R0 needs 5.1543 ms for 1e12: 6815.3 hours.
        var plan = Planner.Of(new TrainingFacts(7, 100, 720).Demand(), Cards);

        Assert.Equal(6815.3, plan.EffectiveScuHours.Micros / 1e6, 0);
        Assert.False(plan.IsService);
        Assert.Equal(7e9 * 14 / 1_073_741_824, plan.MemoryGiB, 6);

        // On an H100 (2.769): 6815.3 / 2.769 / 720 h = 3.4 cards; the 91.3 GiB would be held by 2.
        var h100 = Of(plan, "h100-sxm5-80gb");
        Assert.Equal((4, 1, Bound.Compute), (h100.Cards, h100.CardsPerCopy, h100.Limit));
        Assert.Equal(6815.3 / (2.769 * 4), h100.Hours!.Value, 0);
        Assert.Equal(h100.Hours!.Value * 4, h100.CardSeconds.Micros / 3.6e9, 2);
        Assert.Equal(1, h100.Efficiency, 9);
    }

    [Fact]
    public void WithDerates_TheSameWorkTakesMoreOfACard_AndEachCostsWhatItIsListedAt()
    {
        var price = new UnitPrice(2_000_000_000, Currency.Cny);
        var plan = Planner.Of(
            new TrainingFacts(7, 100, 720).Demand(), Cards, price, (_, work) => new(work == WorkClass.LanguageTraining ? 5_000 : 7_000));

        // The work is the same; at half of 2.769 it takes 6815.3 / 1.3845 / 720 h = 6.8 cards. A card-hour is 0.7 x 2.392611 SCU.
        Assert.Equal(6815.3, plan.EffectiveScuHours.Micros / 1e6, 0);
        var h100 = Of(plan, "h100-sxm5-80gb");
        Assert.Equal((7, Bound.Compute), (h100.Cards, h100.Limit));
        Assert.Equal(2.769 / 2, h100.EffectiveScu!.Value.Micros / 1e6, 3);
        Assert.Equal(2 * 0.7 * 2.392611 * (h100.CardSeconds.Micros / 3.6e9), h100.Cost!.Value.Nanos / 1e9, 1);
    }

    [Fact]
    public void Training_BeyondANode_PaysForTheExchange()
    {
        var plan = Planner.Of(new TrainingFacts(70, 1_000, 720).Demand(), Cards);

        // k = 1/16384 B/op at 494.7 TFLOPS over 50 GB/s waits 0.3039 of the bf16 time, 1.553 of 1.861 ms; the fp32 part hides its own.
        Assert.Equal(1.861 / (1.861 + (0.3039 * 1.553)), Of(plan, "h100-sxm5-80gb").Efficiency, 2);
        Assert.Contains(plan.Assumptions, a => a.What == "exchange between cards");
    }

    [Fact]
    public void Adapters_TakeLessMemoryAndWorkThanFullTraining()
    {
        var full = Planner.Of(new TrainingFacts(70, 0.1, 24).Demand(), Cards);
        var adapters = Planner.Of(new TrainingFacts(70, 0.1, 24, Method: TrainingMethod.Adapters).Demand(), Cards);

        Assert.Equal(4.0 / 6, (double)adapters.EffectiveScuHours.Micros / full.EffectiveScuHours.Micros, 6);
        Assert.Equal(14, Of(full, "h100-sxm5-80gb").Cards); // 912.7 GiB, activations of 6.06 GiB a card: ceil(912.7 / 67.54)
        Assert.Equal(3, Of(adapters, "h100-sxm5-80gb").Cards); // 139.5 GiB: ceil(139.5 / 67.54)
        Assert.Equal(Bound.Capacity, Of(full, "h100-sxm5-80gb").Limit);
    }

    [Fact]
    public void Serving_SeventyBillion_HoldsWeightsAndKeysOfEveryStream()
    {
        var facts = new ServingFacts(70, 1_000, 300, RequestsPerSecond: 10);
        var plan = Planner.Of(facts.Demand(), Cards);

        // 10 requests of 300 tokens at 20 a second: 150 streams. Weights in 8 bits: 65.2 GiB, within the 73.6 that an H100 can fill.
        // Keys and values: 2 * 80 * 1024 bytes a token, 0.198 GiB a stream of 1300; 42 streams a card, so 4 copies.
        Assert.Equal((150, true), (plan.Streams, plan.IsService));
        Assert.Equal(70e9 / 1_073_741_824, plan.MemoryGiB, 6);
        var h100 = Of(plan, "h100-sxm5-80gb");
        Assert.Equal(1, h100.CardsPerCopy);
        Assert.InRange(h100.Cards, 4, 40);
        Assert.Null(h100.Hours);

        // Prefill 2 * 70e9 * 1000 + 2 * 655360 * 1e6 = 1.413107e14; decode (1.4e11 + 4 * 655360 * 1150) * 300 = 4.290440e13 a request.
        // Ten a second at 70 % load on R0: 2018.7 * 3.5570 ms + 612.9 * 3.9962 ms = 9.63 R0.
        Assert.Equal(9.63, plan.EffectiveScuHours.Micros / 1e6, 1);
        var byStreams = (facts with { RequestsPerSecond = null, ConcurrentStreams = 150 }).Demand();
        Assert.Equal(plan.EffectiveScuHours, byStreams.EffectiveScuHours);
    }

    [Fact]
    public void Serving_InSixteenBits_KeepsToThem()
    {
        var eight = Planner.Of(new ServingFacts(8, 500, 200, 5).Demand(), Cards);
        var sixteen = Planner.Of(new ServingFacts(8, 500, 200, 5, WeightBits: 16).Demand(), Cards);

        Assert.True(Of(sixteen, "h100-sxm5-80gb").EffectiveScu < Of(eight, "h100-sxm5-80gb").EffectiveScu);
    }

    [Fact]
    public void AModelThatNoNodeHolds_SaysSo() =>
        Assert.Equal("a copy takes 43 cards, a node holds 8",
            Of(Planner.Of(new ServingFacts(671, 1_000, 300, 1, ActiveParametersBillion: 37).Demand(), Cards), "t4-16gb").Reason);

    [Fact]
    public void Vehicles_AtTheSeedsEightTeraflops_AreWhatTheyAre()
    {
        // 1000 vehicles * 8 TFLOPS over 0.7 load, at 6.7025 ms per 1e12 on R0: 76.6 R0.
        var plan = Planner.Of(new VehicleFacts(1_000).Demand(), Cards);

        Assert.Equal(76.6, plan.EffectiveScuHours.Micros / 1e6, 1);
        Assert.Equal(39, Of(plan, "h100-sxm5-80gb").Cards); // 76.6 / 1.990
    }

    [Fact]
    public void Hpc_OnACardWithoutDoublePrecision_CannotBe()
    {
        var plan = Planner.Of(new HpcFacts(100_000, 24, 512).Demand(), Cards);

        Assert.Equal("no rate for fp64 work at fp64 or better", Of(plan, "ascend-910b2-64gb").Reason);
        Assert.Equal(7.2e5 * 187.1441 / 3.6e6, plan.EffectiveScuHours.Micros / 1e6, 1); // 1e5 h * 3600 s * 2 GFLOPS
        Assert.Equal(Bound.Capacity, Of(plan, "h100-sxm5-80gb").Limit); // 512 GiB in 7 cards
        Assert.Equal(7, Of(plan, "h100-sxm5-80gb").Cards);
    }

    [Fact]
    public void Diffusion_OfAPicture_IsItsSteps()
    {
        // 12e9 stands by the shape of a 14B: 48 layers of width 5120. 60 * (2 * 12e9 * 4096 + 4 * 48 * 5120 * 4096^2) = 6.8878e15.
        var plan = Planner.Of(new DiffusionFacts(12, 1).Demand(), Cards);

        Assert.Equal(6_887.8 / 0.7 * 6.0851 / 1_000, plan.EffectiveScuHours.Micros / 1e6, 1);
    }

    [Fact]
    public void APrice_PutsTheCheapestFirst_AndItsCostIsTheUse()
    {
        var price = new UnitPrice(2_000_000_000, Currency.Cny);
        var plan = Planner.Of(new TrainingFacts(7, 100, 720).Demand(), Cards, price);

        var can = plan.Cards.Where(c => c.Reason is null).ToList();
        var priced = can.TakeWhile(c => c.Cost is not null).ToList();
        Assert.Equal(priced.OrderBy(c => c.Cost!.Value.Nanos).Select(c => c.Card), priced.Select(c => c.Card));
        var h100 = Of(plan, "h100-sxm5-80gb");
        Assert.Equal(2 * 2.392611 * (h100.CardSeconds.Micros / 3.6e9), h100.Cost!.Value.Nanos / 1e9, 3);
        Assert.True(plan.Cards.SkipWhile(c => c.Reason is null).All(c => c.Reason is not null));
    }

    [Fact]
    public void APlan_IsTheSameEveryTime_AndFinishesInTime()
    {
        Demand[] demands =
        [
            new TrainingFacts(405, 15_000, 2_000, SequenceLength: 8192, Precision: Precision.Fp8).Demand(),
            new ServingFacts(671, 2_000, 500, ConcurrentStreams: 5_000, ActiveParametersBillion: 37).Demand(),
            new HpcFacts(1e9, 100, 1e6).Demand(),
        ];
        foreach (var demand in demands)
        {
            var plan = Planner.Of(demand, Cards);
            Assert.Equal(plan.Cards, Planner.Of(demand, Cards).Cards);
            Assert.NotEmpty(plan.Assumptions);
            Assert.Contains(plan.Cards, c => c.Reason is null);
            Assert.All(plan.Cards.Where(c => c.Reason is null), c =>
            {
                Assert.True(c.Hours is null || c.Hours <= demand.Hours);
                Assert.Equal(0, c.Cards % c.CardsPerCopy);
            });
        }
    }

    public static TheoryData<Func<Demand>, string> Wrong => new()
    {
        { () => new TrainingFacts(0, 1, 1).Demand(), "parametersBillion" },
        { () => new TrainingFacts(double.NaN, 1, 1).Demand(), "parametersBillion" },
        { () => new TrainingFacts(7, double.PositiveInfinity, 1).Demand(), "tokensBillion" },
        { () => new TrainingFacts(7, 1, -1).Demand(), "deadlineHours" },
        { () => new TrainingFacts(7, 1, 1, 8).Demand(), "activeParametersBillion" },
        { () => new TrainingFacts(7, 1, 1, SequenceLength: 0).Demand(), "sequenceLength" },
        { () => new TrainingFacts(7, 1, 1, Precision: Precision.Int8).Demand(), "precision" },
        { () => new ServingFacts(7, 0, 1, 1).Demand(), "promptTokens" },
        { () => new ServingFacts(7, 1, 0, 1).Demand(), "outputTokens" },
        { () => new ServingFacts(7, 1, 1).Demand(), "requestsPerSecond" },
        { () => new ServingFacts(7, 1, 1, 1, 1).Demand(), "requestsPerSecond" },
        { () => new ServingFacts(7, 1, 1, ConcurrentStreams: 0).Demand(), "concurrentStreams" },
        { () => new ServingFacts(7, 1, 1, 1, WeightBits: 4).Demand(), "weightBits" },
        { () => new DiffusionFacts(12, 0).Demand(), "picturesPerSecond" },
        { () => new DiffusionFacts(12, 1, Steps: 0).Demand(), "steps" },
        { () => new VehicleFacts(0).Demand(), "vehicles" },
        { () => new VehicleFacts(1, Cameras: 65).Demand(), "cameras" },
        { () => new HpcFacts(0, 1, 1).Demand(), "coreHours" },
        { () => new HpcFacts(1, 1, 0).Demand(), "memoryGiB" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void AFactOutOfBounds_IsNamed(Func<Demand> demand, string fact) =>
        Assert.Equal(fact, Assert.Throws<FactFault>(demand).Fact);

    [Fact]
    public void MoreThanAnyMarketHas_IsRefusedAndNotOverflown()
    {
        var demand = new ServingFacts(1, 10_000_000, 1, ConcurrentStreams: 100_000_000, TokensPerSecond: 1_000).Demand();

        Assert.Equal("", Assert.Throws<FactFault>(() => Planner.Of(demand, Cards)).Fact);
    }

    private static PlannedCard Of(Plan plan, string card) => plan.Cards.Single(c => c.Card == card);
}
