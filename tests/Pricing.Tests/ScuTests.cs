using FsCheck;
using FsCheck.Fluent;

namespace Marketplace.Pricing;

public sealed class ScuTests
{
    [Theory]
    [InlineData("h100-sxm5-80gb", "2.393", "2.232")]
    [InlineData("a100-sxm4-80gb", "0.990", "0.997")]
    [InlineData("h20-96gb", "0.669", "0.108")]
    [InlineData("ascend-910b2-64gb", "1.043", "0.000")]
    [InlineData("mi300x-192gb", "3.508", "4.002")]
    [InlineData("mlu370-x8-48gb", "0.332", "0.000")]
    public void Units_OfKnownCards_AreTheGoldenValues(string id, string scu, string scuH)
    {
        var card = Known(id);

        Assert.Equal(scu, Thousandths(card.Scu));
        Assert.Equal(scuH, Thousandths(card.ScuH));
        Assert.Equal("2026.1", card.ScuRating.FormulaVersion);
    }

    [Fact]
    public void Units_OfR0_AreExactlyOne()
    {
        Assert.Equal(new(StandardUnits.MicrosPerUnit), ScuFormula.Scu(ScuFormula.R0).Units);
        Assert.Equal(new(StandardUnits.MicrosPerUnit), ScuFormula.ScuH(ScuFormula.R0).Units);
    }

    /// <summary>The millionths themselves, so that a change of one bit anywhere is seen.</summary>
    [Theory]
    [InlineData("h100-sxm5-80gb", 2_392_611, 2_232_221)]
    [InlineData("a100-sxm4-80gb", 990_126, 996_754)]
    [InlineData("mi300x-192gb", 3_508_158, 4_001_941)]
    public void Units_OfKnownCards_AreTheSameToTheMillionth(string id, long scu, long scuH)
    {
        Assert.Equal(scu, Known(id).Scu?.Micros);
        Assert.Equal(scuH, Known(id).ScuH?.Micros);
    }

    [Theory]
    [InlineData("mi308x-192gb", "no 16-bit rate")]
    [InlineData("k80-gpu-12gb", "no 16-bit rate")]
    [InlineData("hanguang-800", "no 16-bit rate")]
    [InlineData("dcu-bw1000", "no 16-bit rate")]
    [InlineData("metax-c600-144gb", "no memory bandwidth")]
    [InlineData("metax-n100", "no memory bandwidth")]
    public void Scu_WithoutWhatTheFormulaNeeds_IsUnratedAndSaysWhy(string id, string reason)
    {
        var card = Known(id);

        Assert.Null(card.Scu);
        Assert.Equal(reason, card.UnratedReason);
        Assert.Empty(card.ScuRating.Terms);
        Assert.Null(card.ScuRating.Binds);
    }

    [Fact]
    public void ScuH_Without64BitArithmetic_IsZeroIfKnownAndUnratedIfNot()
    {
        Assert.Equal(new StandardUnits(0), Known("ascend-910b2-64gb").ScuH);
        Assert.Null(Known("ascend-950pr-128gb").ScuH);
        Assert.Equal(ScuFormula.NoSixtyFourBitRate, Known("ascend-910b2-64gb").ScuHRating.Reason);
        Assert.Equal(ScuFormula.NoSixtyFourBitRate, Known("ascend-950pr-128gb").ScuHRating.Reason);
    }

    [Fact]
    public void Scu_WithoutAVectorRate_AssumesASixteenthAndSaysSo()
    {
        var rating = Known("tpu-v5e-16gb").ScuRating;

        Assert.Contains("32-bit vector rate assumed: a sixteenth of the 16-bit rate", rating.Flags);
        var term = Assert.Single(rating.Terms, t => t.Figure == "32-bit vector");
        Assert.True(term.Assumed);
        Assert.Equal(197.0 / 16, term.Rate);
    }

    [Fact]
    public void Scu_WithoutAnEightBitRate_RunsItAt16BitAndSaysSo()
    {
        var rating = Known("tpu-v3-32gb").ScuRating;

        Assert.Contains("8-bit work runs at the 16-bit rate", rating.Flags);
        Assert.Equal(123, Assert.Single(rating.Terms, t => t.Figure == "8-bit").Rate);
    }

    [Fact]
    public void Terms_OfEveryRatedCard_ExplainItsUnits()
    {
        foreach (var rating in CardRegistry.Default.Cards.SelectMany(c => new[] { c.ScuRating, c.ScuHRating }).Where(r => r.Reason is null))
        {
            Assert.Equal(1, rating.Terms.Sum(t => t.Weight), 12);
            Assert.Equal(1, rating.Terms.Sum(t => t.Share), 12);
            Assert.Equal(1 / rating.Terms.Sum(t => t.Time), rating.Units!.Value.Micros / 1e6, 6);
            Assert.Equal(rating.Terms.MaxBy(t => t.Share)!.Figure, rating.Binds);
        }
    }

    [Theory]
    [InlineData("h100-sxm5-80gb", "memory bandwidth")]
    [InlineData("h20-96gb", "16-bit")]
    [InlineData("v100-sxm2-32gb", "8-bit")]
    public void Binds_OfACard_IsItsLargestTerm(string id, string figure) => Assert.Equal(figure, Known(id).ScuRating.Binds);

    /// <summary>
    /// A figure that the card has. Gaining a figure is another matter: a slow int8 unit beside a fast fp16 unit (V100) does lower the SCU,
    /// because the formula then no longer runs 8-bit work at 16 bits.
    /// </summary>
    [Fact]
    public void Units_WithMoreOfAnyRate_AreNeverLower()
    {
        Func<CardRates, double, CardRates>[] raised =
        [
            (r, by) => r with { BandwidthGBs = r.BandwidthGBs * by },
            (r, by) => r with { Fp64Tflops = r.Fp64Tflops * by },
            (r, by) => r with { Fp64TensorTflops = r.Fp64TensorTflops * by },
            (r, by) => r with { Fp32Tflops = r.Fp32Tflops * by },
            (r, by) => r with { Tf32Tflops = r.Tf32Tflops * by },
            (r, by) => r with { Bf16Tflops = r.Bf16Tflops * by },
            (r, by) => r with { Fp16Tflops = r.Fp16Tflops * by },
            (r, by) => r with { Fp8Tflops = r.Fp8Tflops * by },
            (r, by) => r with { Int8Tops = r.Int8Tops * by },
            (r, by) => r with { Fp4Tflops = r.Fp4Tflops * by },
        ];
        var cases =
            from card in Gen.Elements(CardRegistry.Default.Cards.AsEnumerable())
            from raise in Gen.Elements(raised)
            from percent in Gen.Choose(1, 10_000)
            select (card, raise, factor: 1 + (percent / 100.0));
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var better = c.raise(c.card.Rates, c.factor);
            return Nowhere(c.card.Scu, ScuFormula.Scu(better).Units)
                && Nowhere(c.card.ScuH, ScuFormula.ScuH(better).Units)
                && Workload.All.All(w => Nowhere(
                    EffectiveUnits.Of(c.card, w).Units, EffectiveUnits.Of("better", better, w).Units));
        }).QuickCheckThrowOnFailure();

        static bool Nowhere(StandardUnits? before, StandardUnits? after) => before.HasValue == after.HasValue && !(after < before);
    }

    [Fact]
    public void Scu_OfACardTwiceAsFastInEverything_IsTwice()
    {
        foreach (var card in CardRegistry.Default.Cards.Where(c => c.Scu is not null))
        {
            var r = card.Rates;
            var twice = ScuFormula.Scu(r with
            {
                BandwidthGBs = 2 * r.BandwidthGBs,
                Fp32Tflops = 2 * r.Fp32Tflops,
                Bf16Tflops = 2 * r.Bf16Tflops,
                Fp16Tflops = 2 * r.Fp16Tflops,
                Fp8Tflops = 2 * r.Fp8Tflops,
                Int8Tops = 2 * r.Int8Tops,
            });
            Assert.InRange(twice.Units!.Value.Micros - (2 * card.Scu!.Value.Micros), -1, 1);
        }
    }

    private static Card Known(string id) => CardRegistry.Default.Find(id) ?? throw new InvalidOperationException(id);

    private static string? Thousandths(StandardUnits? units) =>
        units is { } u ? Fixed.Format(Rating.DivideHalfUp(u.Micros, 1000), 3, 3) : null;
}
