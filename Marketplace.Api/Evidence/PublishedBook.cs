using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>What became of an import of published results.</summary>
/// <param name="Read">Ratios to the reference card that the file holds.</param>
/// <param name="Added">New ones.</param>
/// <param name="Known">Those known before, with the same value.</param>
/// <param name="Differing">Those known before with another value: they stay as they were.</param>
/// <param name="UnknownCards">Cards that the registry does not know; their rows are left out.</param>
public sealed record PublishedImport(int Read, int Added, int Known, IReadOnlyList<string> Differing, IReadOnlyList<string> UnknownCards);

/// <summary>Published results from outside, and the model that is learned from them and from those that ship with the product.</summary>
public static class PublishedBook
{
    private const double Micros = 1_000_000;

    /// <summary>The model that is in force. It is learned anew after an import, and when cards of the market have changed.</summary>
    public static async Task<DerateModel> Model(Session session)
    {
        var last = await session.Scalar<string?>("SELECT MAX(import_id) FROM published_result");
        if (last is null) return DerateModel.Default;
        var (cards, shelf) = (await CardBook.Registry(session), session.Remembered<Shelf>());
        if (shelf.Kept is { } kept && kept.Import == last && ReferenceEquals(kept.Cards, cards)) return kept.Model;
        var model = DerateModel.Learn(MeasuredResults.Shipped.Concat(await All(session)));
        shelf.Kept = new(last, cards, model);
        return model;
    }

    /// <summary>Takes in the ratios of a table of published results; what is known already is left as it is.</summary>
    /// <exception cref="Refusal">Not such a table; line and column are named.</exception>
    public static async Task<PublishedImport> Import(Session session, string csv)
    {
        var unknown = new SortedSet<string>(StringComparer.Ordinal);
        var results = Read(csv, await CardBook.Registry(session), unknown);
        var importId = session.NewId<ImportId>();
        var shipped = MeasuredResults.Shipped.ToDictionary(KeyOf, r => r.Ratio);
        var (added, known, differing) = (0, 0, new List<string>());
        foreach (var result in results)
        {
            var isNew = !shipped.TryGetValue(KeyOf(result), out var before) && await Add(session, result, importId);
            if (isNew)
            {
                added++;
                continue;
            }

            if (before == 0) before = await Ratio(session, result);
            if (Math.Abs(before - result.Ratio) <= 0.0001 * before) known++;
            else differing.Add($"{result.Family} {result.Round} {result.Benchmark} {result.Card.Id}");
        }

        if (added > 0) await ListingBook.RelistAll(session);
        return new(results.Count, added, known, differing, [.. unknown]);
    }

    private static IReadOnlyList<MeasuredRatio> Read(string csv, CardRegistry cards, SortedSet<string> unknown)
    {
        try
        {
            return MeasuredResults.Read(csv, key =>
            {
                if (cards.Resolve(key).Card is { } card) return card;
                unknown.Add(key);
                return null;
            });
        }
        catch (FormatException e)
        {
            throw Refusal.Invalid("body", e.Message);
        }
    }

    private static (string, string, string, string, string) KeyOf(MeasuredRatio r) =>
        (r.Family, r.Round, r.Benchmark, r.Scenario, r.Card.Id);

    private static async Task<bool> Add(Session session, MeasuredRatio r, ImportId importId) => await session.Execute(
        """
        INSERT INTO published_result (family, round, benchmark, scenario, card, ratio_micros, results, reference_micros, import_id)
        VALUES (@Family, @Round, @Benchmark, @Scenario, @Card, @Ratio, @Results, @Reference, @importId)
        ON CONFLICT (family, round, benchmark, scenario, card) DO NOTHING
        """,
        new
        {
            r.Family, r.Round, r.Benchmark, r.Scenario, Card = r.Card.Id, Ratio = ToMicros(r.Ratio), Results = (long)r.Results,
            Reference = ToMicros(r.Reference), importId,
        }) == 1;

    private static async Task<double> Ratio(Session session, MeasuredRatio r) => await session.Scalar<long>(
        """
        SELECT ratio_micros FROM published_result
        WHERE family = @Family AND round = @Round AND benchmark = @Benchmark AND scenario = @Scenario AND card = @Card
        """,
        new { r.Family, r.Round, r.Benchmark, r.Scenario, Card = r.Card.Id }) / Micros;

    private static long ToMicros(double value) => Math.Max(1, (long)Math.Round(value * Micros));

    private static async Task<IReadOnlyList<MeasuredRatio>> All(Session session)
    {
        var rows = await session.Query<Row>(
            "SELECT family, round, benchmark, scenario, card, ratio_micros, results, reference_micros FROM published_result");
        var cards = await CardBook.Registry(session);
        return
        [
            .. rows.Select(r => cards.Find(r.Card) is { } card
                ? new MeasuredRatio(
                    r.Family, r.Round, r.Benchmark, r.Scenario, card, r.RatioMicros / Micros, (int)r.Results, r.ReferenceMicros / Micros)
                : null).OfType<MeasuredRatio>(),
        ];
    }

    private sealed class Shelf
    {
        public Learned? Kept { get; set; }
    }

    private sealed record Learned(string Import, CardRegistry Cards, DerateModel Model);

    private sealed record Row
    {
        public required string Family { get; init; }

        public required string Round { get; init; }

        public required string Benchmark { get; init; }

        public required string Scenario { get; init; }

        public required string Card { get; init; }

        public long RatioMicros { get; init; }

        public long Results { get; init; }

        public long ReferenceMicros { get; init; }
    }
}
