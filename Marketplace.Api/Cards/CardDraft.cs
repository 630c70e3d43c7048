using System.Text.RegularExpressions;
using Marketplace.Billing;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>
/// The figures of a card as requests give them: dense peak rates in TFLOPS (integers in TOPS), GB/s, GiB, watts. Left out is unknown, zero
/// is not supported.
/// </summary>
public record CardFigures
{
    public int? MemoryGiB { get; init; }

    public double? BandwidthGBs { get; init; }

    public double? Fp64Tflops { get; init; }

    public double? Fp64TensorTflops { get; init; }

    public double? Fp32Tflops { get; init; }

    public double? Tf32Tflops { get; init; }

    public double? Bf16Tflops { get; init; }

    public double? Fp16Tflops { get; init; }

    public double? Fp8Tflops { get; init; }

    public double? Int8Tops { get; init; }

    public double? Fp4Tflops { get; init; }

    public double? Int4Tops { get; init; }

    /// <summary>To the other cards of the node, both directions together.</summary>
    public double? LinkGBs { get; init; }

    public double? PowerWatts { get; init; }

    public int? Year { get; init; }

    internal CardRates Rates() => new()
    {
        BandwidthGBs = BandwidthGBs, Fp64Tflops = Fp64Tflops, Fp64TensorTflops = Fp64TensorTflops, Fp32Tflops = Fp32Tflops,
        Tf32Tflops = Tf32Tflops, Bf16Tflops = Bf16Tflops, Fp16Tflops = Fp16Tflops, Fp8Tflops = Fp8Tflops, Int8Tops = Int8Tops,
        Fp4Tflops = Fp4Tflops, Int4Tops = Int4Tops,
    };
}

/// <summary>What an operator says to register a card; it is unrated until it has a 16-bit rate and a bandwidth.</summary>
public sealed partial record CardDraft : CardFigures
{
    public const int LongestProse = 2_000;

    internal static readonly string FigureNames = string.Join(", ", CardFigure.All.Select(f => f.Name));

    internal static bool IsFigure(string name) => CardFigure.All.Any(f => f.Name == name);

    /// <summary>2 to 64 lower-case letters, digits, hyphens and dots; never given to another card.</summary>
    public required string Id { get; init; }

    public required string Vendor { get; init; }

    public required string Model { get; init; }

    public required Board Board { get; init; }

    /// <summary>SXM5, PCIe, OAM, a socket; left out: not said.</summary>
    public string? FormFactor { get; init; }

    /// <summary>Of a CPU socket.</summary>
    public int? Cores { get; init; }

    /// <summary>Other names that it is sold under.</summary>
    public IReadOnlyList<string>? Aliases { get; init; }

    /// <summary>Of the row as a whole; left out: somebody else's table.</summary>
    public Evidence? Evidence { get; init; }

    /// <summary>Figures that the source does not carry, by name (<c>fp8</c>, <c>bandwidth</c>), or <c>all</c>.</summary>
    public IReadOnlyList<string>? Assumed { get; init; }

    /// <summary>Where the figures come from.</summary>
    public required string Source { get; init; }

    /// <summary>What contradicts them; kept, not settled.</summary>
    public string? Doubts { get; init; }

    /// <summary>The card, if everything about it can be.</summary>
    /// <exception cref="Refusal">Names the first field that cannot be, and the remedy.</exception>
    internal Card ToCard(int version, int lastYear, string? sliceOf = null)
    {
        if (!IdForm().IsMatch(Id)) throw Refusal.Invalid("id", "is 2 to 64 lower-case letters, digits, hyphens and dots");
        var card = AsStored(version, sliceOf);
        if (card.Assumed.Any(a => a != "all" && !IsFigure(a))) throw Refusal.Invalid("assumed", $"each is one of {FigureNames}, all");
        return CardSanity.Check(card, lastYear, CardRegistry.Default) is { } fault
            ? throw Refusal.Invalid(fault.Field, fault.Reason)
            : card;
    }

    /// <summary>The card of a draft that was found in order before.</summary>
    internal Card AsStored(int version, string? sliceOf) => new(Rates())
    {
        Id = Id, Version = version, SliceOf = sliceOf, Vendor = TextField.Of(Vendor, "vendor"), Model = TextField.Of(Model, "model"),
        Board = Board, FormFactor = TextField.OfOptional(FormFactor, "formFactor") ?? "", Cores = Cores,
        MemoryGiB = MemoryGiB, LinkGBs = LinkGBs, PowerWatts = PowerWatts, Year = Year,
        Aliases = [.. (Aliases ?? []).Select(a => TextField.Of(a ?? "", "aliases"))],
        Evidence = Evidence ?? Pricing.Evidence.Secondary, Assumed = [.. Assumed ?? []],
        Source = TextField.Of(Source, "source", LongestProse), Doubts = TextField.OfOptional(Doubts, "doubts", LongestProse) ?? "",
    };

    internal static CardDraft Of(Card card) => new()
    {
        Id = card.Id, Vendor = card.Vendor, Model = card.Model, Board = card.Board,
        FormFactor = card.FormFactor.Length > 0 ? card.FormFactor : null, Cores = card.Cores, Aliases = card.Aliases,
        Evidence = card.Evidence, Assumed = card.Assumed, Source = card.Source, Doubts = card.Doubts.Length > 0 ? card.Doubts : null,
        MemoryGiB = card.MemoryGiB, BandwidthGBs = card.Rates.BandwidthGBs, Fp64Tflops = card.Rates.Fp64Tflops,
        Fp64TensorTflops = card.Rates.Fp64TensorTflops, Fp32Tflops = card.Rates.Fp32Tflops, Tf32Tflops = card.Rates.Tf32Tflops,
        Bf16Tflops = card.Rates.Bf16Tflops, Fp16Tflops = card.Rates.Fp16Tflops, Fp8Tflops = card.Rates.Fp8Tflops,
        Int8Tops = card.Rates.Int8Tops, Fp4Tflops = card.Rates.Fp4Tflops, Int4Tops = card.Rates.Int4Tops, LinkGBs = card.LinkGBs,
        PowerWatts = card.PowerWatts, Year = card.Year,
    };

    [GeneratedRegex("^[a-z0-9][a-z0-9.-]{0,62}[a-z0-9]$", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex IdForm();
}

/// <summary>What an operator says to sell parts of a card.</summary>
/// <param name="Share">A fraction such as <c>1/2</c>, or a MIG profile such as <c>1g</c>.</param>
public sealed record SliceDraft(string Share);
