namespace Marketplace.Pricing;

/// <summary>
/// What a probe says of a machine: the sustained part of each claimed figure, and from these the part of the claim for each class of work;
/// or why it is not believed. Pure.
/// </summary>
/// <param name="Doubt">Why it is not believed; <c>null</c>: it is.</param>
/// <param name="Figures">Measured over claimed, per figure measured.</param>
/// <param name="Parts">Measured over claimed, per class of work for which the card is rated; empty if it is not believed.</param>
public sealed record ProbeReading(
    string? Doubt, IReadOnlyDictionary<string, double> Figures, IReadOnlyDictionary<WorkClass, double> Parts)
{
    /// <summary>Repetitions of one figure lie no further apart, as a part of their middle.</summary>
    public const double WidestSpread = 0.25;

    /// <summary>Repetitions needed of each size.</summary>
    public const int LeastRepetitions = 3;

    /// <summary>Reads a probe of that card.</summary>
    /// <exception cref="FormatException">A sample is malformed; the message begins with its place, as in
    /// <c>samples[2].rates</c>.</exception>
    public static ProbeReading Of(Card card, IReadOnlyList<ProbeSample> samples)
    {
        Check(card, samples);
        var parts = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var sizes in samples.GroupBy(s => s.Figure, StringComparer.Ordinal))
        {
            var bySize = sizes.OrderBy(s => s.Size).ToArray();
            if (Doubted(card, bySize) is { } doubt) return new(doubt, parts, new Dictionary<WorkClass, double>());
            // The largest problem: what is sustained, not what a burst reaches.
            parts[sizes.Key] = bySize[^1].Median / Claim(card, sizes.Key)!.Value;
        }

        var measured = Scaled(card.Rates, parts);
        var ofClasses = new Dictionary<WorkClass, double>();
        foreach (var work in Enum.GetValues<WorkClass>())
        {
            if (DerateModel.Units(card.Rates, work) is { Micros: > 0 } claimed
                && DerateModel.Units(measured, work) is { Micros: > 0 } reached)
            {
                ofClasses[work] = (double)reached.Micros / claimed.Micros;
            }
        }

        return new(null, parts, ofClasses);
    }

    private static void Check(Card card, IReadOnlyList<ProbeSample> samples)
    {
        for (var i = 0; i < samples.Count; i++)
        {
            var sample = samples[i];
            if (!ProbeSample.Figures.Contains(sample.Figure, StringComparer.Ordinal))
                throw new FormatException($"samples[{i}].figure: is one of {string.Join(", ", ProbeSample.Figures)}");
            if (Claim(card, sample.Figure) is not > 0)
                throw new FormatException($"samples[{i}].figure: {card.Id} claims no {sample.Figure} to measure against");
            if (sample.Size <= 0) throw new FormatException($"samples[{i}].size: is above zero");
            if (sample.Rates.Count < LeastRepetitions) throw new FormatException($"samples[{i}].rates: has {LeastRepetitions} or more");
            if (sample.Rates.Any(r => !double.IsFinite(r) || r <= 0))
                throw new FormatException($"samples[{i}].rates: are finite and above zero");
        }

        var figures = samples.Select(s => s.Figure).ToHashSet(StringComparer.Ordinal);
        if (!figures.Contains(ProbeSample.Bandwidth) || figures.Count < 2)
            throw new FormatException("samples: measure the bandwidth and at least one compute figure");
        if (samples.GroupBy(s => (s.Figure, s.Size)).Any(g => g.Count() > 1)) throw new FormatException("samples: a size appears twice");
        if (samples.GroupBy(s => s.Figure, StringComparer.Ordinal).FirstOrDefault(g => g.Count() < 2) is { } single)
            throw new FormatException($"samples: measure {single.Key} at two sizes or more");
    }

    /// <summary>The plausibility gate, in order: the claim, the scaling over sizes, the spread of repetitions.</summary>
    private static string? Doubted(Card card, ProbeSample[] bySize)
    {
        var figure = bySize[0].Figure;
        var most = Claim(card, figure)!.Value * EvidenceTiers.PlausibleMost;
        if (bySize.Any(s => s.Rates.Max() > most))
            return $"{figure}: more than {EvidenceTiers.PlausibleMost:0.0} times the claim; sparse rates count as dense nowhere";
        for (var i = 1; i < bySize.Length; i++)
        {
            if (bySize[i].Time < bySize[i - 1].Time)
                return $"{figure}: the larger problem ({bySize[i].Size}) took less time than the smaller one ({bySize[i - 1].Size})";
        }

        foreach (var sample in bySize)
        {
            if ((sample.Rates.Max() - sample.Rates.Min()) / sample.Median > WidestSpread)
                return $"{figure}: repetitions at {sample.Size} lie more than {WidestSpread:0%} apart";
        }

        return bySize.All(s => s.Rates.Distinct().Count() == 1) ? $"{figure}: repetitions are all the same; real ones never are" : null;
    }

    /// <summary>
    /// The rates that were measured; what was not counts at the worst compute part, so that leaving out a weak figure gains nothing.
    /// </summary>
    private static CardRates Scaled(CardRates claimed, Dictionary<string, double> parts)
    {
        var worst = parts.Where(p => p.Key != ProbeSample.Bandwidth).Min(p => p.Value);
        return new()
        {
            BandwidthGBs = claimed.BandwidthGBs * Math.Min(parts[ProbeSample.Bandwidth], 1),
            Fp64Tflops = claimed.Fp64Tflops * Part("fp64"),
            Fp64TensorTflops = claimed.Fp64TensorTflops * Part("fp64_tensor"),
            Fp32Tflops = claimed.Fp32Tflops * Part("fp32"),
            Tf32Tflops = claimed.Tf32Tflops * Part("tf32"),
            Bf16Tflops = claimed.Bf16Tflops * Part("bf16"),
            Fp16Tflops = claimed.Fp16Tflops * Part("fp16"),
            Fp8Tflops = claimed.Fp8Tflops * Part("fp8"),
            Int8Tops = claimed.Int8Tops * Part("int8"),
            Fp4Tflops = claimed.Fp4Tflops * Part("fp4"),
            Int4Tops = claimed.Int4Tops * worst,
        };

        double Part(string figure) => parts.TryGetValue(figure, out var own) ? Math.Min(own, 1) : worst;
    }

    private static double? Claim(Card card, string figure) => CardFigure.All.First(f => f.Name == figure).Of(card);
}
