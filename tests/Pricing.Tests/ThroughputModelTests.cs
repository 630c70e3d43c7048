namespace Marketplace.Pricing;

public sealed class ThroughputModelTests
{
    private const string Header = "family,round,benchmark,scenario,card_key,accelerators,per_accelerator";

    private static readonly Card Reference = CardRegistry.Default.Find(MeasuredResults.ReferenceCard)!;

    private static readonly ThroughputModel Shipped = ThroughputModel.Learn(MeasuredResults.Shipped, Reference);

    [Fact]
    public void Shipped_AreTheRatiosOfThePublishedResults()
    {
        var measured = File.ReadAllText(SharedFiles.Require("data/measured.csv"));
        var read = MeasuredResults.Read(measured, key => CardRegistry.Default.Resolve(key).Card);

        Assert.Equal(316, read.Count);
        Assert.Equal(read.Select(Key).Order(), MeasuredResults.Shipped.Select(Key).Order());
        foreach (var (fresh, shipped) in read.OrderBy(Key).Zip(MeasuredResults.Shipped.OrderBy(Key)))
        {
            Assert.Equal(fresh.Ratio, shipped.Ratio, 0.00001);
            Assert.Equal(fresh.Results, shipped.Results);
        }

        static string Key(MeasuredRatio m) => $"{m.Family} {m.Round} {m.Benchmark} {m.Scenario} {m.Card.Id}";
    }

    /// <summary>The bars of the product: a round that was left out is foretold from the others.</summary>
    [Fact]
    public void Expect_RoundsLeftOut_AreForetoldWithinTheBars()
    {
        var rows = LeftOut(m => $"{m.Family} {m.Round}").ToList();
        var errors = rows.Select(r => Math.Abs(r.Expected.Log - Math.Log(r.Measured.Ratio))).Order().ToArray();

        Assert.Equal(316, errors.Length);
        Assert.InRange(Math.Exp(errors[errors.Length / 2]), 1.0, 1.07);
        Assert.InRange(errors.Count(e => e <= Math.Log(1.25)), 0.89 * 316, 316);
        Assert.InRange(Held(rows), 0.88, 0.97);
        Assert.InRange(Held(rows.Where(r => r.Measured.Training)), 0.80, 0.97);
    }

    [Theory]
    [InlineData("benchmark", 1.17, 0.68)]
    [InlineData("card", 1.10, 0.78)]
    [InlineData("architecture", 1.20, 0.60)]
    public void Expect_WithoutPrecedent_IsStillBetterThanThePeak(string left, double median, double within)
    {
        var rows = LeftOut(m => left switch
        {
            "benchmark" => $"{m.Family} {WorkClasses.Benchmark(m.Benchmark).Split("-99")[0]}",
            "card" => m.Card.Id,
            _ => Architecture.Of(m.Card),
        }).ToList();
        var errors = rows.Select(r => Math.Abs(r.Expected.Log - Math.Log(r.Measured.Ratio))).Order().ToArray();

        Assert.InRange(Math.Exp(errors[errors.Length / 2]), 1.0, median);
        Assert.InRange((double)errors.Count(e => e <= Math.Log(1.25)) / errors.Length, within, 1);
        Assert.InRange(Held(rows), 0.88, 1);
    }

    [Fact]
    public void Expect_SumsItsParts_AndDoubtsMoreWithLessEvidence()
    {
        var h100Pcie = Expect("h100-pcie-80gb", "resnet50", 2023.7);
        var h200 = Expect("h200-sxm-141gb", "resnet50", 2024.25);
        var unseenWork = Expect("h100-pcie-80gb", "llama2-70b-99", 2023.7);
        var unseenDesign = Expect("mi300x-192gb", "resnet50", 2023.7);

        Assert.Equal(
            [Precedent.SameCard, Precedent.Sibling, Precedent.OtherWork, Precedent.None],
            [h100Pcie.Precedent, h200.Precedent, unseenWork.Precedent, unseenDesign.Precedent]);
        Assert.True(h100Pcie.Deviation < h200.Deviation && h200.Deviation < unseenWork.Deviation);
        Assert.True(unseenWork.Deviation < unseenDesign.Deviation);
        Assert.InRange(h100Pcie.Ratio, 0.60, 0.66); // measured 0.631 and 0.643
        Assert.Equal(
            h100Pcie.Log,
            h100Pcie.Prior + h100Pcie.Slopes + h100Pcie.Architecture + h100Pcie.Card + h100Pcie.CardClass + h100Pcie.CardBenchmark
                + h100Pcie.Debut,
            1e-12);
        Assert.True(h100Pcie.LowerBound < h100Pcie.Ratio);
        Assert.Equal((0, Precedent.None), (unseenDesign.Results, unseenDesign.Precedent));

        static Expectation Expect(string card, string benchmark, double year) =>
            Shipped.Expect(CardRegistry.Default.Find(card)!, Reference, false, benchmark, year)!;
    }

    [Fact]
    public void Expect_OlderEvidence_DoubtsMore()
    {
        var a30 = CardRegistry.Default.Find("a30-24gb")!;
        double[] years = [2023.7, 2024.7, 2026.7];
        var doubts = Array.ConvertAll(years, y => Shipped.Expect(a30, Reference, false, "resnet50", y)!.Deviation);

        Assert.Equal(doubts.Order(), doubts);
        Assert.True(doubts[2] > doubts[0] * 1.1);
    }

    [Fact]
    public void Learn_InAnyOrder_IsTheSameModel()
    {
        var turned = ThroughputModel.Learn(MeasuredResults.Shipped.Reverse(), Reference);
        foreach (var card in CardRegistry.Default.Cards)
        {
            Assert.Equal(
                Shipped.Expect(card, Reference, WorkClass.Generation, 2026), turned.Expect(card, Reference, WorkClass.Generation, 2026));
        }
    }

    [Fact]
    public void Expect_OneOddResult_MovesLittle()
    {
        var odd = MeasuredResults.Shipped.Select(m => m is { Card.Id: "l4-24gb", Round: "v3.1", Benchmark: "resnet50" }
            ? new MeasuredRatio(m.Family, m.Round, m.Benchmark, m.Scenario, m.Card, m.Ratio * 5, m.Results, m.Reference)
            : m);
        var l4 = CardRegistry.Default.Find("l4-24gb")!;
        var before = Shipped.Expect(l4, Reference, false, "resnet50", 2024)!;
        var after = ThroughputModel.Learn(odd, Reference).Expect(l4, Reference, false, "resnet50", 2024)!;

        // A mean of the two rounds would move by half of ln 5.
        Assert.InRange(after.Log - before.Log, 0, 0.5 * Math.Log(5) * 0.7);
    }

    [Theory]
    [InlineData("family,round", "a,b", "the column benchmark is missing")]
    [InlineData(Header, "mlperf-x,v1.0,b,Offline,c,many,1", "accelerators")]
    [InlineData(Header, "mlperf-x,v1.0,b,Offline,c,1,0", "per_accelerator")]
    public void Read_ATableThatIsNone_NamesLineAndColumn(string header, string row, string named)
    {
        var csv = $"{header}\n{row}\n";
        var refused = Assert.Throws<FormatException>(() => MeasuredResults.Read(csv, _ => Reference));

        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
        Assert.Contains("line", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mlperf-inference", "v2.1", 2022.68)]
    [InlineData("mlperf-training", "v3.1", 2023.85)]
    [InlineData("mlperf-inference", "v5.1", 2025.68)]
    public void YearOf_ARound_IsWhenItCameOut(string family, string round, double year) =>
        Assert.Equal(year, MeasuredRatio.YearOf(family, round), 0.01);

    private static IEnumerable<(MeasuredRatio Measured, Expectation Expected)> LeftOut(Func<MeasuredRatio, string> group)
    {
        foreach (var asked in MeasuredResults.Shipped.GroupBy(group))
        {
            var model = ThroughputModel.Learn(MeasuredResults.Shipped.Where(m => group(m) != asked.Key), Reference);
            foreach (var m in asked) yield return (m, model.Expect(m.Card, Reference, m.Training, m.Benchmark, m.Year)!);
        }
    }

    private static double Held(IEnumerable<(MeasuredRatio Measured, Expectation Expected)> rows)
    {
        var all = rows.ToList();
        return (double)all.Count(r => r.Measured.Ratio >= r.Expected.LowerBound) / all.Count;
    }
}
