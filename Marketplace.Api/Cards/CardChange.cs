using Marketplace.Billing;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>What an operator changes of a card's figures: what is left out stays. It makes a new version; none is ever changed.</summary>
public sealed record CardChange : CardFigures
{
    /// <summary>Figures that are no longer known, by name; they must not be given as well.</summary>
    public IReadOnlyList<string>? Unknown { get; init; }

    public Evidence? Evidence { get; init; }

    /// <summary>All the figures that the source does not carry; left out: as before.</summary>
    public IReadOnlyList<string>? Assumed { get; init; }

    /// <summary>Where the new figures come from.</summary>
    public required string Source { get; init; }

    /// <summary>Why they change, for whoever asks later.</summary>
    public required string Reason { get; init; }

    /// <summary>What contradicts them; left out: as before.</summary>
    public string? Doubts { get; init; }

    /// <exception cref="Refusal">What is named as unknown is no figure, or is given.</exception>
    internal CardDraft Of(CardDraft before)
    {
        var unknown = Unknown ?? [];
        if (!unknown.All(CardDraft.IsFigure)) throw Refusal.Invalid("unknown", $"each is one of {CardDraft.FigureNames}");
        return before with
        {
            MemoryGiB = Or("memory", MemoryGiB, before.MemoryGiB),
            BandwidthGBs = Or("bandwidth", BandwidthGBs, before.BandwidthGBs),
            Fp64Tflops = Or("fp64", Fp64Tflops, before.Fp64Tflops),
            Fp64TensorTflops = Or("fp64_tensor", Fp64TensorTflops, before.Fp64TensorTflops),
            Fp32Tflops = Or("fp32", Fp32Tflops, before.Fp32Tflops),
            Tf32Tflops = Or("tf32", Tf32Tflops, before.Tf32Tflops),
            Bf16Tflops = Or("bf16", Bf16Tflops, before.Bf16Tflops),
            Fp16Tflops = Or("fp16", Fp16Tflops, before.Fp16Tflops),
            Fp8Tflops = Or("fp8", Fp8Tflops, before.Fp8Tflops),
            Int8Tops = Or("int8", Int8Tops, before.Int8Tops),
            Fp4Tflops = Or("fp4", Fp4Tflops, before.Fp4Tflops),
            Int4Tops = Or("int4", Int4Tops, before.Int4Tops),
            LinkGBs = Or("link", LinkGBs, before.LinkGBs),
            PowerWatts = Or("power", PowerWatts, before.PowerWatts),
            Year = Year ?? before.Year,
            Evidence = Evidence ?? before.Evidence,
            Assumed = Assumed ?? before.Assumed,
            Source = Source,
            Doubts = Doubts ?? before.Doubts,
        };

        T? Or<T>(string name, T? given, T? kept)
            where T : struct
        {
            if (!unknown.Contains(name, StringComparer.Ordinal)) return given ?? kept;
            return given is null ? null : throw Refusal.Invalid("unknown", $"names {name}, which is given as well");
        }
    }
}
