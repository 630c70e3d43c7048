using FsCheck;
using FsCheck.Fluent;

namespace Marketplace.Pricing;

/// <summary>
/// What must hold of units for any card, not only for those that exist. Each property has a broken twin: the same check over a unit that
/// somebody might have written instead, which must fail.
/// </summary>
public sealed class UnitPropertyTests
{
    /// <summary>A unit as a function of a card's rates, those of the reference, and a workload.</summary>
    private delegate double Unit(CardRates card, CardRates reference, Workload workload);

    [Fact]
    public void ScaleFreedom_AllRatesAndR0sTimesK_ChangesNothing() => Holds(ScaleFree(Ours));

    [Fact]
    public void ScaleFreedom_OfAUnitThatAddsAConstant_Fails() =>
        Fails(ScaleFree((card, reference, w) => Ours(card, reference, w) + (1 / card.BandwidthGBs!.Value)));

    [Fact]
    public void MoreOfARate_NeverLowersAUnit() => Holds(Monotone(Ours));

    [Fact]
    public void MoreOfARate_OfAUnitThatRewardsBalance_Fails() =>
        Fails(Monotone((card, reference, w) => Ours(card, reference, w) * card.BandwidthGBs!.Value / card.Bf16Tflops!.Value));

    [Fact]
    public void AnInflatedClaim_GainsAtMostWhatItsTermWeighs() => Holds(Bounded(rates => ScuFormula.Scu(rates)));

    [Fact]
    public void AnInflatedClaim_WhereRatesAreAveraged_GainsWithoutBound() => Fails(Bounded(rates =>
    {
        // The arithmetic mean of relative rates, which is what peak FLOPS amount to.
        var rating = ScuFormula.Scu(rates);
        var mean = rating.Terms.Sum(t => t.Weight * t.Rate / t.ReferenceRate);
        return rating with { Units = new((long)(mean * 1e6)) };
    }));

    [Fact]
    public void TheLadder_NeverGoesUnderTheFloor() => Holds(Floored((card, w, floor) => EffectiveUnits.Of("any", card, w, floor)));

    [Fact]
    public void TheLadder_WhereTheFloorIsForgotten_GoesUnder() => Fails(Floored((card, w, _) => EffectiveUnits.Of("any", card, w)));

    [Fact]
    public void AMixedFleet_IsWorthTheSumOfItsCards() => Holds(Additive(fleet => fleet.Sum(Worth)));

    [Fact]
    public void AMixedFleet_RatedByItsMeanCard_IsNot() =>
        Fails(Additive(fleet => fleet.Count * Worth(fleet.MinBy(Worth)!)));

    [Fact]
    public void Terms_AddUpToTheTotal() => Holds(Explained(phases => phases.Sum(p => p.TimeMs)));

    [Fact]
    public void Terms_WhereOnlyWhatBindsIsCounted_DoNot() =>
        Fails(Explained(phases => phases.Sum(p => Math.Max(p.ComputeMs, p.MemoryMs))));

    [Fact]
    public void UnitsOf_IsWhatTheExplanationSays() => Holds(
        Prop.ForAll(Cases, c => EffectiveUnits.UnitsOf(c.Card, c.Workload) == EffectiveUnits.Of("any", c.Card, c.Workload).Units));

    [Fact]
    public void UnitsOf_AllocatesNothing()
    {
        var cards = CardRegistry.Default.Cards;
        var sum = Round();
        var before = GC.GetAllocatedBytesForCurrentThread();

        sum -= Round();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(0, sum);

        long Round()
        {
            var total = 0L;
            for (var c = 0; c < cards.Count; c++)
            {
                for (var w = 0; w < Workload.All.Count; w++)
                    total += EffectiveUnits.UnitsOf(cards[c].Rates, Workload.All[w], Precision.Int8)?.Micros ?? 0;
            }

            return total;
        }
    }

    [Fact]
    public void Explanation_Allocates_SoTheMeasureSees()
    {
        var card = CardRegistry.Default.Cards[0];
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.NotNull(EffectiveUnits.Of(card, Workload.All[0]).Units);

        Assert.NotEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static readonly Gen<double> Rate = Gen.Choose(1, 400_000).Select(n => n / 100.0);

    /// <summary>Any rates at all, not only believable ones; a quarter of them unsupported.</summary>
    private static readonly Gen<CardRates> Rates =
        from numbers in Gen.Frequency((3, Rate), (1, Gen.Constant(0.0))).ArrayOf(8)
        from needed in Rate.ArrayOf(3)
        select new CardRates
        {
            BandwidthGBs = needed[0] * 10, Bf16Tflops = needed[1], Fp32Tflops = needed[2], Fp16Tflops = numbers[0], Fp8Tflops = numbers[1],
            Int8Tops = numbers[2], Fp4Tflops = numbers[3], Tf32Tflops = numbers[4], Fp64Tflops = numbers[5], Fp64TensorTflops = numbers[6],
        };

    private static readonly Arbitrary<(CardRates Card, Workload Workload)> Cases = (
        from card in Rates
        from workload in Gen.Elements(Workload.All.AsEnumerable())
        select (card, workload)).ToArbitrary();

    /// <summary>The product's unit against any reference: the ratio of two times on the same basket.</summary>
    private static double Ours(CardRates card, CardRates reference, Workload workload) =>
        EffectiveUnits.Of("card", card, workload).TimeMs is > 0 and var time
            ? EffectiveUnits.Of("reference", reference, workload).TimeMs / time
            : 0;

    private static Property ScaleFree(Unit unit) => Prop.ForAll(
        (from c in Cases.Generator from k in Gen.Choose(2, 1_000) select (c.Card, c.Workload, K: k / 10.0)).ToArbitrary(),
        c => Close(unit(c.Card, ScuFormula.R0, c.Workload), unit(Times(c.Card, c.K), Times(ScuFormula.R0, c.K), c.Workload)));

    private static Property Monotone(Unit unit) => Prop.ForAll(
        (from c in Cases.Generator
         from which in Gen.Choose(0, 9)
         from percent in Gen.Choose(1, 10_000)
         select (c.Card, c.Workload, More: Raised(c.Card, which, 1 + (percent / 100.0)))).ToArbitrary(),
        c => unit(c.More, ScuFormula.R0, c.Workload) >= unit(c.Card, ScuFormula.R0, c.Workload) * (1 - 1e-12));

    /// <summary>
    /// With no end of one figure its term vanishes, and a card whose time has the share w there gains the factor 1/(1-w) at most. On R0
    /// the shares are the formula's weights.
    /// </summary>
    private static Property Bounded(Func<CardRates, UnitRating> rate) => Prop.ForAll(
        (from card in Gen.OneOf(Gen.Constant(ScuFormula.R0), Rates)
         from term in Gen.Choose(0, 3)
         from factor in Gen.Elements(2.0, 1e3, 1e6, 1e9)
         select (Card: card with { Int8Tops = card.Int8Tops is > 0 ? card.Int8Tops : 1 }, term, factor)).ToArbitrary(),
        c =>
        {
            int[][] figuresOfTerms = [[5, 6], [7, 8], [0], [3]];
            var claimed = figuresOfTerms[c.term].Aggregate(c.Card, (rates, figure) => Raised(rates, figure, c.factor));
            var share = ScuFormula.Scu(c.Card).Terms[c.term].Share;
            return rate(claimed).Units!.Value.Micros <= ((rate(c.Card).Units!.Value.Micros + 1) / (1 - share)) + 1;
        });

    private static Property Floored(Func<CardRates, Workload, Precision, EffectiveUnits> explain) => Prop.ForAll(
        (from c in Cases.Generator from floor in Gen.Elements(Enum.GetValues<Precision>()) select (c.Card, c.Workload, floor))
            .ToArbitrary(),
        c => explain(c.Card, c.Workload, c.floor).Phases.All(p => p.Used.Level() >= c.floor.Level()
            && p.Used.Level() >= Math.Min(p.Asked.Level(), c.Workload.Floor.Level())));

    private static Property Additive(Func<IReadOnlyList<CardRates>, long> worth) => Prop.ForAll(
        Rates.NonEmptyListOf().Select(l => l.ToList()).ToArbitrary(),
        fleet =>
        {
            var half = fleet.Count / 2;
            var parts = (half == 0 ? 0 : worth(fleet[..half])) + worth(fleet[half..]);
            return worth(fleet) == parts;
        });

    private static Property Explained(Func<IReadOnlyList<PhaseTime>, double> total) => Prop.ForAll(Cases, c =>
    {
        var effective = EffectiveUnits.Of("any", c.Card, c.Workload);
        return effective.Reason is not null
            || Math.Abs((c.Workload.ReferenceMs / total(effective.Phases)) - (effective.Units!.Value.Micros / 1e6)) <= 0.6e-6;
    });

    private static long Worth(CardRates card) => EffectiveUnits.UnitsOf(card, Workload.All[0])?.Micros ?? 0;

    private static bool Close(double left, double right) => Math.Abs(left - right) <= 1e-9 * Math.Max(left, right);

    private static CardRates Times(CardRates rates, double k) =>
        Enumerable.Range(0, 10).Aggregate(rates, (scaled, which) => Raised(scaled, which, k));

    private static CardRates Raised(CardRates r, int which, double by) => which switch
    {
        0 => r with { BandwidthGBs = r.BandwidthGBs * by },
        1 => r with { Fp64Tflops = r.Fp64Tflops * by },
        2 => r with { Fp64TensorTflops = r.Fp64TensorTflops * by },
        3 => r with { Fp32Tflops = r.Fp32Tflops * by },
        4 => r with { Tf32Tflops = r.Tf32Tflops * by },
        5 => r with { Bf16Tflops = r.Bf16Tflops * by },
        6 => r with { Fp16Tflops = r.Fp16Tflops * by },
        7 => r with { Fp8Tflops = r.Fp8Tflops * by },
        8 => r with { Int8Tops = r.Int8Tops * by },
        _ => r with { Fp4Tflops = r.Fp4Tflops * by },
    };

    private static void Holds(Property property) => property.QuickCheckThrowOnFailure();

    private static void Fails(Property property) => Assert.Contains(
        "Falsifiable", Assert.ThrowsAny<Exception>(property.QuickCheckThrowOnFailure).Message, StringComparison.Ordinal);
}
