using Marketplace.Billing;
using Marketplace.Contracts;

namespace Marketplace;

/// <summary>The single buttons of the pages: each does one thing through the same book as the API, and sends the browser back.</summary>
internal static class StorefrontActions
{
    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapPost("/sign-out", (Delegate)SignOut).AllowAnonymous();
        pages.MapPost("/bids/{id}/cancel", CancelBid);
        pages.MapPost("/tenders/{id}/cancel", CancelTender);
        pages.MapPost("/tenders/{id}/award/{sealedOffer}", AwardTender);
        pages.MapPost("/tenders/{id}/withdraw/{sealedOffer}", WithdrawAnswer);
        pages.MapPost("/leases/{id}/start", StartLease);
        pages.MapPost("/leases/{id}/end", EndLease);
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
        return Results.LocalRedirect($"/leases/{id}");
    }
}
