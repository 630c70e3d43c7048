using Marketplace.Billing;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>An ask against the fair band of its board and region.</summary>
/// <param name="Place">Below, within or above it.</param>
/// <param name="Low">The band's lower end, per unit-hour of the board.</param>
/// <param name="High">Its upper end.</param>
/// <param name="Unit"><c>SCU</c>, <c>SCU-H</c> or <c>core</c>.</param>
/// <param name="Region">Whose trades the band is made of; null: of all regions, because the offer's own has too few.</param>
/// <param name="Day">The last day of the window.</param>
public sealed record BandMark(BandPlace Place, UnitPrice Low, UnitPrice High, string Unit, string? Region, string Day);

/// <summary>The bands of one currency that hold now.</summary>
internal sealed class FairBands(string day, IReadOnlyDictionary<(Board Board, string Region), FairBand> bands)
{
    public static FairBands None { get; } = new("", new Dictionary<(Board, string), FairBand>());

    /// <summary>The mark of an offer; null when its card has no unit, or no band is known for it.</summary>
    public BandMark? Of(Offer offer)
    {
        if (offer.Registered is not { } card || TradeBook.UnitsOf(offer, card) is not { } units) return null;
        var region = offer.Region.ToLowerInvariant();
        if (!bands.TryGetValue((card.Board, region), out var band))
        {
            region = null;
            if (!bands.TryGetValue((card.Board, ""), out band)) return null;
        }

        // The band of another currency says nothing about this ask.
        if (band.Low.Currency != offer.Ask.Currency) return null;
        return new(band.Place(offer.Ask.PerStandardUnit(units)), band.Low, band.High, BoardUnit.Name(card.Board), region, day);
    }
}

/// <summary>The fair bands: computed once when a day is published, so that showing them costs one small query.</summary>
internal static class FairBandBook
{
    /// <summary>Writes the bands of the window that ends with a day, unless they are there.</summary>
    public static async Task Publish(Session session, string day)
    {
        var first = IndexQuery.Day(day, "day").PlusDays(1 - FairBand.Days);
        var groups = (await TradeBook.Standing(session, TradeBook.Day(first), day))
            .SelectMany(t => new[] { t.Region, "" }.Select(region => (t.Board, Region: region, t.Currency, t.Cleared)))
            .GroupBy(t => (t.Board, t.Region, t.Currency), t => t.Cleared);
        foreach (var group in groups)
        {
            if (FairBand.Of(group) is not { } band) continue;
            await session.Execute(
                """
                INSERT INTO fair_band (board, region, currency, day, low_nanos, high_nanos, published_at)
                VALUES (@Board, @Region, @Currency, @day, @Low, @High, @Now) ON CONFLICT (currency, day, board, region) DO NOTHING
                """,
                new
                {
                    Board = TradeBook.Word(group.Key.Board), group.Key.Region, group.Key.Currency, day, Low = band.Low.Nanos,
                    High = band.High.Nanos, session.Now,
                });
        }
    }

    /// <summary>The bands of a currency published last, if their window has not quite passed: in one query.</summary>
    public static async Task<FairBands> In(Session session, Currency currency)
    {
        var rows = await session.Query<(string Board, string Region, string Day, long Low, long High)>(
            """
            SELECT board, region, day, low_nanos, high_nanos FROM fair_band
            WHERE currency = @Code AND day = (SELECT MAX(day) FROM fair_band WHERE currency = @Code AND day >= @Since AND day < @Today)
            """,
            new
            {
                currency.Code, Since = TradeBook.Day(session.Now - Duration.FromDays(FairBand.Days)), Today = TradeBook.Day(session.Now),
            });
        return rows.Count == 0
            ? FairBands.None
            : new(rows[0].Day, rows.ToDictionary(
                r => (Enum.Parse<Board>(r.Board, ignoreCase: true), r.Region),
                r => new FairBand(new(r.Low, currency), new(r.High, currency))));
    }
}
