using System.Globalization;
using Marketplace.Billing;
using Marketplace.Pricing;
using NodaTime;
using Spectre.Console;

namespace Marketplace;

/// <summary>The played market, for people to read in a terminal.</summary>
internal static class DemoSummary
{
    private const int Shown = 12;

    public static async Task Print(Session session, DemoReport report, Interval played)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.Write(await Ranking(session, played.Start));
        AnsiConsole.Write(await Sales(session, played));
        AnsiConsole.Write(await Invoices(session));
        AnsiConsole.Write(await Balances(session));
        AnsiConsole.Write(await Books(session));
        AnsiConsole.WriteLine(
            $"Jobs {report.Jobs}, served {report.Served}, unserved {report.Unserved}. Ledger out of balance by {report.LedgerImbalance}, "
            + $"unreconciled {report.Unreconciled}. {report.Seconds:0.0} s, {report.PeakMemoryMiB} MiB.");
    }

    private static async Task<Table> Ranking(Session session, Instant at)
    {
        var ranking = await OfferRanking.Of(session, new OfferFilter { From = at, Until = at + Duration.FromHours(1), Unrated = true });
        var table = Titled("Offers by price per SCU-hour", "#", "Card", "Provider", "Region", "CNY/card·h", "SCU/card", "CNY/SCU·h");
        var rank = 0;
        foreach (var ranked in ranking.Offers.Take(Shown))
        {
            var offer = ranked.Offer;
            table.AddRow(
                $"{++rank}", Markup.Escape(offer.CardLabel), Markup.Escape(offer.ProviderName), Markup.Escape(offer.Region),
                Rate(offer.Ask),
                ranked.Units?.ToString() ?? "unrated", ranked.UnitPrice is { } price ? Rate(price) : "–");
        }

        if (ranking.Offers.Count > Shown) table.Caption($"{ranking.Offers.Count - Shown} more");
        return table;
    }

    private static async Task<Table> Sales(Session session, Interval played)
    {
        var sold = await session.Query<(string Card, long Offered, long Sold)>(
            """
            SELECT x.card, CAST(SUM(x.offered) AS BIGINT) AS offered, CAST(SUM(x.sold) AS BIGINT) AS sold FROM (
              SELECT COALESCE(o.card, o.card_name) AS card, o.cards AS offered, 0 AS sold FROM offer o
              UNION ALL
              SELECT a.card, 0, u.cards * (u.until_at - u.from_at) FROM usage_event u JOIN agreement a ON a.lease_id = u.lease_id) x
            GROUP BY x.card ORDER BY sold DESC, x.card
            """);
        var table = Titled("Card-hours sold", "Card", "Offered cards", "Card-hours", "Utilisation");
        foreach (var (card, offered, seconds) in sold.Take(Shown))
        {
            var capacity = new CardCount((int)offered).For(played.Duration);
            var share = capacity.Micros == 0 ? 0 : (Int128)seconds * 1_000 / capacity.Micros;
            table.AddRow(
                Markup.Escape(card), new CardCount((int)offered).ToString(), new CardSeconds(seconds).CardHours,
                $"{share / 10}.{share % 10} %");
        }

        if (sold.Count > Shown) table.Caption($"{sold.Count - Shown} more");
        return table;
    }

    private static async Task<Table> Invoices(Session session)
    {
        var table = Titled("Invoices", "Number", "Buyer", "From", "Net", "Tax", "Gross");
        var invoices = await InvoiceBook.List(session, null, null, 1_000);
        foreach (var invoice in invoices.Reverse().Take(Shown))
        {
            var from = invoice.PeriodFrom.InZone(DateTimeZoneProviders.Tzdb[invoice.Zone]).Date;
            table.AddRow(
                invoice.Number, Markup.Escape(invoice.BuyerName), from.ToString("uuuu-MM-dd", CultureInfo.InvariantCulture),
                invoice.Net.ToString(),
                invoice.Tax.ToString(), invoice.Gross.ToString());
        }

        if (invoices.Count > Shown) table.Caption($"{invoices.Count - Shown} more");
        return table;
    }

    private static async Task<Table> Balances(Session session)
    {
        var table = Titled("Ledger (debit positive; sums to zero)", "Account", "Balance");
        foreach (var kind in (await Ledger.Balances(session)).GroupBy(b => (b.Account.Split(':')[0], b.Balance.Currency)))
            table.AddRow(kind.Key.Item1, kind.Aggregate(Money.Zero(kind.Key.Currency), (sum, b) => sum + b.Balance).ToString());
        return table;
    }

    private static async Task<Table> Books(Session session)
    {
        var table = Titled(
            "Reconciliation", "Month", "Leases", "Metered card·h", "Charged", "Invoiced", "Posted", "Rounding",
            "Not yet invoiced", "Unexplained");
        foreach (var month in await Reconciliation.Months(session))
        {
            var sums = ReconciliationTotals.Of(await Reconciliation.Of(session, month));
            foreach (var sum in sums)
            {
                table.AddRow(
                    month.ToString("uuuu-MM", CultureInfo.InvariantCulture), $"{sum.Leases}", sum.Metered.CardHours,
                    Rating.Round(sum.Charged).ToString(), sum.Invoiced.ToString(), sum.Posted.ToString(),
                    Rating.Round(sum.Rounding).ToString(), Rating.Round(sum.Waiting).ToString(),
                    Rating.Round(sum.Unexplained).ToString());
            }
        }

        return table;
    }

    private static string Rate(UnitPrice price) => Rating.Round(new ExactAmount(price.Nanos, price.Currency)).Amount;

    private static Table Titled(string title, params string[] columns)
    {
        var table = new Table { Title = new TableTitle(title) }.Border(TableBorder.Simple);
        foreach (var column in columns) table.AddColumn(new TableColumn(Markup.Escape(column)) { NoWrap = true });
        return table;
    }
}
