namespace Marketplace.Pricing;

/// <summary>What the plausibility gate believes, and what a believed probe says.</summary>
public sealed class ProbeReadingTests
{
    private static readonly Card H100 = CardRegistry.Default.Find("h100-sxm5-80gb")!;

    [Fact]
    public void Of_EveryFigureAtHalf_IsHalfForEveryWork()
    {
        var reading = ProbeReading.Of(H100, Samples(494.7, 1675));

        Assert.Null(reading.Doubt);
        Assert.Equal(0.5, reading.Figures["fp16"], 1e-9);
        Assert.Equal(Enum.GetValues<WorkClass>().Length, reading.Parts.Count);
        Assert.All(reading.Parts.Values, part => Assert.Equal(0.5, part, 1e-5));
    }

    [Fact]
    public void Of_AWeakMemory_HurtsDecodingMoreThanTraining()
    {
        var reading = ProbeReading.Of(H100, Samples(900, 1000));

        Assert.True(reading.Parts[WorkClass.Generation] < reading.Parts[WorkClass.VisionTraining]);
        Assert.All(reading.Parts.Values, part => Assert.InRange(part, 1000 / 3350.0, 900 / 989.4));
    }

    [Fact]
    public void Of_AFigureLeftOut_CountsAtTheWorstThatWasMeasured()
    {
        var both = ProbeReading.Of(H100, [.. Samples(900, 3000), .. Sized("fp8", 600)]);
        var oneHidden = ProbeReading.Of(H100, [.. Sized("fp8", 600), .. Sized("bandwidth", 3000)]);

        Assert.True(oneHidden.Parts[WorkClass.LanguageTraining] <= both.Parts[WorkClass.LanguageTraining]);
    }

    [Theory]
    [InlineData("fp16: more than 1.2 times the claim", 1979.0, 3000.0)] // the sparse rate, as some datasheets print it
    [InlineData("bandwidth: more than 1.2 times the claim", 900.0, 4100.0)]
    public void Of_MoreThanTheClaimAllows_IsNotBelieved(string doubt, double compute, double bandwidth)
    {
        var reading = ProbeReading.Of(H100, Samples(compute, bandwidth));

        Assert.StartsWith(doubt, reading.Doubt, StringComparison.Ordinal);
        Assert.Empty(reading.Parts);
    }

    [Fact]
    public void Of_ALargerProblemInLessTime_TooRestless_OrAlwaysTheSame_IsNotBelieved()
    {
        ProbeSample[] shrinking = [new("fp16", 4096, [60, 61, 62]), new("fp16", 4200, [700, 701, 702]), .. Sized("bandwidth", 3000)];
        ProbeSample[] restless = [new("fp16", 4096, [600, 601, 900]), new("fp16", 8192, [600, 601, 602]), .. Sized("bandwidth", 3000)];
        ProbeSample[] same = [new("fp16", 4096, [600, 600, 600]), new("fp16", 8192, [601, 601, 601]), .. Sized("bandwidth", 3000)];

        Assert.Contains("took less time", ProbeReading.Of(H100, shrinking).Doubt, StringComparison.Ordinal);
        Assert.Contains("apart", ProbeReading.Of(H100, restless).Doubt, StringComparison.Ordinal);
        Assert.Contains("all the same", ProbeReading.Of(H100, same).Doubt, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_MalformedSamples_AreRefusedWithTheirPlace()
    {
        (ProbeSample[] Samples, string Place)[] wrong =
        [
            ([new("fp17", 1, [1, 2, 3])], "samples[0].figure"),
            ([new("fp4", 1, [1, 2, 3])], "samples[0].figure"),
            ([.. Samples(900, 3000), new("fp8", 0, [1, 2, 3])], "samples[4].size"),
            ([.. Samples(900, 3000), new("fp8", 1, [1, 2])], "samples[4].rates"),
            ([.. Samples(900, 3000), new("fp8", 1, [1, 2, double.NaN])], "samples[4].rates"),
            ([.. Samples(900, 3000), new("fp8", 1, [1, 2, -3])], "samples[4].rates"),
            ([.. Samples(900, 3000), new("fp8", 1, [1, 2, double.PositiveInfinity])], "samples[4].rates"),
            (Sized("fp16", 900), "samples: "),
            (Sized("bandwidth", 3000), "samples: "),
            ([.. Sized("bandwidth", 3000), new("fp16", 4096, [1, 2, 3])], "samples: "),
            ([.. Samples(900, 3000), new("fp16", 8192, [1, 2, 3])], "samples: "),
            ([], "samples: "),
        ];
        foreach (var (samples, place) in wrong)
        {
            var refused = Assert.Throws<FormatException>(() => ProbeReading.Of(H100, samples));
            Assert.StartsWith(place, refused.Message, StringComparison.Ordinal);
        }
    }

    private static ProbeSample[] Samples(double fp16, double bandwidth) => [.. Sized("fp16", fp16), .. Sized("bandwidth", bandwidth)];

    private static ProbeSample[] Sized(string figure, double rate) =>
        [new(figure, 4096, [rate * 0.98, rate, rate * 1.01]), new(figure, 8192, [rate * 0.99, rate, rate * 1.005])];
}
