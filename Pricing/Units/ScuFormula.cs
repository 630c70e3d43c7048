namespace Marketplace.Pricing;

/// <summary>
/// The public formula of the Standard Compute Unit. Time adds, so a card is judged by the time that it needs for a fixed basket of work,
/// relative to the reference card R0; rates are never averaged. All rates are dense.
/// <code>
/// 1/SCU   = 0.40 * 320/F16 + 0.20 * 640/F8   + 0.35 * 2000/B + 0.05 * 20/F32
/// 1/SCU-H = 0.45 *  20/F64 + 0.50 * 2000/B   + 0.05 *  20/F32
/// </code>
/// F16 = max(bf16, fp16); F8 = max(fp8, int8), else F16; B = memory bandwidth in GB/s; F32 vector, else F16/16, flagged as assumed;
/// F64 = max(vector, tensor). Without F16 or B a card is unrated and is sold by card-hour only.
/// </summary>
/// <remarks>
/// The arithmetic is IEEE 754 doubles with + - * / and sqrt alone. Each of these is correctly rounded, .NET neither reorders them nor joins
/// them into fused operations, and so every machine computes the same bits. Pow, Log or a sum in another order would not keep that promise.
/// A rate that is lower than the one it replaces (an int8 unit slower than the fp16 unit) counts as it is: the formula is frozen by its
/// version.
/// </remarks>
public static class ScuFormula
{
    /// <summary>The version of both formulas and of the effective units. It changes when any result may change.</summary>
    public const string FormulaVersion = "2026.1";

    public const string NoSixteenBitRate = "no 16-bit rate";

    public const string NoBandwidth = "no memory bandwidth";

    public const string NoSixtyFourBitRate = "no 64-bit rate";

    public const string NoVectorRate = "no 32-bit rate";

    /// <summary>The reference card: frozen, synthetic, 1 SCU and 1 SCU-H. Its fp8 work runs through int8.</summary>
    public static CardRates R0 { get; } = new()
    {
        BandwidthGBs = 2000,
        Fp64Tflops = 10,
        Fp64TensorTflops = 20,
        Fp32Tflops = 20,
        Tf32Tflops = 160,
        Bf16Tflops = 320,
        Fp16Tflops = 320,
        Fp8Tflops = 0,
        Int8Tops = 640,
        Fp4Tflops = 0,
        Int4Tops = 0,
    };

    /// <summary>R0's device memory.</summary>
    public const int R0MemoryGiB = 80;

    /// <summary>SCU of one card with those rates.</summary>
    public static UnitRating Scu(CardRates rates)
    {
        if (SixteenBit(rates) is not { } f16) return None("SCU", null, NoSixteenBitRate);
        if (rates.BandwidthGBs is not > 0) return None("SCU", null, NoBandwidth);
        var flags = new List<string>();
        var f8 = Positive(CardRates.Best(rates.Fp8Tflops, rates.Int8Tops));
        if (f8 is null) flags.Add("8-bit work runs at the 16-bit rate");
        var f32 = Vector(rates, flags);
        return Sum("SCU", flags,
            Term("16-bit", 0.40, 320, f16, assumed: false),
            Term("8-bit", 0.20, 640, f8 ?? f16, f8 is null),
            Term("memory bandwidth", 0.35, 2000, rates.BandwidthGBs.Value, assumed: false),
            Term("32-bit vector", 0.05, 20, f32!.Value, Positive(rates.Fp32Tflops) is null));
    }

    /// <summary>SCU-H of one card with those rates. No 64-bit arithmetic: zero units, not eligible; unknown: unrated.</summary>
    public static UnitRating ScuH(CardRates rates)
    {
        if (Positive(CardRates.Best(rates.Fp64Tflops, rates.Fp64TensorTflops)) is not { } f64)
        {
            var known = rates.Fp64Tflops is not null && rates.Fp64TensorTflops is not null;
            return None("SCU-H", known ? new StandardUnits(0) : null, NoSixtyFourBitRate);
        }

        if (rates.BandwidthGBs is not > 0) return None("SCU-H", null, NoBandwidth);
        var flags = new List<string>();
        if (Vector(rates, flags) is not { } f32) return None("SCU-H", null, NoVectorRate);
        return Sum("SCU-H", flags,
            Term("64-bit", 0.45, 20, f64, assumed: false),
            Term("memory bandwidth", 0.50, 2000, rates.BandwidthGBs.Value, assumed: false),
            Term("32-bit vector", 0.05, 20, f32, Positive(rates.Fp32Tflops) is null));
    }

    /// <summary>Units from a ratio of times, half-up to the millionth. Scaling and rounding are exact operations, the same
    /// everywhere.</summary>
    internal static StandardUnits Micros(double units) =>
        new((long)Math.Round(units * StandardUnits.MicrosPerUnit, MidpointRounding.AwayFromZero));

    private static double? SixteenBit(CardRates rates) => Positive(CardRates.Best(rates.Bf16Tflops, rates.Fp16Tflops));

    private static double? Vector(CardRates rates, List<string> flags)
    {
        if (Positive(rates.Fp32Tflops) is { } own) return own;
        if (SixteenBit(rates) is not { } f16) return null;
        flags.Add("32-bit vector rate assumed: a sixteenth of the 16-bit rate");
        return f16 / 16;
    }

    private static double? Positive(double? rate) => rate is > 0 ? rate : null;

    private static UnitTerm Term(string figure, double weight, double reference, double rate, bool assumed) =>
        new(figure, weight, rate, reference, weight * reference / rate, 0, assumed);

    private static UnitRating Sum(string unit, List<string> flags, params UnitTerm[] terms)
    {
        var time = 0.0;
        foreach (var term in terms) time += term.Time;
        return new(unit, FormulaVersion, Micros(1 / time), null, [.. terms.Select(t => t with { Share = t.Time / time })], flags);
    }

    private static UnitRating None(string unit, StandardUnits? units, string reason) => new(unit, FormulaVersion, units, reason, [], []);
}
