namespace Marketplace.Pricing;

/// <summary>What holds a phase back on a card.</summary>
public enum Bound
{
    Compute,
    Memory,

    /// <summary>What the cards of a group tell each other.</summary>
    Network,

    /// <summary>The memory: the group is too small for what it has to hold.</summary>
    Capacity,
}

/// <summary>One phase of a workload on one card.</summary>
/// <param name="Asked">The precision the work is written for.</param>
/// <param name="Used">The precision it runs at; another one is a fallback.</param>
/// <param name="Share">The phase's share of the operations.</param>
/// <param name="Intensity">Operations per byte at the precision used.</param>
/// <param name="Rate">The card's rate that counts, TFLOPS or TOPS.</param>
/// <param name="ComputeMs">The time of its arithmetic alone, milliseconds per 1e12 operations of the whole workload.</param>
/// <param name="MemoryMs">The time of its memory traffic alone, the same.</param>
/// <param name="TimeMs">Both together: the root of the sum of their squares.</param>
public sealed record PhaseTime(
    Precision Asked, Precision Used, double Share, double Intensity, double Rate, double ComputeMs, double MemoryMs, double TimeMs)
{
    public bool FellBack => Asked != Used;

    public Bound Bound => MemoryMs > ComputeMs ? Bound.Memory : Bound.Compute;
}

/// <summary>
/// What one card is worth for one workload: the time that R0 needs for it over the time that the card needs.
/// <code>
/// T(c) = sum over phases of share * sqrt( (1/(0.7 F))^2 + (1/(0.85 I B))^2 ),  effective SCU = T(R0)/T(c)
/// </code>
/// F in TFLOPS, B in TB/s. A phase in fp64 of intensity 8 or more takes the better of vector and tensor rate, a lower one the vector rate.
/// A precision that the card lacks falls back to the first on its ladder that the card has, never below the buyer's floor;
/// the intensity changes with the bits. Claimed rates: what was measured comes in later, as a derate.
/// </summary>
/// <param name="CardId">The card.</param>
/// <param name="WorkloadId">The workload.</param>
/// <param name="FormulaVersion">The version of the formula.</param>
/// <param name="Units">Effective SCU of one card; zero: it cannot do the work; <c>null</c>: not enough is known of it.</param>
/// <param name="Reason">Why there are none; <c>null</c> if there are.</param>
/// <param name="Phases">The phases on this card; empty if there are no units.</param>
/// <param name="Flags">Fallbacks taken, as sentences for people.</param>
public sealed record EffectiveUnits(
    string CardId,
    string WorkloadId,
    string FormulaVersion,
    StandardUnits? Units,
    string? Reason,
    IReadOnlyList<PhaseTime> Phases,
    IReadOnlyList<string> Flags)
{
    /// <summary>From this intensity on, fp64 work is dense linear algebra that can use matrix units.</summary>
    private const double MatrixIntensity = 8;

    /// <summary>The part of peak that real arithmetic reaches at best, and the part of the bandwidth.</summary>
    private const double ComputeReach = 0.7, MemoryReach = 0.85;

    /// <summary>What holds the work back on this card: the limit under which it spends most of its time.</summary>
    public Bound? Bound => Phases.Count == 0
        ? null
        : Phases.Sum(p => p.Bound == Pricing.Bound.Memory ? p.TimeMs : -p.TimeMs) > 0 ? Pricing.Bound.Memory : Pricing.Bound.Compute;

    /// <summary>The time that the card needs for 1e12 operations of the workload, milliseconds; zero without units.</summary>
    public double TimeMs => Phases.Sum(p => p.TimeMs);

    /// <summary>The effective units of that card for that workload, explained.</summary>
    /// <param name="floor">A floor of the bid, stricter than the workload's: then every phase keeps to it; R0's time stays what it
    /// is.</param>
    public static EffectiveUnits Of(Card card, Workload workload, Precision? floor = null) => Of(card.Id, card.Rates, workload, floor);

    /// <summary>The effective units of a card of those rates, explained.</summary>
    public static EffectiveUnits Of(string cardId, CardRates rates, Workload workload, Precision? floor = null)
    {
        if (rates.BandwidthGBs is not > 0) return None(null, ScuFormula.NoBandwidth);
        var phases = new List<PhaseTime>(workload.Phases.Count);
        var flags = new List<string>();
        foreach (var phase in workload.Phases)
        {
            var time = TimeOf(rates, phase, Least(phase, workload.Floor, floor));
            if (time is null) return CannotDo(phase);
            if (time.Value.Used != phase.Precision) flags.Add($"{phase.Precision.Name()} work runs in {time.Value.Used.Name()}");
            phases.Add(time.Value.Explain(phase));
        }

        var total = 0.0;
        foreach (var phase in phases) total += phase.TimeMs;
        return new(cardId, workload.Id, ScuFormula.FormulaVersion, ScuFormula.Micros(workload.ReferenceMs / total), null, phases, flags);

        EffectiveUnits CannotDo(WorkloadPhase phase)
        {
            var unknown = IsUnknown(rates, phase, Least(phase, workload.Floor, floor));
            var least = floor is { } own && own.Level() > workload.Floor.Level() ? own : workload.Floor;
            return None(
                unknown ? null : new StandardUnits(0),
                $"no rate for {phase.Precision.Name()} work at {least.Name()} or better{(unknown ? " is known" : "")}");
        }

        EffectiveUnits None(StandardUnits? units, string reason) =>
            new(cardId, workload.Id, ScuFormula.FormulaVersion, units, reason, [], []);
    }

    /// <summary>
    /// The units alone, as <see cref="Of(Card, Workload, Precision?)"/> gives them, without a word of explanation and without an
    /// allocation: what a ranking of every offer calls.
    /// </summary>
    public static StandardUnits? UnitsOf(CardRates rates, Workload workload, Precision? floor = null)
    {
        if (rates.BandwidthGBs is not > 0) return null;
        var total = 0.0;
        for (var i = 0; i < workload.Phases.Count; i++)
        {
            var phase = workload.Phases[i];
            var least = Least(phase, workload.Floor, floor);
            if (TimeOf(rates, phase, least) is not { } time) return IsUnknown(rates, phase, least) ? null : new StandardUnits(0);
            total += time.TimeMs;
        }

        return ScuFormula.Micros(workload.ReferenceMs / total);
    }

    /// <summary>
    /// How many cards hold that much: 8 % of a card's memory is kept for the runtime. <c>null</c> if the card's memory is unknown or none.
    /// </summary>
    /// <param name="needGiB">Memory needed in GiB, 1 or more.</param>
    /// <param name="card">The card.</param>
    public static int? CardsNeeded(int needGiB, Card card)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(needGiB);
        if (card.MemoryGiB is not > 0) return null;
        // Whole numbers, so that a need that fits exactly is not pushed over by a rounding error: ceil(need / (0.92 M)).
        var usable = (long)card.MemoryGiB.Value * 92;
        return (int)(((needGiB * 100L) + usable - 1) / usable);
    }

    /// <summary>The time of a workload on a card of those rates, milliseconds per 1e12 operations; null if a phase cannot run.</summary>
    internal static double? TotalMs(CardRates rates, IReadOnlyList<WorkloadPhase> phases, Precision floor)
    {
        var total = 0.0;
        foreach (var phase in phases)
        {
            if (TimeOf(rates, phase, Least(phase, floor, null)) is not { } time) return null;
            total += time.TimeMs;
        }

        return total;
    }

    /// <summary>
    /// The least level at which a phase may run. The workload's floor bounds the fallback, while a phase written for less than it (norms in
    /// bf16 of an fp32 job) keeps its own precision; a bid's floor binds every phase.
    /// </summary>
    private static int Least(WorkloadPhase phase, Precision floor, Precision? own) =>
        Math.Max(Math.Min(floor.Level(), phase.Precision.Level()), own?.Level() ?? 0);

    private static PhaseCost? TimeOf(CardRates rates, WorkloadPhase phase, int least)
    {
        foreach (var precision in phase.Precision.Rungs())
        {
            if (precision.Level() < least || Rate(rates, precision, phase.Intensity) is not ({ } rate and > 0)) continue;
            var intensity = phase.Intensity * phase.Precision.Bits() / precision.Bits();
            var compute = 1 / (ComputeReach * rate);
            var memory = 1 / (MemoryReach * intensity * (rates.BandwidthGBs!.Value / 1000));
            var weight = phase.Share * 1000;
            return new(
                precision, intensity, rate, weight * compute, weight * memory,
                weight * Math.Sqrt((compute * compute) + (memory * memory)));
        }

        return null;
    }

    private static bool IsUnknown(CardRates rates, WorkloadPhase phase, int least)
    {
        foreach (var precision in phase.Precision.Rungs())
        {
            if (precision.Level() >= least && Rate(rates, precision, phase.Intensity) is null) return true;
        }

        return false;
    }

    private static double? Rate(CardRates rates, Precision precision, double intensity) =>
        precision == Precision.Fp64 && intensity >= MatrixIntensity
            ? CardRates.Best(rates.Fp64Tflops, rates.Fp64TensorTflops)
            : rates[precision];

    /// <summary>A <see cref="PhaseTime"/> on the stack.</summary>
    private readonly record struct PhaseCost(
        Precision Used, double Intensity, double Rate, double ComputeMs, double MemoryMs, double TimeMs)
    {
        public PhaseTime Explain(WorkloadPhase phase) =>
            new(phase.Precision, Used, phase.Share, Intensity, Rate, ComputeMs, MemoryMs, TimeMs);
    }
}
