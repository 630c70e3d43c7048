using System.Globalization;

namespace Marketplace.Pricing;

/// <summary>
/// A part of a card that is sold as a card of its own, so that counts stay whole: a fraction such as <c>1/2</c>, or a MIG profile such as
/// <c>1g</c> on the cards that have them. MIG divides the arithmetic of an A100, H100 and their kin into 7 and their memory, with its
/// bandwidth, into 8; an A30's into 4 and 4 (NVIDIA's MIG user guide). A slice has no link.
/// </summary>
/// <param name="Name">As it was given: <c>1/2</c>, <c>1g</c>, <c>3g.40gb</c>.</param>
/// <param name="Compute">Its share of every rate, above 0, below 1 or 1 for a whole instance.</param>
/// <param name="Memory">Its share of the memory and of its bandwidth.</param>
public sealed record CardSlice(string Name, Share Compute, Share Memory)
{
    private static readonly (string Begins, int Compute, int Memory)[] MigCards =
    [
        ("a30-", 4, 4), ("a100-", 7, 8), ("a800-", 7, 8), ("h100-", 7, 8), ("h800-", 7, 8), ("h200-", 7, 8), ("h20-", 7, 8),
        ("b100-", 7, 8), ("b200-", 7, 8), ("b300-", 7, 8), ("gb200-", 7, 8), ("gb300-", 7, 8),
    ];

    /// <summary>Reads a slice of a card.</summary>
    /// <exception cref="FormatException">No such slice, or the card has no MIG.</exception>
    public static CardSlice Parse(string text, Card whole)
    {
        if (whole.SliceOf is not null) throw new FormatException("a slice is cut from a whole card");
        if (text.Split('/') is [var above, var below] && Whole(above) is { } part && Whole(below) is { } parts && part < parts)
            return new(text, new(part, parts), new(part, parts));
        var profile = text.Split('.')[0];
        if (profile is not [>= '1' and <= '7', 'g']) throw new FormatException("is a fraction such as 1/2, or a MIG profile such as 1g");
        var mig = Array.Find(MigCards, m => whole.Id.StartsWith(m.Begins, StringComparison.Ordinal));
        if (mig.Begins is null) throw new FormatException($"{whole.Model} has no MIG; give a fraction such as 1/2");
        var computes = profile[0] - '0';
        var memories = (computes, mig.Compute) switch
        {
            (1 or 2, _) or (4, 4) => computes,
            (3 or 4, 7) => 4,
            (7, 7) => 8,
            _ => throw new FormatException($"{whole.Model} has the profiles 1g, 2g, {(mig.Compute == 7 ? "3g, 4g, 7g" : "4g")}"),
        };
        return new(profile, new(computes, mig.Compute), new(memories, mig.Memory));
    }

    /// <summary>The slice as a card.</summary>
    public Card Of(Card whole)
    {
        var r = whole.Rates;
        return new(new()
        {
            BandwidthGBs = r.BandwidthGBs * Memory,
            Fp64Tflops = r.Fp64Tflops * Compute,
            Fp64TensorTflops = r.Fp64TensorTflops * Compute,
            Fp32Tflops = r.Fp32Tflops * Compute,
            Tf32Tflops = r.Tf32Tflops * Compute,
            Bf16Tflops = r.Bf16Tflops * Compute,
            Fp16Tflops = r.Fp16Tflops * Compute,
            Fp8Tflops = r.Fp8Tflops * Compute,
            Int8Tops = r.Int8Tops * Compute,
            Fp4Tflops = r.Fp4Tflops * Compute,
            Int4Tops = r.Int4Tops * Compute,
        })
        {
            Id = $"{whole.Id}-{Name.Replace("/", "of", StringComparison.Ordinal)}",
            SliceOf = whole.Id,
            Vendor = whole.Vendor,
            Model = $"{whole.Model} {Name}",
            Board = whole.Board,
            FormFactor = whole.FormFactor,
            Cores = whole.Cores is { } cores ? Math.Max(1, cores * Compute.Part / Compute.Parts) : null,
            MemoryGiB = whole.MemoryGiB * Memory.Part / Memory.Parts,
            LinkGBs = null,
            PowerWatts = whole.PowerWatts * Compute,
            Year = whole.Year,
            Aliases = [],
            Evidence = whole.Evidence,
            Assumed = ["all"],
            Source = $"{Compute} of the arithmetic and {Memory} of the memory of {whole.Id}, version {whole.Version}",
            Doubts = "computed from the whole card; a neighbour may slow it down",
        };
    }

    private static int? Whole(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value is >= 1 and <= 64 ? value : null;
}

/// <summary>A part of a whole, such as 3/7.</summary>
public readonly record struct Share(int Part, int Parts)
{
    public static double? operator *(double? whole, Share share) => whole * share.Part / share.Parts;

    public override string ToString() => $"{Part}/{Parts}";
}
