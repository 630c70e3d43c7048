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
        [
            "id", "name", "kind", "floor", "phases", "memory_need", "placement", "communication", "tensor_bytes",
            "hidden", "data_bytes", "tokens", "flat_bytes", "overlap", "communication_assumed", "reasoning", "confidence",
        ];

    private Workload(IReadOnlyList<WorkloadPhase> phases, Precision floor)
    {
        Phases = phases;
        Floor = floor;
        ReferenceMs = EffectiveUnits.TotalMs(ScuFormula.R0, phases, floor)
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

    /// <summary>Its cards form one gang that keeps step and spreads the memory; else they run copies side by side.</summary>
    public bool IsGang => Kind is not (WorkloadKind.Inference or WorkloadKind.General);

    /// <summary>How its cards must stand together, in words: gang, replica, fractional.</summary>
    public string Placement { get; init; } = "";

    /// <summary>What its cards tell each other, bytes per operation, in words.</summary>
    public string Communication { get; init; } = "";

    /// <summary>The same in figures, from which the penalty of a group follows.</summary>
    public GroupTraffic Traffic { get; init; } = GroupTraffic.None;

    /// <summary>Device memory that one copy of the work needs, GiB, 1 or more; null: not said, or it depends on what is run.</summary>
    public int? MemoryGiB { get; init; }

    /// <summary>Where the profile comes from.</summary>
    public string Reasoning { get; init; } = "";

    /// <summary>How well the profile is founded.</summary>
    public string Confidence { get; init; } = "";

    /// <summary>The time R0 needs for 1e12 operations of it, milliseconds.</summary>
    public double ReferenceMs { get; }

    /// <summary>The profile of that id that ships with the product; <c>null</c> if there is none.</summary>
    public static Workload? Find(string id) => ById.GetValueOrDefault(id);

    /// <summary>A buyer's own profile, of phases that were read.</summary>
    /// <exception cref="FormatException">The shares do not add up to 1, or R0 cannot do the work.</exception>
    public static Workload Of(
        string id, string name, WorkloadKind kind, Precision floor,
        IReadOnlyList<(Precision Precision, decimal Share, decimal Intensity)> phases, int? memoryGiB, GroupTraffic traffic) =>
        new(Checked(phases), floor) { Id = id, Name = name, Kind = kind, MemoryGiB = memoryGiB, Traffic = traffic };

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
        var phases = new List<(Precision, decimal, decimal)>();
        foreach (var part in text.Split(';'))
        {
            var at = part.IndexOf('@', StringComparison.Ordinal);
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || at < colon
                || !decimal.TryParse(part[(colon + 1)..at], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share)
                || !decimal.TryParse(part[(at + 1)..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var intensity))
            {
                throw new FormatException($"'{part}' is no phase such as fp8:0.8@700 ({Bounds})");
            }

            phases.Add((Precisions.Parse(part[..colon]), share, intensity));
        }

        return Checked(phases);
    }

    public override string ToString() => Id;

    private const string Bounds = "share above 0 to 1, intensity 0.001 to 1000000 op per byte";

    /// <summary>Shares are decimal until here, so that 0.1 and 0.9 make exactly 1.</summary>
    private static IReadOnlyList<WorkloadPhase> Checked(IReadOnlyList<(Precision Precision, decimal Share, decimal Intensity)> phases)
    {
        if (phases.Count is 0 or > MaxPhases) throw new FormatException($"a workload has 1 to {MaxPhases} phases");
        var shares = 0m;
        foreach (var (precision, share, intensity) in phases)
        {
            if (share is <= 0 or > 1 || intensity is < 0.001m or > 1_000_000)
                throw new FormatException($"'{precision.Name()}:{share}@{intensity}' is no phase such as fp8:0.8@700 ({Bounds})");
            shares += share;
        }

        return shares == 1
            ? [.. phases.Select(p => new WorkloadPhase(p.Precision, (double)p.Share, (double)p.Intensity))]
            : throw new FormatException($"the shares of the phases add up to {Fixed.Format((long)(shares * 1_000_000), 6, 0)}, not 1");
    }

    private static Workload Read(CsvRow row) =>
        new(ParsePhases(row.Required("phases")), Precisions.Parse(row.Required("floor")))
        {
            Id = row.Required("id"),
            Name = row.Required("name"),
            Kind = row.Choice<WorkloadKind>("kind"),
            MemoryNeed = row["memory_need"],
            Placement = row["placement"],
            Communication = row["communication"],
            Traffic = new(
                row.Rate("tensor_bytes") ?? 0, row.Rate("hidden") ?? 0, row.Rate("data_bytes") ?? 0, row.Rate("tokens") ?? 0,
                row.Rate("flat_bytes") ?? 0, row.Rate("overlap") ?? 0, row["communication_assumed"]),
            Reasoning = row["reasoning"],
            Confidence = row["confidence"],
        };
}
