using System.Globalization;
using System.Text.Json;
using CsvHelper;
using CsvHelper.Configuration;
using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

public enum ImportStatus
{
    /// <summary>Published and comparable.</summary>
    Created,

    /// <summary>Published, but sold by card-hour only: the reason says why.</summary>
    Unrated,

    /// <summary>Not published: the reason says why.</summary>
    Refused,
}

/// <summary>What became of one row of an import; rows count from 1, the header not counted.</summary>
public sealed record ImportOutcome(
    int Row, string? Name, ImportStatus Status, OfferId? OfferId, string? Card, string? Reason, IReadOnlyList<string> Notes);

/// <summary>
/// Publishes many offers from a file, row by row; a row that cannot be is refused and the others stand. Three forms are known:
/// our own CSV (<see cref="CsvOffer"/>), JSON lines of
/// <see cref="OfferDraft"/>, and public cloud price lists (offer_id, cloud, instance_type, accelerator_name, ...: see PriceList).
/// </summary>
public static class OfferImport
{
    public const int MaxRows = 20_000;

    /// <summary>Imports CSV; the header says which of the two forms it is.</summary>
    /// <param name="window">When a cloud's offers, which say no window, are for sale.</param>
    /// <exception cref="Refusal">The header is of neither form, or there are too many rows.</exception>
    public static async Task<IReadOnlyList<ImportOutcome>> Csv(Session session, OrganisationId provider, TextReader text, Interval window)
    {
        using var csv =
            new CsvReader(text, new CsvConfiguration(CultureInfo.InvariantCulture) { BadDataFound = null, MissingFieldFound = null });
        if (!await csv.ReadAsync() || !csv.ReadHeader()) throw Refusal.Invalid("body", "is empty; the first line names the columns");
        var header = csv.HeaderRecord!;
        var rows = new List<IReadOnlyDictionary<string, string>>();
        while (await csv.ReadAsync())
        {
            if (rows.Count == MaxRows) throw Refusal.Invalid("body", $"has more than {MaxRows} rows; cut it");
            rows.Add(header.Distinct(StringComparer.Ordinal).ToDictionary(h => h, h => csv.GetField(h) ?? "", StringComparer.Ordinal));
        }

        if (CsvOffer.Needed.All(header.Contains)) return await Each(session, provider, [.. rows.Select(Draft)]);
        if (ListedInstance.Columns.All(header.Contains))
            return await Each(session, provider, Listed(rows, window, await CardBook.Registry(session)));
        throw Refusal.Invalid(
            "body",
            $"the first line names the columns {string.Join(", ", CsvOffer.Needed)}; "
                + $"or those of a cloud price list: {string.Join(", ", ListedInstance.Columns)}");
    }

    /// <summary>Imports JSON lines, one offer a line.</summary>
    /// <exception cref="Refusal">There are too many lines.</exception>
    public static async Task<IReadOnlyList<ImportOutcome>> JsonLines(Session session, OrganisationId provider, TextReader text)
    {
        var rows = new List<Row>();
        while (await text.ReadLineAsync() is { } line)
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            if (rows.Count == MaxRows) throw Refusal.Invalid("body", $"has more than {MaxRows} lines; cut it");
            try
            {
                var draft = JsonSerializer.Deserialize<OfferDraft>(line, RequestJson.Options);
                rows.Add(draft is null ? new Row(null, null, "the line is null") : new Row(draft.Name, draft, null));
            }
            catch (JsonException e)
            {
                rows.Add(new Row(null, null, string.Join("; ", JsonFaults.Of(e).Select(fault => $"{fault.Field}: {fault.Reason}"))));
            }
        }

        return await Each(session, provider, rows);
    }

    private static async Task<IReadOnlyList<ImportOutcome>> Each(Session session, OrganisationId provider, IReadOnlyList<Row> rows)
    {
        var outcomes = new List<ImportOutcome>(rows.Count);
        foreach (var row in rows)
        {
            var number = outcomes.Count + 1;
            if (row.Draft is null)
            {
                outcomes.Add(new(number, row.Name, ImportStatus.Refused, null, null, row.Reason, []));
                continue;
            }

            try
            {
                var offer = await OfferBook.Publish(session, provider, row.Draft);
                outcomes.Add(new(
                    number, row.Name, offer.Units is null ? ImportStatus.Unrated : ImportStatus.Created, offer.OfferId, offer.Card,
                    offer.UnratedReason,
                    offer.Notes.Length == 0 ? [] : [offer.Notes]));
            }
            catch (Refusal refusal)
            {
                // Publishing refuses before it writes, so that a refused row leaves nothing behind.
                outcomes.Add(new(number, row.Name, ImportStatus.Refused, null, null, $"{refusal.Field}: {refusal.Message}", []));
            }
        }

        return outcomes;
    }

    private static Row Draft(IReadOnlyDictionary<string, string> cells)
    {
        var row = new CsvOffer(cells);
        return new(row.Name, row.Read(out var reason), reason);
    }

    private static IReadOnlyList<Row> Listed(
        IReadOnlyList<IReadOnlyDictionary<string, string>> rows, Interval window, CardRegistry cards)
    {
        var names = rows.Select(row => row.GetValueOrDefault("offer_id") is { Length: > 0 } id ? id : null).ToArray();
        var outcomes = PriceList.Read(rows.Select(row => ListedInstance.Of(name => row.GetValueOrDefault(name))), cards);
        return [.. outcomes.Select((outcome, i) => outcome.Offer is not { } listed
            ? new Row(names[i], null, outcome.Reason)
            : new Row(names[i], new OfferDraft
            {
                Name = names[i] ?? $"{outcome.Row.Cloud}/{outcome.Row.InstanceType}/{outcome.Row.Region}/{i + 1}",
                Card = listed.Card.Card?.Id ?? outcome.Row.AcceleratorName,
                Cards = listed.Count,
                Region = listed.Region,
                Ask = listed.AskPerCardHour,
                AvailableFrom = window.Start,
                AvailableUntil = window.End,
                Notes = listed.Notes,
            }, null))];
    }

    internal sealed record Row(string? Name, OfferDraft? Draft, string? Reason);
}
