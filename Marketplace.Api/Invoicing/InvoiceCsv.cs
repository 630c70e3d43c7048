using Marketplace.Billing;
using Marketplace.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Marketplace;

/// <summary>An invoice as a table: its lines, then its net, tax and gross. Money is written in full, instants in UTC.</summary>
internal static class InvoiceCsv
{
    private static readonly string[] Header =
    [
        "kind", "number", "buyer", "line", "lease", "provider", "period_from", "period_until", "card", "region", "price_per_card_hour",
        "units", "card_seconds", "charged", "rounding", "amount", "currency",
    ];

    public static FileContentHttpResult Of(Invoice invoice)
    {
        var (from, until) = (InstantText.Format(invoice.PeriodFrom), InstantText.Format(invoice.PeriodUntil));
        var lines = invoice.Lines!.Select(l => new[]
        {
            "line", invoice.Number, invoice.BuyerId.Value, l.Position.ToString(), l.LeaseId.Value, l.ProviderId.Value,
            InstantText.Format(l.PeriodFrom), InstantText.Format(l.PeriodUntil), Csv.Text(l.Card), Csv.Text(l.Region), l.Price.Amount,
            l.Units?.ToString(), l.Quantity.ToString(), l.Charged.Amount, l.Rounding.Amount, l.Amount.Amount, l.Amount.Currency.Code,
        });
        var sums = new[] { ("net", invoice.Net), ("tax", invoice.Tax), ("gross", invoice.Gross) }.Select(s => new[]
        {
            s.Item1, invoice.Number, invoice.BuyerId.Value, null, null, null, from, until, null, null, null, null, null, null, null,
            s.Item2.Amount, s.Item2.Currency.Code,
        });
        return Csv.File($"{invoice.Number}.csv", Header, lines.Concat(sums));
    }
}
