namespace Marketplace.Pricing;

/// <summary>
/// One figure of a machine, measured several times at one size of the problem: a square matrix product of <see cref="Size"/> rows, or
/// for the bandwidth a copy of <see cref="Size"/> bytes.
/// </summary>
/// <param name="Figure">A compute figure of the registry (<c>fp64 fp64_tensor fp32 tf32 bf16 fp16 fp8 int8 fp4</c>), dense, or
/// <c>bandwidth</c>.</param>
/// <param name="Size">Rows of the matrix, or bytes; above 0.</param>
/// <param name="Rates">TFLOPS, TOPS or GB/s of each repetition; three or more, finite and above 0.</param>
public sealed record ProbeSample(string Figure, long Size, IReadOnlyList<double> Rates)
{
    public const string Bandwidth = "bandwidth";

    /// <summary>The figures that a probe may measure.</summary>
    public static IReadOnlyList<string> Figures { get; } =
        ["fp64", "fp64_tensor", "fp32", "tf32", "bf16", "fp16", "fp8", "int8", "fp4", Bandwidth];

    /// <summary>The middle of the repetitions.</summary>
    public double Median
    {
        get
        {
            var sorted = Rates.Order().ToArray();
            return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        }
    }

    /// <summary>How long one repetition takes, up to a factor that is the same for all sizes of a figure.</summary>
    internal double Time => (Figure == Bandwidth ? Size : Math.Pow(Size, 3)) / Median;
}
