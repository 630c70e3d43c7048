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
        pages.MapPost("/my-offers/{offerId}/own-use/{id}/release", ReleaseOwnUse);
        pages.MapPost("/leases/{id}/start", StartLease);
        pages.MapPost("/leases/{id}/end", EndLease);
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
