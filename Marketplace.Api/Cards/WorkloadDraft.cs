using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>A part of a workload that runs at one precision.</summary>
/// <param name="Precision">The precision the work is written for.</param>
/// <param name="Share">Of all operations, above 0 to 1; the shares add up to 1.</param>
/// <param name="Intensity">Operations per byte moved from and to memory, 0.001 to 1,000,000.</param>
public sealed record PhaseDraft(Precision Precision, decimal Share, decimal Intensity);

/// <summary>What a buyer says to describe its own work. The profile never changes; another one gets another name.</summary>
public sealed record WorkloadDraft
{
    /// <summary>Unique among the buyer's own.</summary>
    public required string Name { get; init; }

    public required WorkloadKind Kind { get; init; }

    /// <summary>The least exact precision accepted.</summary>
    public required Precision Floor { get; init; }

    public required IReadOnlyList<PhaseDraft> Phases { get; init; }

    /// <summary>Device memory of one copy, 1 to 1,000,000 GiB; left out: it fits a card.</summary>
    public int? MemoryGiB { get; init; }

    /// <summary>c in c (t-1) / <c>hidden</c>: bytes per operation within a tensor-parallel group of t cards; left out: 0.</summary>
    public double? TensorBytes { get; init; }

    /// <summary>The width of the model; needed with <c>tensorBytes</c>.</summary>
    public int? Hidden { get; init; }

    /// <summary>c in c / <c>tokens</c>: bytes per operation between copies that keep step; left out: 0.</summary>
    public double? DataBytes { get; init; }

    /// <summary>Tokens or samples of a card between two exchanges; needed with <c>dataBytes</c>.</summary>
    public int? Tokens { get; init; }

    /// <summary>Bytes per operation that any group exchanges; left out: 0.</summary>
    public double? FlatBytes { get; init; }

    /// <summary>The part of the working time during which an exchange costs nothing, 0 to 1; left out: 0.</summary>
    public double? Overlap { get; init; }

    /// <exception cref="Refusal">Names the first field that cannot be.</exception>
    internal Workload ToWorkload(WorkloadId id)
    {
        if (MemoryGiB is < 1 or > 1_000_000) throw Refusal.Invalid("memoryGiB", "is from 1 to 1000000");
        if (Hidden is < 1 or > 1_000_000) throw Refusal.Invalid("hidden", "is from 1 to 1000000");
        if (Tokens is < 1 or > 1_000_000_000) throw Refusal.Invalid("tokens", "is from 1 to 1000000000");
        if (Phases.Any(p => p is null)) throw Refusal.Invalid("phases", "each is an object with precision, share and intensity");
        if (TensorBytes > 0 && Hidden is null) throw Refusal.Invalid("hidden", "is needed with tensorBytes");
        if (DataBytes > 0 && Tokens is null) throw Refusal.Invalid("tokens", "is needed with dataBytes");
        var traffic = new GroupTraffic(
            Bytes(TensorBytes, "tensorBytes"), Hidden ?? 0, Bytes(DataBytes, "dataBytes"), Tokens ?? 0, Bytes(FlatBytes, "flatBytes"),
            Overlap is null or (>= 0 and <= 1) ? Overlap ?? 0 : throw Refusal.Invalid("overlap", "is from 0 to 1"), "");
        try
        {
            return Workload.Of(
                id.Value, TextField.Of(Name, "name"), Kind, Floor, [.. Phases.Select(p => (p.Precision, p.Share, p.Intensity))], MemoryGiB,
                traffic);
        }
        catch (FormatException e)
        {
            throw Refusal.Invalid("phases", e.Message);
        }
    }

    private static double Bytes(double? value, string field) => value is null or (>= 0 and <= 1_000)
        ? value ?? 0
        : throw Refusal.Invalid(field, "is from 0 to 1000 bytes per operation");
}
