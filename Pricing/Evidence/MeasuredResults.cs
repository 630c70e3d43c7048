namespace Marketplace.Pricing;

/// <summary>
/// Reads published results, one line a result, and gives the ratios to the reference card that the model learns from. What counts: the
/// MLPerf families, scenarios Offline and time-to-train, 1 to 16 accelerators; in a larger run the network between the nodes is measured.
/// </summary>
public static class MeasuredResults
{
    /// <summary>The card that all others are measured against.</summary>
    public const string ReferenceCard = "h100-sxm5-80gb";

    private static readonly string[] Needed =
        ["family", "round", "benchmark", "scenario", "card_key", "accelerators", "per_accelerator"];

    /// <summary>The ratios that ship with the product: this room's README says whose results they are.</summary>
    public static IReadOnlyList<MeasuredRatio> Shipped { get; } =
    [
        .. CsvTable.Embedded("published.csv", ["family", "round", "benchmark", "scenario", "card", "ratio", "results", "reference"]).Rows
            .Select(row => new MeasuredRatio(
                row.Required("family"), row.Required("round"), row.Required("benchmark"), row.Required("scenario"),
                CardRegistry.Default.Find(row["card"]) ?? throw row.Wrong("card", "is no card of the registry"),
                row.Rate("ratio")!.Value, row.Whole("results")!.Value, row.Rate("reference")!.Value)),
    ];

    /// <summary>The ratios in that table. Groups without a result of the reference card give none.</summary>
    /// <param name="csv">With a header; the columns family, round, benchmark, scenario, card_key, accelerators, per_accelerator are read,
    /// in any order among others.</param>
    /// <param name="cardOf">The card that a card_key means; null: none that is known, and the row is left out.</param>
    /// <exception cref="FormatException">A column is missing or a field cannot be read; the line is named.</exception>
    public static IReadOnlyList<MeasuredRatio> Read(string csv, Func<string, Card?> cardOf)
    {
        var header = csv.AsSpan(0, Math.Max(0, csv.AsSpan().IndexOfAny('\n', '\r'))).ToString();
        var columns = header.Split(',');
        foreach (var column in Needed)
        {
            if (!columns.Contains(column, StringComparer.Ordinal)) throw new FormatException($"line 1: the column {column} is missing");
        }

        var cards = new Dictionary<string, Card?>(StringComparer.Ordinal);
        var groups = new SortedDictionary<(string, string, string, string), Dictionary<Card, List<double>>>();
        foreach (var row in CsvTable.Parse(csv.Replace("\r\n", "\n", StringComparison.Ordinal), "results", columns).Rows)
        {
            if (!Counts(row)) continue;
            var key = row.Required("card_key");
            if (!cards.TryGetValue(key, out var card)) cards[key] = card = cardOf(key);
            if (card is null) continue;
            var group = (row["family"], row.Required("round"), row.Required("benchmark"), row["scenario"]);
            if (!groups.TryGetValue(group, out var measured)) groups[group] = measured = [];
            if (!measured.TryGetValue(card, out var results)) measured[card] = results = [];
            results.Add(row.Rate("per_accelerator") is { } rate and > 0 ? rate : throw row.Wrong("per_accelerator", "is not above zero"));
        }

        return [.. groups.SelectMany(g => Ratios(g.Key.Item1, g.Key.Item2, g.Key.Item3, g.Key.Item4, g.Value))];
    }

    private static bool Counts(CsvRow row) =>
        row["family"].StartsWith("mlperf", StringComparison.Ordinal)
        && row["scenario"] is "Offline" or "time-to-train"
        && (row.Whole("accelerators") ?? throw row.Wrong("accelerators", "is empty")) is >= 1 and <= 16;

    private static IEnumerable<MeasuredRatio> Ratios(
        string family, string round, string benchmark, string scenario, Dictionary<Card, List<double>> measured)
    {
        var reference = measured.FirstOrDefault(m => m.Key.Id == ReferenceCard).Value;
        if (reference is null) return [];
        var median = Median(reference);
        return measured
            .Where(m => m.Key.Id != ReferenceCard)
            .OrderBy(m => m.Key.Id, StringComparer.Ordinal)
            .Select(m => new MeasuredRatio(family, round, benchmark, scenario, m.Key, Median(m.Value) / median, m.Value.Count, median));
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        var half = values.Count / 2;
        return values.Count % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
    }
}
