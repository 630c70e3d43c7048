namespace Marketplace.Pricing;

/// <summary>What holds a phase back on a card.</summary>
public enum Bound
{
    Compute,
    Memory,
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

    /// <summary>The effective units of that card for that workload.</summary>
    public static EffectiveUnits Of(Card card, Workload workload) => Of(card.Id, card.Rates, workload);

    /// <summary>The effective units of a card of those rates.</summary>
    public static EffectiveUnits Of(string cardId, CardRates rates, Workload workload)
    {
        if (rates.BandwidthGBs is not > 0) return None(null, ScuFormula.NoBandwidth);
        var flags = new List<string>();
        if (TimesOf(rates, workload, flags) is { } phases)
        {
            var units = ScuFormula.Micros(workload.ReferenceMs / phases.Sum(p => p.TimeMs));
            return new(cardId, workload.Id, ScuFormula.FormulaVersion, units, null, phases, flags);
        }

        var missing = workload.Phases.First(p => Native(rates, p, workload.Floor) is null);
        var unknown = Usable(missing, workload.Floor).Any(p => Rate(rates, p, missing.Intensity) is null);
        return None(
            unknown ? null : new StandardUnits(0),
            $"no rate for {missing.Precision.Name()} work at {workload.Floor.Name()} or better{(unknown ? " is known" : "")}");

        EffectiveUnits None(StandardUnits? units, string reason) =>
            new(cardId, workload.Id, ScuFormula.FormulaVersion, units, reason, [], []);
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

    /// <summary>The phases on a card of those rates, or <c>null</c> if one of them cannot run.</summary>
    internal static IReadOnlyList<PhaseTime>? TimesOf(CardRates rates, Workload workload, List<string> flags)
    {
        var times = new List<PhaseTime>();
        foreach (var phase in workload.Phases)
        {
            if (Native(rates, phase, workload.Floor) is not var (used, rate)) return null;
            if (used != phase.Precision) flags.Add($"{phase.Precision.Name()} work runs in {used.Name()}");
            var intensity = phase.Intensity * phase.Precision.Bits() / used.Bits();
            var compute = 1 / (ComputeReach * rate);
            var memory = 1 / (MemoryReach * intensity * (rates.BandwidthGBs!.Value / 1000));
            var weight = phase.Share * 1000;
            times.Add(new(
                phase.Precision, used, phase.Share, intensity, rate,
                weight * compute, weight * memory, weight * Math.Sqrt((compute * compute) + (memory * memory))));
        }

        return times;
    }

    private static (Precision Used, double Rate)? Native(CardRates rates, WorkloadPhase phase, Precision floor)
    {
        foreach (var precision in Usable(phase, floor))
        {
            if (Rate(rates, precision, phase.Intensity) is { } rate and > 0) return (precision, rate);
        }

        return null;
    }

    /// <summary>The floor bounds the fallback; a phase written for less than the floor (norms in bf16 of an fp32 job) keeps its own
    /// precision.</summary>
    private static IEnumerable<Precision> Usable(WorkloadPhase phase, Precision floor) =>
        phase.Precision.Ladder().Where(p => p.Level() >= Math.Min(floor.Level(), phase.Precision.Level()));

    private static double? Rate(CardRates rates, Precision precision, double intensity) =>
        precision == Precision.Fp64 && intensity >= MatrixIntensity
            ? CardRates.Best(rates.Fp64Tflops, rates.Fp64TensorTflops)
            : rates[precision];
}
