using System.Collections.Frozen;
using System.Globalization;

namespace Marketplace.Pricing;

/// <summary>What kind of work a profile describes.</summary>
public enum WorkloadKind
{
    Training,
    Inference,
    Both,
    Hpc,
    General,
}

/// <summary>A part of a workload that runs at one precision.</summary>
/// <param name="Precision">The precision the work is written for.</param>
/// <param name="Share">Its share of all operations, above 0 to 1.</param>
/// <param name="Intensity">Operations per byte moved from and to memory, above 0.</param>
public sealed record WorkloadPhase(Precision Precision, double Share, double Intensity);

/// <summary>
/// A profile of work: which operations at which precision and intensity. It decides what a card is worth for one buyer.
/// Thirteen ship with the product (<c>workloads.csv</c>); a buyer may bring another. Immutable.
/// </summary>
public sealed class Workload
{
    private static readonly string[] Columns =
        ["id", "name", "kind", "floor", "phases", "memory_need", "placement", "communication", "reasoning", "confidence"];

    private Workload(IReadOnlyList<WorkloadPhase> phases, Precision floor)
    {
        Phases = phases;
        Floor = floor;
        ReferenceMs = EffectiveUnits.TimesOf(ScuFormula.R0, this, [])?.Sum(p => p.TimeMs)
            ?? throw new FormatException("the reference card cannot do this work: the floor excludes every rate it has");
    }

    /// <summary>The most phases of one workload.</summary>
    public const int MaxPhases = 16;

    /// <summary>The profiles that ship with the product, in the order of the file.</summary>
    public static IReadOnlyList<Workload> All { get; } = [.. CsvTable.Embedded("workloads.csv", Columns).Rows.Select(Read)];

    private static FrozenDictionary<string, Workload> ById { get; } = All.ToFrozenDictionary(w => w.Id, StringComparer.Ordinal);

    /// <summary>Lower case with hyphens, for example <c>llm-decode-batch</c>.</summary>
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required WorkloadKind Kind { get; init; }

    /// <summary>The least exact precision the buyer accepts; a card that cannot do as well cannot do the work.</summary>
    public Precision Floor { get; }

    /// <summary>Its phases, one or more; their shares add up to 1.</summary>
    public IReadOnlyList<WorkloadPhase> Phases { get; }

    /// <summary>What it needs in device memory, in words. The reader computes the GiB and asks <see
    /// cref="EffectiveUnits.CardsNeeded"/>.</summary>
    public string MemoryNeed { get; init; } = "";

    /// <summary>How its cards must stand together, in words: gang, replica, fractional.</summary>
    public string Placement { get; init; } = "";

    /// <summary>What its cards tell each other, bytes per operation, in words.</summary>
    public string Communication { get; init; } = "";

    /// <summary>Where the profile comes from.</summary>
    public string Reasoning { get; init; } = "";

    /// <summary>How well the profile is founded.</summary>
    public string Confidence { get; init; } = "";

    /// <summary>The time R0 needs for 1e12 operations of it, milliseconds.</summary>
    public double ReferenceMs { get; }

    /// <summary>The profile of that id that ships with the product; <c>null</c> if there is none.</summary>
    public static Workload? Find(string id) => ById.GetValueOrDefault(id);

    /// <summary>A buyer's own profile.</summary>
    /// <param name="id">The id to give it.</param>
    /// <param name="name">The name people read.</param>
    /// <param name="kind">What kind of work it is.</param>
    /// <param name="floor">The least exact precision accepted.</param>
    /// <param name="phases">As in <c>fp8:0.8@700;bf16:0.2@200</c>: precision, share of the operations, operations per byte.</param>
    /// <exception cref="FormatException">A phase cannot be read, the shares do not add up to 1, or R0 cannot do the work.</exception>
    public static Workload Of(string id, string name, WorkloadKind kind, Precision floor, string phases) =>
        new(ParsePhases(phases), floor) { Id = id, Name = name, Kind = kind };

    /// <summary>Reads <c>fp8:0.8@700;bf16:0.2@200</c>.</summary>
    /// <exception cref="FormatException">A phase cannot be read, or the shares do not add up to 1.</exception>
    public static IReadOnlyList<WorkloadPhase> ParsePhases(string text)
    {
        var phases = new List<WorkloadPhase>();
        var shares = 0m;
        var parts = text.Split(';');
        if (parts.Length > MaxPhases) throw new FormatException($"a workload has at most {MaxPhases} phases");
        foreach (var part in parts)
        {
            var at = part.IndexOf('@', StringComparison.Ordinal);
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || at < colon
                || !decimal.TryParse(part[(colon + 1)..at], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share)
                || !decimal.TryParse(part[(at + 1)..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var intensity)
                || share is <= 0 or > 1
                || intensity is < 0.001m or > 1_000_000)
            {
                throw new FormatException(
                    $"'{part}' is no phase such as fp8:0.8@700 (share above 0 to 1, intensity 0.001 to 1000000 op per byte)");
            }


            shares += share;
            phases.Add(new(Precisions.Parse(part[..colon]), (double)share, (double)intensity));
        }

        return shares == 1
            ? phases
            : throw new FormatException($"the shares of the phases add up to {Fixed.Format((long)(shares * 1_000_000), 6, 0)}, not 1");
    }

    public override string ToString() => Id;

    private static Workload Read(CsvRow row) =>
        new(ParsePhases(row.Required("phases")), Precisions.Parse(row.Required("floor")))
        {
            Id = row.Required("id"),
            Name = row.Required("name"),
            Kind = row.Choice<WorkloadKind>("kind"),
            MemoryNeed = row["memory_need"],
            Placement = row["placement"],
            Communication = row["communication"],
            Reasoning = row["reasoning"],
            Confidence = row["confidence"],
        };
}
