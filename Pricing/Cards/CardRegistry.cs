using System.Collections.Frozen;

namespace Marketplace.Pricing;

/// <summary>
/// All cards that are known: those of <c>cards.csv</c>, which ship with the product, and what a market's operator made of them. Immutable;
/// what the columns mean and where the shipped figures come from stands in this room's README.
/// </summary>
public sealed class CardRegistry
{
    private static readonly string[] Columns =
    [
        "id", "vendor", "model", "board", "form", "cores", "memory_gib", "bandwidth_gbs", "fp64", "fp64_tensor", "fp32", "tf32", "bf16",
        "fp16", "fp8", "int8", "fp4", "int4", "link_gbs", "power_w", "year", "aliases", "evidence", "assumed", "source", "doubts",
    ];

    /// <summary>Names that price lists carry among the accelerators but that are none: how their keys begin, and why we do not rate
    /// them.</summary>
    private static readonly (string Begins, string Reason)[] NotGpus =
    [
        ("armmali", "ARM Mali is the display unit of a phone chip, not a compute accelerator"),
        ("mali", "ARM Mali is the display unit of a phone chip, not a compute accelerator"),
        ("inferentia1", "AWS Inferentia (the first) is an inference-only chip without published rates; Inferentia2 is rated"),
    ];

    private readonly FrozenDictionary<string, Card> byId;
    private readonly FrozenDictionary<string, Card[]> byKey;

    private CardRegistry(IReadOnlyList<Card> cards)
    {
        Cards = cards;
        byId = cards.ToFrozenDictionary(c => c.Id, StringComparer.Ordinal);
        byKey = cards.SelectMany(c => CardNames.KeysOf(c.Vendor, c.Id, c.Model, c.Aliases).Select(key => (key, c)))
            .GroupBy(p => p.key, p => p.c, StringComparer.Ordinal)
            .ToFrozenDictionary(g => g.Key, g => LowestRatedFirst(g), StringComparer.Ordinal);
    }

    /// <summary>
    /// The registry that ships with the product. A market may have changed it: whoever has a session asks for the market's own.
    /// </summary>
    public static CardRegistry Default { get; } = Of(CsvTable.Embedded("cards.csv", Columns));

    /// <summary>Every card, in the order of the file.</summary>
    public IReadOnlyList<Card> Cards { get; }

    /// <summary>Reads a registry of the same columns from text.</summary>
    /// <exception cref="FormatException">Not such a table, or an id appears twice; the line is named.</exception>
    public static CardRegistry Parse(string csv) => Of(CsvTable.Parse(csv, "cards", Columns));

    /// <summary>This registry with some cards added, or put in the place of those of the same id.</summary>
    public CardRegistry With(IEnumerable<Card> cards)
    {
        var changed = cards.ToDictionary(c => c.Id, StringComparer.Ordinal);
        var kept = Cards.Select(c => changed.Remove(c.Id, out var now) ? now : c).ToList();
        return new([.. kept, .. changed.Values.OrderBy(c => c.Id, StringComparer.Ordinal)]);
    }

    /// <summary>The card of that id, exactly as the registry writes it; <c>null</c> if there is none.</summary>
    public Card? Find(string id) => byId.GetValueOrDefault(id);

    /// <summary>Which card a name means. A name that fits several is settled by the memory size, else the lowest-rated one is
    /// assumed.</summary>
    /// <param name="name">An id, a model, an alias or a shorter name, with or without the vendor; case, spaces, hyphens and underscores
    /// are ignored.</param>
    /// <param name="memoryGiB">Device memory as listed, in GiB. What the driver reports is accepted: from 10 % below the nominal size to
    /// 3 % above.</param>
    public CardResolution Resolve(string name, int? memoryGiB = null)
    {
        var key = CardNames.Key(name);
        if (key == "inferentia") key = "inferentia1";
        if (Array.Find(NotGpus, n => key.StartsWith(n.Begins, StringComparison.Ordinal)) is { Reason: { } reason })
            return new(name, memoryGiB, CardMatch.NotAGpu, null, [], reason, []);
        if (!byKey.TryGetValue(key, out var named))
            return new(name, memoryGiB, CardMatch.Unknown, null, [], $"'{name}' is no card of the registry", []);

        var fitting = memoryGiB is { } memory ? Array.FindAll(named, c => Holds(c, memory)) : named;
        if (fitting.Length == 0)
        {
            var sizes = string.Join(", ", named.Select(c => c.MemoryGiB).Distinct().Order().Select(m => $"{m} GiB"));
            return new(name, memoryGiB, CardMatch.Unknown, null, named,
                $"'{name}' with {memoryGiB} GiB is no card of the registry, which has {sizes}", []);
        }

        if (fitting.Length == 1)
        {
            var only = fitting[0];
            string[] settled = named.Length > 1 ? [$"'{name}' with {memoryGiB} GiB is taken for {only.Model}"] : [];
            return new(name, memoryGiB, CardMatch.Found, only, fitting, null, settled);
        }

        var names = string.Join(", ", fitting.Select(c => c.Model));
        return Array.Exists(fitting, c => c.Scu is null)
            ? new(name, memoryGiB, CardMatch.Ambiguous, null, fitting, $"'{name}' may be {names}, of which not all are rated", [])
            : new(name, memoryGiB, CardMatch.Found, fitting[0], fitting, null,
                [$"'{name}' may be {names}: the lowest-rated, {fitting[0].Model}, is assumed"]);
    }

    /// <summary>Whether a card of that nominal size may be listed with that memory: drivers hold a part back, and GB and GiB are mixed
    /// up.</summary>
    private static bool Holds(Card card, int memoryGiB) =>
        card.MemoryGiB is not { } nominal || (memoryGiB * 100 >= nominal * 90 && memoryGiB * 100 <= nominal * 103);

    /// <summary>The tie goes to the weaker link and then to the earlier id, so that the choice never depends on the order of the
    /// file.</summary>
    private static Card[] LowestRatedFirst(IEnumerable<Card> cards) =>
    [
        .. cards
            .OrderBy(c => c.Scu?.Micros ?? -1)
            .ThenBy(c => c.ScuH?.Micros ?? -1)
            .ThenBy(c => c.LinkGBs ?? 0)
            .ThenBy(c => c.Id, StringComparer.Ordinal),
    ];

    private static CardRegistry Of(CsvTable table)
    {
        var twice = table.Rows.GroupBy(r => r["id"], StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        return twice is null
            ? new([.. table.Rows.Select(Read)])
            : throw twice.Last().Wrong("id", "appears twice");
    }

    private static Card Read(CsvRow row)
    {
        var rates = new CardRates
        {
            BandwidthGBs = row.Rate("bandwidth_gbs"),
            Fp64Tflops = row.Rate("fp64"),
            Fp64TensorTflops = row.Rate("fp64_tensor"),
            Fp32Tflops = row.Rate("fp32"),
            Tf32Tflops = row.Rate("tf32"),
            Bf16Tflops = row.Rate("bf16"),
            Fp16Tflops = row.Rate("fp16"),
            Fp8Tflops = row.Rate("fp8"),
            Int8Tops = row.Rate("int8"),
            Fp4Tflops = row.Rate("fp4"),
            Int4Tops = row.Rate("int4"),
        };
        return new(rates)
        {
            Id = row.Required("id"),
            Vendor = row.Required("vendor"),
            Model = row.Required("model"),
            Board = row.Choice<Board>("board"),
            FormFactor = row.Required("form"),
            Cores = row.Whole("cores"),
            MemoryGiB = row.Whole("memory_gib"),
            LinkGBs = row.Rate("link_gbs"),
            PowerWatts = row.Rate("power_w"),
            Year = row.Whole("year"),
            Aliases = row["aliases"].Split('|', StringSplitOptions.RemoveEmptyEntries),
            Evidence = row.Choice<Evidence>("evidence"),
            Assumed = row["assumed"].Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Source = row.Required("source"),
            Doubts = row["doubts"],
        };
    }
}
