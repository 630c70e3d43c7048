using Marketplace.Billing;
using Marketplace.Contracts;

namespace Marketplace;

/// <summary>
/// Files that a page links to, for whoever is signed in to it: the API itself takes no cookie. The tables are the API's own.
/// </summary>
internal static class Downloads
{
    public static void MapDownloads(this RouteGroupBuilder pages)
    {
        pages.MapGet("/invoices/{id}.csv", Invoice);
        pages.MapGet("/reconciliation.csv", Reconcile);
    }

    private static async Task<IResult> Invoice(InvoiceId id, Caller caller, Session session) =>
        InvoiceCsv.Of(await InvoiceEndpoints.Find(session, caller, id));

    private static async Task<IResult> Reconcile(string period, string? buyer, Caller caller, Session session)
    {
        caller.Require(Role.Accountant, Role.Operator);
        var only = OrganisationId.TryParse(buyer, out var id) ? id : (OrganisationId?)null;
        return ReconciliationCsv.Of(period, await Reconciliation.Of(session, QueryValue.Month(period, "period"), only));
    }
}
