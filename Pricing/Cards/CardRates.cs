namespace Marketplace.Pricing;

/// <summary>
/// What a card claims to do at its peak: dense rates in TFLOPS (integers in TOPS), never sparse, and memory bandwidth in GB/s.
/// <c>null</c> means unknown; zero means that the card does not support it. The two are not the same: unknown leaves a card unrated,
/// unsupported makes a workload fall back to the next precision.
/// </summary>
public sealed record CardRates
{
    /// <summary>Memory bandwidth, GB/s (1e9 byte per second).</summary>
    public double? BandwidthGBs { get; init; }

    /// <summary>64-bit vector rate, TFLOPS.</summary>
    public double? Fp64Tflops { get; init; }

    /// <summary>64-bit matrix (tensor) rate, TFLOPS.</summary>
    public double? Fp64TensorTflops { get; init; }

    /// <summary>32-bit vector rate, TFLOPS.</summary>
    public double? Fp32Tflops { get; init; }

    public double? Tf32Tflops { get; init; }

    public double? Bf16Tflops { get; init; }

    public double? Fp16Tflops { get; init; }

    public double? Fp8Tflops { get; init; }

    public double? Int8Tops { get; init; }

    public double? Fp4Tflops { get; init; }

    public double? Int4Tops { get; init; }

    /// <summary>The rate at that precision: TFLOPS or TOPS, <c>null</c> unknown, zero unsupported. For 64 bits the vector rate.</summary>
    public double? this[Precision precision] => precision switch
    {
        Precision.Fp4 => Fp4Tflops,
        Precision.Fp8 => Fp8Tflops,
        Precision.Int8 => Int8Tops,
        Precision.Bf16 => Bf16Tflops,
        Precision.Fp16 => Fp16Tflops,
        Precision.Tf32 => Tf32Tflops,
        Precision.Fp32 => Fp32Tflops,
        Precision.Fp64 => Fp64Tflops,
        _ => throw new ArgumentOutOfRangeException(nameof(precision)),
    };

    /// <summary>The better of two rates; an unknown one loses to a known one.</summary>
    internal static double? Best(double? left, double? right) => left is null || right > left ? right : left;
}
