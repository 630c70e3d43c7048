using Marketplace.Billing;
using Marketplace.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Marketplace;

/// <summary>A month of four books side by side.</summary>
/// <param name="Period">The month, as every account's own zone has it.</param>
/// <param name="Totals">One for each currency.</param>
/// <param name="Rows">One for each lease, those that need somebody first.</param>
public sealed record ReconciliationReport(string Period, IReadOnlyList<ReconciliationTotals> Totals, IReadOnlyList<ReconciliationRow> Rows);

/// <summary>Metered, charged, invoiced and posted: do they agree, and if not, why?</summary>
internal static class ReconciliationEndpoints
{
    public static void Map(RouteGroupBuilder v1) => v1.MapGet("/reconciliation", Get).WithTags("Reconciliation")
        .WithSummary("Reconcile a month, such as period=2026-01, as JSON or, with Accept: text/csv, as a table (accountant, operator)");

    private static async Task<Results<Ok<ReconciliationReport>, FileContentHttpResult>> Get(
        string period, HttpContext context, Caller caller, Session session, OrganisationId? buyer = null)
    {
        caller.Require(Role.Accountant, Role.Operator);
        var rows = await Reconciliation.Of(session, QueryValue.Month(period, "period"), buyer);
        return Csv.IsWanted(context)
            ? ReconciliationCsv.Of(period, rows)
            : TypedResults.Ok(new ReconciliationReport(period, ReconciliationTotals.Of(rows), rows));
    }
}
