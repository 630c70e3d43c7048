using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using Microsoft.AspNetCore.DataProtection;
using NodaTime;

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
        pages.MapPost("/my-offers/{offerId}/own-use/{id}/release", ReleaseOwnUse);
        pages.MapPost("/tenders/{id}/cancel", CancelTender);
        pages.MapPost("/tenders/{id}/award/{sealedOffer}", AwardTender);
        pages.MapPost("/tenders/{id}/withdraw/{sealedOffer}", WithdrawAnswer);
        pages.MapPost("/leases/{id}/start", StartLease);
        pages.MapPost("/leases/{id}/end", EndLease);
        pages.MapPost("/leases/{id}/provision", ProvisionLease);
        pages.MapPost("/leases/{id}/interrupt", InterruptLease);
        pages.MapPost("/leases/{id}/resume", ResumeLease);
        pages.MapPost("/leases/{id}/fail", FailLease);
        pages.MapPost("/leases/{id}/reject", RejectLease);
        pages.MapPost("/leases/{id}/dispute", DisputeLease);
        pages.MapPost("/leases/{id}/dispute/resolve", ResolveDispute);
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

    private static async Task<IResult> CancelBid(BidId id, Caller caller, Session session, MarketplaceOptions options)
    {
        await BidBook.Cancel(session, caller.OrganisationId, id, options);
        return Results.LocalRedirect("/bids");
    }

    private static async Task<IResult> ReleaseOwnUse(OfferId offerId, OwnUseId id, Caller caller, Session session)
    {
        caller.Require(Role.Provider);
        await OwnUseBook.Release(session, caller.OrganisationId, offerId, id);
        return Results.LocalRedirect($"/my-offers/{offerId}/own-use");
    }

    private static async Task<IResult> CancelTender(TenderId id, Caller caller, Session session)
    {
        await TenderBook.Cancel(session, caller.OrganisationId, id);
        return Results.LocalRedirect($"/tenders/{id}");
    }

    private static async Task<IResult> AwardTender(
        TenderId id, SealedOfferId sealedOffer, Caller caller, Session session, MarketplaceOptions options)
    {
        var tender = await TenderAward.Award(session, caller, id, sealedOffer, options.CommissionBasisPoints);
        return Results.LocalRedirect($"/leases/{tender.LeaseId}");
    }

    private static async Task<IResult> WithdrawAnswer(TenderId id, SealedOfferId sealedOffer, Caller caller, Session session)
    {
        await SealedBook.Withdraw(session, caller, id, sealedOffer);
        return Results.LocalRedirect($"/tenders/{id}");
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
        var from = Filled(request, "from") is { } text
            ? Show.Read(text, caller.Calendar) ?? throw Refusal.Invalid("from", "is a date and a time, such as 2026-12-01 09:00")
            : (Instant?)null;
        await new LeaseInterruption(reason, from, Filled(request, "note")).Begin(session, caller, id);
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

    private static async Task<IResult> ResolveDispute(LeaseId id, HttpRequest request, Caller caller, Session session)
    {
        caller.Require(Role.Operator);
        var lease = await LeaseBook.Find(session, id) ?? throw Refusal.NotFound("such lease");
        var credit = Filled(request, "credit") is { } text ? Amount(text, lease.Price.Currency) : (Money?)null;
        await Dispute.Resolve(session, id, request.Form["answer"].ToString(), credit);
        return Back(id);
    }

    private static Money Amount(string text, Currency currency)
    {
        try
        {
            return Money.Parse(text, currency);
        }
        catch (FormatException e)
        {
            throw Refusal.Invalid("credit", e.Message);
        }
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
