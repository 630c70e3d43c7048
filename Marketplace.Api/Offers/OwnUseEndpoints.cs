using Marketplace.Billing;
using Marketplace.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Marketplace;

/// <summary>Over REST: what a provider uses of its own offer.</summary>
internal static class OwnUseEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        var uses = v1.MapGroup("/offers/{offerId}/own-use").WithTags("Offers");
        uses.MapPost("", Take).WithSummary("Use cards of your own offer: what is free, and where own use comes first what leases hold");
        uses.MapGet("", List).WithSummary("What you use of your own offer, newest first");
        uses.MapDelete("/{ownUseId}", Release).WithSummary("Give cards back that you use yourself; they are for sale again");
    }

    private static async Task<Created<OwnUse>> Take(string offerId, OwnUseDraft draft, Session session, Caller caller)
    {
        caller.Require(Role.Provider);
        var use = await OwnUseBook.Take(session, caller.OrganisationId, new OfferId(offerId), draft);
        return TypedResults.Created($"/v1/offers/{offerId}/own-use/{use.OwnUseId}", use);
    }

    private static async Task<Ok<Page<OwnUse>>> List(string offerId, [AsParameters] PageRequest page, Session session, Caller caller)
    {
        caller.Require(Role.Provider);
        var uses = await OwnUseBook.Of(session, caller.OrganisationId, new OfferId(offerId), page.Before, page.Take);
        return TypedResults.Ok(Page.Of(uses, page, u => u.OwnUseId.Value));
    }

    private static async Task<Ok<OwnUse>> Release(string offerId, string ownUseId, Session session, Caller caller)
    {
        caller.Require(Role.Provider);
        return TypedResults.Ok(
            await OwnUseBook.Release(session, caller.OrganisationId, new OfferId(offerId), new OwnUseId(ownUseId)));
    }
}
