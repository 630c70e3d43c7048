using Marketplace.Billing;
using Marketplace.Contracts;
using Microsoft.AspNetCore.DataProtection;

namespace Marketplace;

/// <summary>The single buttons of the pages: each does one thing through the same book as the API, and sends the browser back.</summary>
internal static class StorefrontActions
{
    /// <summary>What the page asks a provider for; over the API it names what it likes.</summary>
    private static readonly string[] AccessFields = ["host", "user", "token", "hint"];

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapPost("/sign-out", (Delegate)SignOut).AllowAnonymous();
        pages.MapPost("/bids/{id}/cancel", CancelBid);
        pages.MapPost("/leases/{id}/start", StartLease);
        pages.MapPost("/leases/{id}/end", EndLease);
        pages.MapPost("/leases/{id}/provision", ProvisionLease);
        pages.MapPost("/leases/{id}/interrupt", InterruptLease);
        pages.MapPost("/leases/{id}/resume", ResumeLease);
        pages.MapPost("/leases/{id}/fail", FailLease);
        pages.MapPost("/leases/{id}/reject", RejectLease);
        pages.MapPost("/leases/{id}/dispute", DisputeLease);
        pages.MapPost("/leases/{id}/access", WriteAccess);
        pages.MapPost("/webhooks/{id}/remove", RemoveWebhook);
        pages.MapPost("/webhooks/{id}/enable", EnableWebhook);
        pages.MapPost("/webhooks/{id}/deliveries/{delivery}/retry", RetryDelivery);
    }

    private static async Task<IResult> SignOut(HttpContext context)
    {
        await SignIn.Out(context);
        return Results.LocalRedirect("/");
    }

    private static async Task<IResult> CancelBid(BidId id, Caller caller, Session session)
    {
        await BidBook.Cancel(session, caller.OrganisationId, id);
        return Results.LocalRedirect("/bids");
    }

    private static async Task<IResult> StartLease(LeaseId id, Caller caller, Session session)
    {
        await LeaseBook.Start(session, caller.OrganisationId, id);
        return Results.LocalRedirect($"/leases/{id}");
    }

    private static async Task<IResult> EndLease(LeaseId id, Caller caller, Session session)
    {
        await LeaseBook.End(session, caller.OrganisationId, id);
        return Back(id);
    }

    private static async Task<IResult> ProvisionLease(LeaseId id, Caller caller, Session session)
    {
        await LeaseBook.Provision(session, caller.OrganisationId, id);
        return Back(id);
    }

    private static async Task<IResult> InterruptLease(LeaseId id, HttpRequest request, Caller caller, Session session)
    {
        var reason = QueryValue.OneOf<InterruptionReason>("reason", request.Form["reason"].ToString());
        await new LeaseInterruption(reason, Note: Filled(request, "note")).Begin(session, caller, id);
        return Back(id);
    }

    private static async Task<IResult> ResumeLease(LeaseId id, Caller caller, Session session)
    {
        await LeaseInterruption.Resume(session, caller, id);
        return Back(id);
    }

    private static async Task<IResult> FailLease(LeaseId id, HttpRequest request, Caller caller, Session session)
    {
        await LeaseBook.Fail(session, caller, id, TextField.Of(request.Form["note"].ToString(), "note", 500));
        return Back(id);
    }

    private static async Task<IResult> RejectLease(LeaseId id, Caller caller, Session session)
    {
        await LeaseBook.Reject(session, caller.OrganisationId, id);
        return Back(id);
    }

    private static async Task<IResult> DisputeLease(LeaseId id, HttpRequest request, Caller caller, Session session)
    {
        await Dispute.Open(session, caller.OrganisationId, id, request.Form["text"].ToString());
        return Back(id);
    }

    private static async Task<IResult> WriteAccess(
        LeaseId id, HttpRequest request, IDataProtectionProvider protection, Caller caller, Session session)
    {
        var said = AccessFields.Select(name => (Name: name, Text: Filled(request, name)));
        var access = said.Where(s => s.Text is not null).ToDictionary(s => s.Name, s => s.Text!, StringComparer.Ordinal);
        await AccessData.Put(session, protection, caller.OrganisationId, id, new(access));
        return Back(id);
    }

    private static async Task<IResult> RemoveWebhook(WebhookId id, Caller caller, Session session) =>
        await Webhook.Remove(session, caller.OrganisationId, id)
            ? Results.LocalRedirect("/webhooks")
            : throw Refusal.NotFound("such webhook of yours");

    private static async Task<IResult> EnableWebhook(WebhookId id, Caller caller, Session session)
    {
        await Webhook.Enable(session, caller.OrganisationId, id);
        return Results.LocalRedirect($"/webhooks/{id}");
    }

    private static async Task<IResult> RetryDelivery(WebhookId id, DeliveryId delivery, Caller caller, Session session)
    {
        _ = await Webhook.Find(session, caller.OrganisationId, id) ?? throw Refusal.NotFound("such webhook of yours");
        await Delivery.Retry(session, id, delivery);
        return Results.LocalRedirect($"/webhooks/{id}");
    }

    private static IResult Back(LeaseId id) => Results.LocalRedirect($"/leases/{id}");

    private static string? Filled(HttpRequest request, string field) =>
        request.Form[field].ToString().Trim() is { Length: > 0 } text ? text : null;
}
