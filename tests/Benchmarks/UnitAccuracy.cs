using System.Globalization;
using Marketplace.Pricing;

namespace Marketplace.Benchmarks;

/// <summary>
/// How well each unit foretells published throughput: for every measured ratio to the reference card, the unit's ratio beside it.
/// What the derated unit may learn from is older than what it is asked, see <see cref="LearnedFrom"/>.
/// </summary>
internal static class UnitAccuracy
{
    private const string Usage =
        """
        unit-accuracy --cards FILE --measured FILE [--evidence FILE] [--leave-out round|benchmark|card|architecture] [--rows]
          --cards      cards in the form vendor,model,... with dense peak rates
          --measured   published results, one a line, to foretell
          --evidence   published results to learn from: only rounds that came before the one foretold. Without it: all of --measured but
                       what --leave-out names (the round, unless it says otherwise)
          --rows       every row with its errors, before the table
        """;

    /// <summary>A family's results may be learned from for the other family when published so long before, in years.</summary>
    private const double OtherFamilyAfter = 0.1;

    /// <summary>One measured ratio with what each unit says of it; NaN where a unit says nothing.</summary>
    private sealed record Row(
        MeasuredRatio Measured, double Scu, double Effective, double Derated, double Fp16, double Bandwidth, double LowerBound,
        bool CardSeen);

    internal static int Run(string[] args)
    {
        var options = Options(args);
        if (options is null)
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }

        var cards = CardsFile.Read(options["--cards"]);
        var reference = cards.Values.Single(c => c.Id == MeasuredResults.ReferenceCard);
        var unknown = new SortedSet<string>(StringComparer.Ordinal);
        var measured = Read(options["--measured"]);
        var evidence = options.TryGetValue("--evidence", out var older) ? Read(older) : null;
        if (unknown.Count > 0) Console.WriteLine($"left out, not in the cards file: {string.Join(", ", unknown)}");
        var rows = measured
            .GroupBy(m => Group(m, evidence is null ? options.GetValueOrDefault("--leave-out", "round") : "round"))
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .SelectMany(g => Foretell([.. g], LearnedFrom(g, evidence, measured), reference))
            .ToList();
        if (options.ContainsKey("--rows")) PrintRows(rows);
        Print(rows);
        return 0;

        IReadOnlyList<MeasuredRatio> Read(string file) => MeasuredResults.Read(File.ReadAllText(file), key =>
        {
            if (cards.TryGetValue(key, out var card)) return card;
            unknown.Add(key);
            return null;
        });
    }

    private static Dictionary<string, string>? Options(string[] args)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--rows") options[args[i]] = "";
            else if (args[i] is "--cards" or "--measured" or "--evidence" or "--leave-out" && i + 1 < args.Length) Set(ref i);
            else return null;
        }

        void Set(ref int at) => options[args[at]] = args[++at];

        return options.ContainsKey("--cards") && options.ContainsKey("--measured")
            && options.GetValueOrDefault("--leave-out", "round") is "round" or "benchmark" or "card" or "architecture"
            ? options
            : null;
    }

    /// <summary>What is foretold together, because none of it may be learned from for the others.</summary>
    private static string Group(MeasuredRatio m, string by) => by switch
    {
        "benchmark" => $"{m.Family} {WorkClasses.Benchmark(m.Benchmark).Split("-99")[0]}",
        "card" => m.Card.Id,
        "architecture" => Architecture.Of(m.Card),
        _ => $"{m.Family} {m.Round}",
    };

    /// <summary>
    /// With a file of evidence: its rounds of the same family that came before, and of the other if published before. Without: every other
    /// group of the measured rows.
    /// </summary>
    private static IEnumerable<MeasuredRatio> LearnedFrom(
        IEnumerable<MeasuredRatio> asked, IReadOnlyList<MeasuredRatio>? evidence, IReadOnlyList<MeasuredRatio> measured)
    {
        if (evidence is null) return measured.Except(asked, ReferenceEqualityComparer.Instance).Cast<MeasuredRatio>();
        var (family, year) = (asked.First().Family, asked.First().Year);
        return evidence.Where(e => e.Year < (e.Family == family ? year : year - OtherFamilyAfter));
    }

    private static IEnumerable<Row> Foretell(
        IReadOnlyList<MeasuredRatio> asked, IEnumerable<MeasuredRatio> learnedFrom, Card reference)
    {
        var known = learnedFrom.ToList();
        var seen = known.Select(k => k.Card.Id).ToHashSet(StringComparer.Ordinal);
        var model = ThroughputModel.Learn(known, reference);
        foreach (var m in asked)
        {
            var workload = WorkClasses.Profile(m.Training, m.Benchmark);
            var expected = model.Expect(m.Card, reference, m.Training, m.Benchmark, m.Year);
            yield return new(
                m,
                Ratio(c => c.Scu?.Micros),
                Ratio(c => EffectiveUnits.Of(c, workload).Units?.Micros),
                expected?.Ratio ?? double.NaN,
                Ratio(c => CardRates.Best(c.Rates.Bf16Tflops, c.Rates.Fp16Tflops)),
                Ratio(c => c.Rates.BandwidthGBs),
                expected?.LowerBound ?? double.NaN,
                seen.Contains(m.Card.Id));

            double Ratio(Func<Card, double?> unit) => unit(m.Card) is { } own and > 0 ? own / unit(reference)!.Value : double.NaN;
        }
    }

    private static void Print(List<Row> rows)
    {
        (string Name, Func<Row, double> Of)[] units =
        [
            ("SCU", r => r.Scu), ("effective SCU", r => r.Effective), ("derated effective SCU", r => r.Derated),
            ("FP16 peak", r => r.Fp16), ("bandwidth", r => r.Bandwidth),
        ];
        var slices = new List<(string Name, List<Row> Rows)> { ("all", rows) };
        slices.Add(("inference", rows.FindAll(r => !r.Measured.Training)));
        slices.Add(("training", rows.FindAll(r => r.Measured.Training)));
        var vendors = rows.GroupBy(r => r.Measured.Card.Vendor).OrderBy(g => g.Key, StringComparer.Ordinal);
        slices.AddRange(vendors.Select(g => (g.Key, g.ToList())));
        slices.Add(("cards never seen before", rows.FindAll(r => !r.CardSeen)));
        Console.WriteLine("slice                    unit                       n  median  in 1.25x  in 1.5x  bound held");
        foreach (var (slice, of) in slices.Where(s => s.Rows.Count > 0))
        {
            foreach (var (unit, value) in units) Console.WriteLine(Line(slice, unit, of, value));
        }
    }

    private static string Line(string slice, string unit, List<Row> rows, Func<Row, double> of)
    {
        var errors = rows.Where(r => double.IsFinite(of(r)))
            .Select(r => Math.Exp(Math.Abs(Math.Log(of(r) / r.Measured.Ratio)))).Order().ToArray();
        if (errors.Length == 0) return $"{slice,-24} {unit,-24} {0,4}";
        var median = (errors[(errors.Length - 1) / 2] + errors[errors.Length / 2]) / 2;
        var bounded = rows.FindAll(r => double.IsFinite(r.LowerBound));
        var held = unit.StartsWith("derated", StringComparison.Ordinal)
            ? string.Create(
                CultureInfo.InvariantCulture, $"  {100.0 * bounded.Count(r => r.Measured.Ratio >= r.LowerBound) / bounded.Count,8:F1} %")
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{slice,-24} {unit,-24} {errors.Length,4}  x{median:F3}  {Within(1.25),6:F1} %  {Within(1.5),5:F1} %{held}");

        double Within(double factor) => 100.0 * errors.Count(e => e <= factor) / errors.Length;
    }

    private static void PrintRows(List<Row> rows)
    {
        Console.WriteLine("family,round,benchmark,card,measured,derated,lower_bound,scu,effective");
        foreach (var r in rows)
        {
            var m = r.Measured;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{m.Family},{m.Round},{m.Benchmark},{m.Card.Id},{m.Ratio:F4},{r.Derated:F4},{r.LowerBound:F4},{r.Scu:F4},"
                + $"{r.Effective:F4}"));
        }
    }
}
