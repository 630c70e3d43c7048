namespace Marketplace.Pricing;

/// <summary>
/// Expects the throughput of a card for a class of work from its datasheet and from what was measured of it and of its like.
/// The logarithm of the ratio to the reference card is a prior, log-linear in low-precision rate, bandwidth and power, plus offsets that
/// are shrunk towards zero: architecture (by family, by transformers or not, by class, by benchmark), card, card x class, card x benchmark,
/// and what a card lacks at its debut; the powers are shrunk towards those of all work alike. All offsets are solved at once (a mixed
/// model; the same as Gaussian-process regression with these kernels), with noise of heavy tails, so that one odd result moves little.
/// Immutable; the same evidence gives the same model.
/// </summary>
/// <remarks>
/// The sizes of the offsets (<see cref="Spread"/>) were fitted on the calibration rounds by cross-validation over rounds, benchmarks and
/// cards; docs/accuracy.md has the figures. Logarithms and exponentials differ in the last bit between machines, so what a listing takes
/// from here is rounded to a hundredth of a percent and stored with what was sold.
/// </remarks>
public sealed class ThroughputModel
{
    /// <summary>Changes when the prior or a spread changes.</summary>
    public const string ModelVersion = "2026.1";

    /// <summary>Rounds of reweighting by which odd results lose their say; the weights are settled by then.</summary>
    private const int Reweightings = 4;

    /// <summary>Degrees of freedom of the noise.</summary>
    private const double TailDegrees = 3;

    private readonly Observation[] _observations;
    private readonly Cholesky? _factor;
    private readonly double[] _weights;

    private ThroughputModel(Observation[] observations, Cholesky? factor, double[] weights) =>
        (_observations, _factor, _weights) = (observations, factor, weights);

    /// <summary>How large each part is allowed to be: the powers of the prior, and standard deviations of logarithms.</summary>
    private static class Spread
    {
        public const double RatePower = 0.27, BandwidthPower = 0.65, WattsPower = 0.16;
        public const double RateAtAll = 0.04, RateOfClass = 0.11, RateOfTransformers = 0.06;
        public const double BandwidthAtAll = 0.04, BandwidthOfFamily = 0.39, BandwidthOfTransformers = 0.24;
        public const double Architecture = 0.04, ArchitectureFamily = 0.08, ArchitectureTransformers = 0.32;
        public const double ArchitectureClass = 0.08, ArchitectureBenchmark = 0.37;
        public const double Card = 0.07, CardClass = 0.02, CardBenchmark = 0.13;
        public const double Debut = 0.03, DebutBenchmark = 0.13;
        public const double Noise = 0.07;

        /// <summary>What a year adds, by new software.</summary>
        public const double PerYear = 0.03;

        /// <summary>
        /// Spreads wide enough to learn well say too much doubt, and the tails of the noise too little: with these two factors nine bounds
        /// in ten hold on rounds, benchmarks, cards and architectures that were left out.
        /// </summary>
        public const double LearnedDoubt = 0.7, TailDoubt = 1.2;
    }

    /// <summary>Rows of evidence that it learned from.</summary>
    public int Evidence => _observations.Length;

    /// <summary>Learns from that evidence; rows of cards without a 16-bit rate or bandwidth say nothing.</summary>
    /// <param name="evidence">Ratios to the reference card, in any order.</param>
    /// <param name="reference">The reference card.</param>
    public static ThroughputModel Learn(IEnumerable<MeasuredRatio> evidence, Card reference)
    {
        Observation[] observations =
        [
            .. evidence
                .OrderBy(m => m.Family, StringComparer.Ordinal).ThenBy(m => m.Round, StringComparer.Ordinal)
                .ThenBy(m => m.Benchmark, StringComparer.Ordinal).ThenBy(m => m.Card.Id, StringComparer.Ordinal)
                .Select(m => Observation.Of(m, reference)).OfType<Observation>(),
        ];
        var size = observations.Length;
        if (size == 0) return new(observations, null, []);

        var covariance = new double[size * size];
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j <= i; j++) covariance[(i * size) + j] = Parts.Between(observations[i], observations[j]).Sum;
        }

        var surprise = Array.ConvertAll(observations, o => o.Log - o.Prior);
        var trust = new double[size];
        Array.Fill(trust, 1);
        for (var round = 0; ; round++)
        {
            var factor = Cholesky.Of(covariance, Array.ConvertAll(trust, t => Spread.Noise * Spread.Noise / t));
            var weights = factor.Solve(surprise);
            if (round == Reweightings) return new(observations, factor, weights);
            for (var i = 0; i < size; i++)
            {
                var residual = weights[i] * Spread.Noise / trust[i];
                trust[i] = (TailDegrees + 1) / (TailDegrees + (residual * residual));
            }
        }
    }

    /// <summary>What to expect of a card at one benchmark; <c>null</c> without a 16-bit rate or bandwidth.</summary>
    /// <param name="card">The card.</param>
    /// <param name="reference">The reference card.</param>
    /// <param name="training">The training family, else the inference family.</param>
    /// <param name="benchmark">The benchmark as published.</param>
    /// <param name="year">When, in years.</param>
    public Expectation? Expect(Card card, Card reference, bool training, string benchmark, double year) =>
        Observation.Of(card, reference, training, benchmark, year, 0) is { } asked ? Expect(asked) : null;

    /// <summary>
    /// What to expect of a card at work of a class: the mean over the benchmarks of the class that were measured, and a doubt that also
    /// holds how far these lie apart, for a buyer's work is none of them. <c>null</c> without a 16-bit rate or bandwidth.
    /// </summary>
    /// <inheritdoc cref="Expect(Card, Card, bool, string, double)" path="/param"/>
    /// <param name="work">The class; <see cref="WorkClass.Standard"/>: all that was measured.</param>
    public Expectation? Expect(Card card, Card reference, WorkClass work, double year)
    {
        var benchmarks = _observations
            .Where(o => work == WorkClass.Standard || o.Class == work)
            .Select(o => (o.Training, o.Benchmark)).Distinct().Order()
            .ToArray();
        if (benchmarks.Length == 0) benchmarks = [(work is WorkClass.LanguageTraining or WorkClass.VisionTraining, Unmeasured(work))];
        Expectation[] each = [.. benchmarks.Select(b => Expect(card, reference, b.Training, b.Benchmark, year)).OfType<Expectation>()];
        if (each.Length == 0) return null;
        var log = each.Average(e => e.Log);
        var apart = each.Average(e => (e.Log - log) * (e.Log - log));
        return new(
            each.Average(e => e.Prior), each.Average(e => e.Slopes), each.Average(e => e.Architecture), each.Average(e => e.Card),
            each.Average(e => e.CardClass), each.Average(e => e.CardBenchmark), each.Average(e => e.Debut),
            Math.Sqrt(each.Average(e => e.Deviation * e.Deviation) + apart),
            each.Min(e => e.Precedent), each.Max(e => e.Results));
    }

    /// <summary>A name of that class that no benchmark has, for a model that has seen none.</summary>
    internal static string Unmeasured(WorkClass work) => work switch
    {
        WorkClass.Vision => "resnet?",
        WorkClass.Encoder => "bert-99.9",
        WorkClass.Recommender => "dlrm?",
        WorkClass.Speech => "whisper?",
        WorkClass.LanguageTraining => "llama?",
        _ => WorkClasses.Unnamed,
    };

    private Expectation Expect(Observation asked)
    {
        var parts = new Parts();
        var between = new double[_observations.Length];
        var precedent = Precedent.None;
        var newest = double.NegativeInfinity;
        var results = 0;
        for (var i = 0; i < between.Length; i++)
        {
            var known = _observations[i];
            var part = Parts.Between(asked, known);
            between[i] = part.Sum;
            parts += part * _weights[i];
            if (known.Architecture != asked.Architecture) continue;
            var nearness = !known.SameBenchmark(asked) ? Precedent.OtherWork
                : known.Card == asked.Card ? Precedent.SameCard : Precedent.Sibling;
            if (known.Card == asked.Card) results++;
            if (nearness > precedent) continue;
            newest = nearness < precedent ? known.Year : Math.Max(newest, known.Year);
            precedent = nearness;
        }

        var unexplained = Math.Max(0, Parts.Between(asked, asked).Sum - (_factor?.Explained(between) ?? 0));
        var variance = (unexplained * Spread.LearnedDoubt * Spread.LearnedDoubt) + Math.Pow(Spread.Noise * Spread.TailDoubt, 2);
        var age = precedent == Precedent.None ? 0 : Math.Max(0, asked.Year - newest) * Spread.PerYear;
        return new(
            asked.Prior, parts.Slopes, parts.Architecture, parts.Card, parts.CardClass, parts.CardBenchmark, parts.Debut,
            Math.Sqrt(variance + (age * age)), precedent, results);
    }

    /// <summary>One result, or a question: what the kernels look at.</summary>
    private sealed record Observation(
        string Card, string Architecture, bool Training, string Benchmark, bool Transformer, WorkClass Class, double Year,
        double Rate, double Bandwidth, double Watts, double Debut, double Log)
    {
        /// <summary>Board power to assume where none is known, watts.</summary>
        private const double UnknownWatts = 350;

        /// <summary>A card is new for so long after the January of its year, years.</summary>
        private const double DebutYears = 0.75;

        public double Prior =>
            (Spread.RatePower * Rate) + (Spread.BandwidthPower * Bandwidth) + (Spread.WattsPower * Watts);

        public bool SameBenchmark(Observation other) => Training == other.Training && Benchmark == other.Benchmark;

        public static Observation? Of(MeasuredRatio m, Card reference) =>
            Of(m.Card, reference, m.Training, m.Benchmark, m.Year, Math.Log(m.Ratio));

        public static Observation? Of(Card card, Card reference, bool training, string benchmark, double year, double log)
        {
            var work = WorkClasses.Of(training, benchmark);
            if (LowRate(card.Rates, work, benchmark) is not { } own) return null;
            if (card.Rates.BandwidthGBs is not > 0) return null;
            return new(
                card.Id, Pricing.Architecture.Of(card), training, WorkClasses.Benchmark(benchmark),
                WorkClasses.IsTransformer(benchmark), work, year,
                Math.Log(own / LowRate(reference.Rates, work, benchmark)!.Value),
                Math.Log(card.Rates.BandwidthGBs.Value / reference.Rates.BandwidthGBs!.Value),
                Math.Log((card.PowerWatts ?? UnknownWatts) / reference.PowerWatts!.Value),
                New(card, year) - New(reference, year),
                log);
        }

        private static double New(Card card, double year) => card.Year is { } introduced && year - introduced < DebutYears ? 1 : 0;

        /// <summary>The rate in the lowest precision that such work is run in, TFLOPS or TOPS; null without a 16-bit rate.</summary>
        private static double? LowRate(CardRates rates, WorkClass work, string benchmark)
        {
            if (CardRates.Best(rates.Bf16Tflops, rates.Fp16Tflops) is not ({ } half and > 0)) return null;
            var eight = Math.Max(rates.Fp8Tflops ?? 0, half);
            return work switch
            {
                WorkClass.Vision or WorkClass.Recommender =>
                    Math.Max(rates.Fp8Tflops ?? 0, rates.Int8Tops ?? 0) is > 0 and var best ? best : half,
                WorkClass.Generation => Math.Max(rates.Fp4Tflops ?? 0, eight),
                WorkClass.Speech or WorkClass.VisionTraining => half,
                // Recommenders and graph networks are trained in 16 bits.
                WorkClass.LanguageTraining when benchmark.Contains("dlrm", StringComparison.Ordinal)
                    || benchmark.Contains("gnn", StringComparison.Ordinal) || benchmark.Contains("rgat", StringComparison.Ordinal) => half,
                _ => eight,
            };
        }
    }

    /// <summary>The covariance of two observations, by the offset that they share.</summary>
    private readonly record struct Parts(
        double Slopes, double Architecture, double Card, double CardClass, double CardBenchmark, double Debut)
    {
        public double Sum => Slopes + Architecture + Card + CardClass + CardBenchmark + Debut;

        public static Parts operator +(Parts a, Parts b) => new(
            a.Slopes + b.Slopes, a.Architecture + b.Architecture, a.Card + b.Card, a.CardClass + b.CardClass,
            a.CardBenchmark + b.CardBenchmark, a.Debut + b.Debut);

        public static Parts operator *(Parts a, double by) => new(
            a.Slopes * by, a.Architecture * by, a.Card * by, a.CardClass * by, a.CardBenchmark * by, a.Debut * by);

        public static Parts Between(Observation a, Observation b)
        {
            var sameClass = a.Class == b.Class;
            var sameFamily = a.Training == b.Training;
            var alike = a.Transformer == b.Transformer;
            var sameBenchmark = a.SameBenchmark(b);
            var sameArchitecture = a.Architecture == b.Architecture;
            var sameCard = a.Card == b.Card;
            return new(
                (a.Rate * b.Rate
                    * (Square(Spread.RateAtAll) + If(sameClass, Spread.RateOfClass) + If(alike, Spread.RateOfTransformers)))
                + (a.Bandwidth * b.Bandwidth
                    * (Square(Spread.BandwidthAtAll) + If(sameFamily, Spread.BandwidthOfFamily)
                        + If(alike, Spread.BandwidthOfTransformers))),
                !sameArchitecture ? 0
                    : Square(Spread.Architecture) + If(sameFamily, Spread.ArchitectureFamily) + If(alike, Spread.ArchitectureTransformers)
                        + If(sameClass, Spread.ArchitectureClass) + If(sameBenchmark, Spread.ArchitectureBenchmark),
                If(sameCard, Spread.Card),
                If(sameCard && sameClass, Spread.CardClass),
                If(sameCard && sameBenchmark, Spread.CardBenchmark),
                a.Debut * b.Debut * (Square(Spread.Debut) + If(sameBenchmark, Spread.DebutBenchmark)));
        }

        private static double If(bool shared, double spread) => shared ? spread * spread : 0;

        private static double Square(double x) => x * x;
    }
}
