using Marketplace.Billing;
using Marketplace.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Marketplace;

/// <summary>Issued documents: a buyer's own, or all for those who keep the books.</summary>
internal static class InvoiceEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        var invoices = v1.MapGroup("/invoices").WithTags("Invoices");
        invoices.MapGet("/", List).WithSummary("List issued invoices, newest first, without their lines");
        invoices.MapGet("/{id}", Get).WithSummary("Read an invoice with its lines, as JSON or, asked with Accept: text/csv, as a table");
    }

    private static async Task<Page<Invoice>> List(
        [AsParameters] PageRequest page, Caller caller, Session session, OrganisationId? buyer = null)
    {
        // Somebody else's invoices are none, whether that buyer exists or not.
        if (buyer is not null && caller.Only is { } only && buyer != only) return new([], null);
        return Page.Of(await InvoiceBook.List(session, caller.Only ?? buyer, page.Before, page.Take), page, i => i.InvoiceId.Value);
    }

    private static async Task<Results<Ok<Invoice>, FileContentHttpResult>> Get(
        InvoiceId id, HttpContext context, Caller caller, Session session)
    {
        var invoice = await Find(session, caller, id);
        return Csv.IsWanted(context) ? InvoiceCsv.Of(invoice) : TypedResults.Ok(invoice);
    }

    /// <summary>An invoice that the caller may see.</summary>
    /// <exception cref="Refusal">NotFound: none, or somebody else's.</exception>
    internal static async Task<Invoice> Find(Session session, Caller caller, InvoiceId id) =>
        await InvoiceBook.Find(session, id) is { } invoice && (caller.Only is null || invoice.BuyerId == caller.Only)
            ? invoice
            : throw Refusal.NotFound("invoice of this id");
}
