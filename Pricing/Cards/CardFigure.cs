namespace Marketplace.Pricing;

/// <summary>One of a card's figures: what it is called, what it counts, and how it is read.</summary>
/// <param name="Name">As <see cref="Card.Assumed"/> names it, for example <c>fp64_tensor</c>.</param>
/// <param name="Field">As requests name it, for example <c>fp64TensorTflops</c>.</param>
/// <param name="Unit">GiB, GB/s, TFLOPS, TOPS or W.</param>
/// <param name="Of">The figure of a card; null: unknown; zero: not supported.</param>
public sealed record CardFigure(string Name, string Field, string Unit, Func<Card, double?> Of)
{
    /// <summary>Every figure, in the order in which people read them.</summary>
    public static IReadOnlyList<CardFigure> All { get; } =
    [
        new("memory", "memoryGiB", "GiB", c => c.MemoryGiB),
        new("bandwidth", "bandwidthGBs", "GB/s", c => c.Rates.BandwidthGBs),
        new("fp64", "fp64Tflops", "TFLOPS", c => c.Rates.Fp64Tflops),
        new("fp64_tensor", "fp64TensorTflops", "TFLOPS", c => c.Rates.Fp64TensorTflops),
        new("fp32", "fp32Tflops", "TFLOPS", c => c.Rates.Fp32Tflops),
        new("tf32", "tf32Tflops", "TFLOPS", c => c.Rates.Tf32Tflops),
        new("bf16", "bf16Tflops", "TFLOPS", c => c.Rates.Bf16Tflops),
        new("fp16", "fp16Tflops", "TFLOPS", c => c.Rates.Fp16Tflops),
        new("fp8", "fp8Tflops", "TFLOPS", c => c.Rates.Fp8Tflops),
        new("int8", "int8Tops", "TOPS", c => c.Rates.Int8Tops),
        new("fp4", "fp4Tflops", "TFLOPS", c => c.Rates.Fp4Tflops),
        new("int4", "int4Tops", "TOPS", c => c.Rates.Int4Tops),
        new("link", "linkGBs", "GB/s", c => c.LinkGBs),
        new("power", "powerWatts", "W", c => c.PowerWatts),
    ];
}

/// <summary>A figure of a card that cannot be believed as it stands.</summary>
/// <param name="Field">The figure, as requests name it.</param>
/// <param name="Reason">What is wrong and what would be right.</param>
public sealed record CardFault(string Field, string Reason);
