using Marketplace.Billing;
using Marketplace.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Marketplace;

/// <summary>A reconciliation as a table: a row for each lease. Money is written in full, instants in UTC.</summary>
internal static class ReconciliationCsv
{
    private static readonly string[] Header =
    [
        "lease", "buyer", "provider", "card", "period_from", "period_until", "metered_card_seconds", "charged", "invoiced", "posted",
        "difference", "currency", "cause",
    ];

    public static FileContentHttpResult Of(string period, IEnumerable<ReconciliationRow> rows) =>
        Csv.File($"reconciliation-{period}.csv", Header, rows.Select(Row));

    private static string[] Row(ReconciliationRow r) =>
    [
        r.LeaseId.Value, r.BuyerId.Value, r.ProviderId.Value, Csv.Text(r.Card),
        InstantText.Format(r.PeriodFrom), InstantText.Format(r.PeriodUntil),
        r.Metered.ToString(), r.Charged.Amount, r.Invoiced.Amount, r.Posted.Amount, r.Difference.Amount, r.Charged.Currency.Code,
        WireJson.Word(r.Cause),
    ];
}
