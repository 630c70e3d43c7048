using System.Globalization;
using CsvHelper;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>An offer of a market file, with the name of its provider.</summary>
internal sealed record FileOffer(string Provider, OfferDraft Draft);

/// <summary>A wish to rent at an instant: so many cards of that model (null: any) until another instant.</summary>
internal sealed record FileJob(string Job, string Buyer, CardCount Cards, string? Card, Instant From, Instant Until);

/// <summary>A bid with the instant at which it is placed.</summary>
internal sealed record FileBid(string Buyer, Instant PlacedAt, BidDraft Draft);

/// <summary>A market to play, from CSV files; the forms are in this room's README.</summary>
internal sealed record MarketFiles(IReadOnlyList<FileOffer> Offers, IReadOnlyList<FileJob> Jobs, IReadOnlyList<FileBid> Bids)
{
    /// <exception cref="InvalidDataException">A file lacks a column, or a row cannot be read; the message names file, row and
    /// column.</exception>
    public static MarketFiles Read(TextReader offers, TextReader jobs, TextReader? bids) => new(
        [.. Rows(offers, "offers").Select(Offer)],
        [.. Rows(jobs, "jobs").Select(Job)],
        bids is null ? [] : [.. Rows(bids, "bids").Select(Bid)]);

    /// <summary>The sample that ships with the product.</summary>
    public static MarketFiles Sample() => Read(Embedded("sample-offers.csv"), Embedded("sample-jobs.csv"), Embedded("sample-bids.csv"));

    private static StreamReader Embedded(string name) =>
        new(typeof(MarketFiles).Assembly.GetManifestResourceStream($"Marketplace.Demo.{name}")
            ?? throw new InvalidOperationException($"{name} does not ship with this build"));

    private static FileOffer Offer(Row row) => new(row["provider"], new OfferDraft
    {
        Name = row["offer"],
        Card = row["card"],
        Cards = row.Read("count", CardCount.Parse),
        Region = row["region"],
        Ask = row.Read("ask_per_card_hour", text => UnitPrice.Parse(text, Currency.Of(row["currency"]))),
        AvailableFrom = row.Instant("available_from"),
        AvailableUntil = row.Instant("available_until"),
    });

    private static FileJob Job(Row row) => new(
        row["job"], row["buyer"], row.Read("cards", CardCount.Parse), row["card"] is { Length: > 0 } card ? card : null,
        row.Instant("from"), row.Instant("until"));

    private static FileBid Bid(Row row)
    {
        UnitPrice? Limit(string column) =>
            row[column].Length == 0 ? null : row.Read(column, text => UnitPrice.Parse(text, Currency.Of(row["currency"])));
        return new(row["buyer"], row.Instant("placed_at"), new BidDraft
        {
            Execution = BidExecution.Posted,
            Card = row["card"] is { Length: > 0 } card ? card : "any",
            Cards = row.Read("cards", CardCount.Parse),
            FromAt = row.Instant("from"),
            UntilAt = row.Instant("until"),
            LimitPerScuHour = Limit("limit_per_scu_hour"),
            LimitPerCardHour = Limit("limit_per_card_hour"),
            Reference = row["bid"],
        });
    }

    private static IEnumerable<Row> Rows(TextReader text, string file)
    {
        using var csv = new CsvReader(text, CultureInfo.InvariantCulture);
        if (!csv.Read() || !csv.ReadHeader()) throw new InvalidDataException($"{file}: the first line names the columns");
        var columns = csv.HeaderRecord!;
        for (var number = 1; csv.Read(); number++)
            yield return new(file, number, columns.Distinct(StringComparer.Ordinal)
                .ToDictionary(c => c, c => csv.GetField(c) ?? "", StringComparer.Ordinal));
    }

    private sealed record Row(string File, int Number, Dictionary<string, string> Fields)
    {
        public string this[string column] => Fields.TryGetValue(column, out var text)
            ? text
            : throw new InvalidDataException($"{File}: there is no column '{column}'");

        public T Read<T>(string column, Func<string, T> parse)
        {
            try
            {
                return parse(this[column]);
            }
            catch (FormatException e)
            {
                throw new InvalidDataException($"{File}, row {Number}, {column}: {e.Message}", e);
            }
        }

        public Instant Instant(string column) =>
            Read(column, text => InstantText.TryParse(text, out var at) ? at : throw new FormatException(InstantText.Remedy));
    }
}
