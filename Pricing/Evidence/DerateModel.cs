using System.Collections.Concurrent;
using NodaTime;

namespace Marketplace.Pricing;

/// <summary>
/// From published results and a provider's own measurements to the derate that its machines are listed at. Immutable.
/// </summary>
/// <remarks>
/// The cascade: datasheet, architecture, card (<see cref="ThroughputModel"/>), then the provider's machines. A machine's derate is
/// log-normal around its card's; each measurement moves it by its precision, which halves every 90 days, so that a machine that is no
/// longer measured falls back to what its card is worth.
/// </remarks>
public sealed class DerateModel
{
    /// <summary>
    /// What the reference card delivers of its own claim: the value of a datasheet. Published results compare cards with it, they do not
    /// say what it reaches of its peak.
    /// </summary>
    public const double OfReference = 0.70;

    /// <summary>A measurement loses half of its say in so many days.</summary>
    public const int HalfLifeDays = 90;

    /// <summary>How far machines of one card lie apart: cooling, host, driver, network. Standard deviation of the logarithm.</summary>
    private const double BetweenMachines = 0.10;

    /// <summary>No listing is below this part, however little is known.</summary>
    private const double Least = 0.05;

    private readonly ConcurrentDictionary<(Card Card, WorkClass Work, int Month), Basis?> _bases = new();
    private readonly ThroughputModel _throughput;
    private readonly Card _reference;

    private DerateModel(ThroughputModel throughput, Card reference) => (_throughput, _reference) = (throughput, reference);

    /// <summary>What is expected of a card before any of its machines is measured.</summary>
    /// <param name="Expected">Median part of the claim.</param>
    /// <param name="Deviation">Standard deviation of its logarithm.</param>
    /// <param name="Why">What it rests on; <c>null</c> where published results say nothing of such work.</param>
    public sealed record Basis(double Expected, double Deviation, Expectation? Why);

    /// <summary>The model that ships with the product, learned from the published results that ship with it.</summary>
    public static DerateModel Default { get; } = Learn(MeasuredResults.Shipped);

    /// <summary>Learns from those results.</summary>
    public static DerateModel Learn(IEnumerable<MeasuredRatio> evidence)
    {
        var reference = CardRegistry.Default.Find(MeasuredResults.ReferenceCard)!;
        return new(ThroughputModel.Learn(evidence, reference), reference);
    }

    /// <summary>Rows of published results that it learned from.</summary>
    public int Evidence => _throughput.Evidence;

    /// <summary>What is expected of the card for that class of work; <c>null</c>: the card is unrated for it.</summary>
    /// <param name="card">The card.</param>
    /// <param name="work">The class of work.</param>
    /// <param name="at">When; the answer is the same for a whole month (UTC).</param>
    public Basis? Expect(Card card, WorkClass work, Instant at)
    {
        var date = at.InUtc();
        return _bases.GetOrAdd((card, work, (date.Year * 12) + date.Month - 1), key => Compute(key.Card, key.Work, key.Month / 12.0));
    }

    /// <summary>The derate of a provider's machines.</summary>
    /// <param name="card">The card; not rated for such work: the tier's ceiling is listed.</param>
    /// <param name="work">The class of work.</param>
    /// <param name="measurements">Of this provider's machines of that card for that class, in any order, none after <paramref
    /// name="at"/>.</param>
    /// <param name="at">When.</param>
    public Derate Of(Card card, WorkClass work, IReadOnlyList<Measurement> measurements, Instant at)
    {
        var basis = Expect(card, work, at) ?? new(OfReference, 0, null);
        var tier = card.Evidence == Pricing.Evidence.Datasheet ? EvidenceTier.Datasheet : EvidenceTier.Claim;
        var (mean, deviation) = (Math.Log(basis.Expected), basis.Deviation);
        var unmeasured = Math.Min(Math.Exp(mean - (Expectation.NineInTen * deviation)), Ceiling(tier));
        Measurement? latest = null;
        if (measurements.Count > 0)
        {
            var precision = 1 / ((deviation * deviation) + (BetweenMachines * BetweenMachines));
            var sum = mean * precision;
            foreach (var m in measurements.OrderBy(m => m.At).ThenBy(m => m.Tier).ThenBy(m => m.Part))
            {
                var weight = Math.Pow(0.5, (at - m.At).TotalDays / HalfLifeDays) / (NoiseOf(m.Tier) * NoiseOf(m.Tier));
                precision += weight;
                sum += weight * Math.Log(m.Part);
                if (m.Tier > tier && at - m.At <= Duration.FromDays(4 * HalfLifeDays)) tier = m.Tier;
                latest = m;
            }

            (mean, deviation) = (sum / precision, Math.Sqrt(1 / precision));
        }

        var bound = Math.Exp(mean - (Expectation.NineInTen * deviation));
        var limit = DerateLimit.Evidence;
        // A measurement below the bound counts at once; better ones since then have shown that it no longer holds.
        if (latest is { } last && last.Part < bound) (bound, limit) = (last.Part, DerateLimit.LatestMeasurement);
        // Machines differ, so that one good measurement leaves a wider bound than none; still nobody loses by one above the listing.
        if (measurements.Count > 0 && measurements.Min(m => m.Part) >= unmeasured) bound = Math.Max(bound, unmeasured);
        var ceiling = Ceiling(tier);
        if (bound > ceiling) (bound, limit) = (ceiling, DerateLimit.Tier);
        return new(
            Part(bound), Part(Math.Exp(mean)), tier, work, limit, measurements.Count, latest?.At, ThroughputModel.ModelVersion);

        double Ceiling(EvidenceTier of) => of.Ceiling(basis.Why is { Precedent: Precedent.SameCard } || card.Id == _reference.Id);
    }

    /// <summary>Units of one card of those rates for a class of work: of the profile that stands for it, or the standard unit's.</summary>
    internal static StandardUnits? Units(CardRates rates, WorkClass work) =>
        work == WorkClass.Standard ? ScuFormula.Scu(rates).Units : EffectiveUnits.UnitsOf(rates, Profile(work));

    private static Workload Profile(WorkClass work) => work == WorkClass.Science
        ? Workload.Find("hpc-fp64")!
        : WorkClasses.Profile(work is WorkClass.LanguageTraining or WorkClass.VisionTraining, ThroughputModel.Unmeasured(work));

    private Basis? Compute(Card card, WorkClass work, double year)
    {
        if (card.Id == _reference.Id) return new(OfReference, 0, null);
        if (work == WorkClass.Science) return null;
        if (Units(card.Rates, work) is not { Micros: > 0 } own || Units(_reference.Rates, work) is not { Micros: > 0 } theirs) return null;
        return _throughput.Expect(card, _reference, work, year) is { } expected
            ? new(OfReference * expected.Ratio * theirs.Micros / own.Micros, expected.Deviation, expected)
            : null;
    }

    /// <summary>Standard deviation of the logarithm of one measurement.</summary>
    private static double NoiseOf(EvidenceTier tier) => tier switch
    {
        EvidenceTier.ProviderProbe => 0.15,
        EvidenceTier.PlatformProbe => 0.06,
        _ => 0.08,
    };

    private static BasisPoints Part(double part) => new((int)(Math.Clamp(part, Least, 1) * BasisPoints.Whole));
}
