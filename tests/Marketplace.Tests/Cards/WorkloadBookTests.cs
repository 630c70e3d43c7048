using Marketplace.Billing;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>Buyers' own workload profiles.</summary>
public sealed class WorkloadBookTests
{
    internal static readonly WorkloadDraft Prefill = new()
    {
        Name = "my prefill", Kind = WorkloadKind.Inference, Floor = Precision.Int8, MemoryGiB = 70, TensorBytes = 0.333, Hidden = 8192,
        Overlap = 0.1,
        Phases = [new(Precision.Fp8, 0.8m, 700), new(Precision.Bf16, 0.195m, 200), new(Precision.Fp32, 0.005m, 6)],
    };

    [Theory, EveryEngine]
    public async Task AnOwnProfile_RanksOffersAsTheShippedOneOfTheSamePhases(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var buyer = await market.Buyer();
        await market.Publish(await market.Provider(), market.Draft());

        var own = await market.Do(session => WorkloadBook.Add(session, buyer, Prefill));

        Assert.StartsWith("workload_", own.Id, StringComparison.Ordinal);
        Assert.Equal((await Rank("llm-prefill")).Offers[0].Units, (await Rank(own.Id)).Offers[0].Units);
        Assert.Equal(own.Id, Assert.Single(await market.Look(session => WorkloadBook.Own(session, buyer))).Id);
        var read = (await market.Look(session => WorkloadBook.Find(session, buyer, own.Id)))!;
        Assert.Equal((own.Name, own.Floor, own.MemoryGiB, own.Traffic), (read.Name, read.Floor, read.MemoryGiB, read.Traffic));
        Assert.Equal(own.Phases, read.Phases);

        Task<OfferRanking> Rank(string workload) => market.Look(session => OfferRanking.Of(
            session, new() { Workload = workload, From = session.Now, Until = session.Now + NodaTime.Duration.FromHours(1) }, buyer));
    }

    [Theory, EveryEngine]
    public async Task AnOwnProfile_IsNobodyElses(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (buyer, other) = (await market.Buyer(), await market.Buyer("Other"));
        var own = await market.Do(session => WorkloadBook.Add(session, buyer, Prefill));

        Assert.Null(await market.Look(session => WorkloadBook.Find(session, other, own.Id)));
        Assert.Null(await market.Look(session => WorkloadBook.Find(session, null, own.Id)));
        Assert.Equal("workload", (await market.Refused(session => WorkloadBook.Get(session, other, own.Id))).Field);
        Assert.Equal(Workload.All.Count, (await market.Look(session => WorkloadBook.All(session, other))).Count);
        Assert.Equal("name", (await market.Refused(session => WorkloadBook.Add(session, buyer, Prefill))).Field);
        Assert.Equal("my prefill", (await market.Do(session => WorkloadBook.Add(session, other, Prefill))).Name);
    }

    public static TheoryData<WorkloadDraft, string> Refused => new()
    {
        { Prefill with { Name = " " }, "name" },
        { Prefill with { Phases = [] }, "phases" },
        { Prefill with { Phases = [new(Precision.Fp8, 0.9m, 700)] }, "phases" },
        { Prefill with { Phases = [new(Precision.Fp8, 1m, 0)] }, "phases" },
        { Prefill with { Phases = [new(Precision.Fp8, 1.5m, 1), new(Precision.Fp8, -0.5m, 1)] }, "phases" },
        { Prefill with { MemoryGiB = 0 }, "memoryGiB" },
        { Prefill with { Hidden = null }, "hidden" },
        { Prefill with { DataBytes = 1 }, "tokens" },
        { Prefill with { TensorBytes = -1 }, "tensorBytes" },
        { Prefill with { FlatBytes = double.NaN }, "flatBytes" },
        { Prefill with { Overlap = 1.1 }, "overlap" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task AProfileThatCannotBe_NamesItsField(WorkloadDraft draft, string field)
    {
        await using var market = await MarketBooks.Open(Engine.Sqlite);
        var buyer = await market.Buyer();

        Assert.Equal(field, (await market.Refused(session => WorkloadBook.Add(session, buyer, draft))).Field);
    }
}
