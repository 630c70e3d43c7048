using NodaTime;

namespace Marketplace.Pricing;

public sealed class DerateTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 1, 15, 12, 0);

    private static readonly Card H100 = CardRegistry.Default.Find("h100-sxm5-80gb")!;

    [Fact]
    public void Of_NothingMeasured_TheReferenceIsWorthItsDatasheet_AndNoCardPassesItsCeiling()
    {
        Assert.Equal(7_000, Of(H100).Listed.Value);
        foreach (var card in CardRegistry.Default.Cards.Where(c => c.Scu is not null))
        {
            foreach (var work in Enum.GetValues<WorkClass>())
            {
                var derate = DerateModel.Default.Of(card, work, [], Now);
                var precedent = DerateModel.Default.Expect(card, work, Now)?.Why?.Precedent;
                var most = card.Evidence != Evidence.Datasheet ? 6_000 : precedent == Precedent.SameCard ? 8_500 : 7_000;
                Assert.InRange(derate.Listed.Value, 500, most);
                Assert.Equal(card.Evidence == Evidence.Datasheet ? EvidenceTier.Datasheet : EvidenceTier.Claim, derate.Tier);
            }
        }
    }

    [Fact]
    public void Of_WorkWithoutPublishedResults_IsListedAtItsTier()
    {
        var (mi300x, h20) = (CardRegistry.Default.Find("mi300x-192gb")!, CardRegistry.Default.Find("h20-96gb")!);

        Assert.Equal(WorkClass.Science, WorkClasses.Of(Workload.Find("hpc-fp64")!));
        Assert.Equal(7_000, DerateModel.Default.Of(mi300x, WorkClass.Science, [], Now).Listed.Value);
        Assert.Equal(6_000, DerateModel.Default.Of(h20, WorkClass.Science, [], Now).Listed.Value);
    }

    [Fact]
    public void Of_AMeasurementBelowTheListing_ListsItAtOnce()
    {
        var derate = Of(H100, (EvidenceTier.ProviderProbe, 0, 0.5));

        Assert.Equal((5_000, DerateLimit.LatestMeasurement, EvidenceTier.ProviderProbe), (derate.Listed.Value, derate.Limit, derate.Tier));
    }

    [Theory]
    [InlineData(0.70)]
    [InlineData(0.75)]
    [InlineData(0.98)]
    public void Of_OneMeasurementAboveTheListing_NeverLowersIt(double part)
    {
        foreach (var card in CardRegistry.Default.Cards.Where(c => c.Scu is not null))
        {
            var before = DerateModel.Default.Of(card, WorkClass.Generation, [], Now).Listed.Value;
            var after = DerateModel.Default.Of(card, WorkClass.Generation, [new(EvidenceTier.ProviderProbe, Now, part)], Now).Listed.Value;
            if (part * 10_000 >= before) Assert.InRange(after, before, 8_500);
        }

        Assert.InRange(Of(H100, (EvidenceTier.ProviderProbe, 0, part)).Listed.Value, 7_000, 8_500);
    }

    [Fact]
    public void Of_AGoodMeasurementAfterABadOne_IsNoLongerHeldDownByIt_ButRemembersIt()
    {
        var recovered = Of(H100, (EvidenceTier.PlatformProbe, 30, 0.4), (EvidenceTier.PlatformProbe, 0, 0.9));

        Assert.Equal(DerateLimit.Evidence, recovered.Limit);
        Assert.InRange(recovered.Listed.Value, 4_001, 8_999);
    }

    [Theory]
    [InlineData(EvidenceTier.ProviderProbe, 0.85)]
    [InlineData(EvidenceTier.PlatformProbe, 1.0)]
    [InlineData(EvidenceTier.Telemetry, 1.0)]
    public void Of_ManyGoodMeasurements_StopsAtTheCeilingOfTheirTier(EvidenceTier tier, double ceiling)
    {
        var derate = DerateModel.Default.Of(
            H100, WorkClass.Generation, [.. Enumerable.Repeat(new Measurement(tier, Now, 1.15), 60)], Now);

        Assert.Equal((ceiling, DerateLimit.Tier), (derate.Listed.Value / 10_000.0, derate.Limit));
    }

    [Fact]
    public void Of_TheSameMeasurementsInAnyOrder_IsTheSame()
    {
        Measurement[] measured =
        [
            new(EvidenceTier.Telemetry, Now - Duration.FromDays(3), 0.81), new(EvidenceTier.ProviderProbe, Now - Duration.FromDays(9), 0.7),
            new(EvidenceTier.PlatformProbe, Now - Duration.FromDays(3), 0.78),
            new(EvidenceTier.Telemetry, Now - Duration.FromDays(80), 0.6),
        ];
        var random = new Random(7);
        var first = DerateModel.Default.Of(H100, WorkClass.Vision, measured, Now);
        for (var i = 0; i < 20; i++)
        {
            random.Shuffle(measured);
            Assert.Equal(first, DerateModel.Default.Of(H100, WorkClass.Vision, measured, Now));
        }
    }

    [Fact]
    public void Of_AsAMeasurementAges_ItsSayHalvesEveryNinetyDays()
    {
        Measurement[] good = [new(EvidenceTier.PlatformProbe, Now, 0.95)];
        var listed = new[] { 0, 90, 180, 360, 1_800 }
            .Select(days => DerateModel.Default.Of(H100, WorkClass.Standard, good, Now + Duration.FromDays(days)).Listed.Value).ToArray();

        Assert.Equal(listed.OrderDescending(), listed);
        Assert.InRange(listed[^1], 5_500, 7_000);
        Assert.True(listed[0] > 8_000);
    }

    [Fact]
    public void Units_Listed_AreRoundedDown()
    {
        Assert.Equal(1_674_827, Derate.Of(new StandardUnits(2_392_611), new BasisPoints(7_000)).Micros);
        Assert.Equal(0, Derate.Of(new StandardUnits(1), new BasisPoints(9_999)).Micros);
    }

    private static Derate Of(Card card, params (EvidenceTier Tier, int DaysAgo, double Part)[] measured) => DerateModel.Default.Of(
        card, WorkClass.Standard, [.. measured.Select(m => new Measurement(m.Tier, Now - Duration.FromDays(m.DaysAgo), m.Part))], Now);
}
