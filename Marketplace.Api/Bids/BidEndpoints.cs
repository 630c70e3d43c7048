using Marketplace.Billing;
using Marketplace.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Marketplace;

/// <summary>Bidding over REST.</summary>
internal static class BidEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        var bids = v1.MapGroup("/bids").WithTags("Bids");
        bids.MapPost("", Place)
            .WithSummary("Place a bid: for the auction, or posted, to take the cheapest ask within its limit at once or when there is one");
        bids.MapGet("", List).WithSummary("Your bids, newest first");
        bids.MapGet("/{bidId}", Get).WithSummary("One bid");
        bids.MapGet("/{bidId}/versions", Versions).WithSummary("Every wording that a bid for the auction has had, oldest first");
        bids.MapPatch("/{bidId}", Change)
            .WithSummary("Word an open bid for the auction anew; it keeps its place in time if it claims no more than before");
        bids.MapDelete("/{bidId}", Cancel).WithSummary("Cancel an open bid and let go of what is held for it");
    }

    private static async Task<Created<Bid>> Place(
        BidDraft draft, Session session, Caller caller, MarketplaceOptions options, HttpResponse response)
    {
        caller.Require(Role.Buyer);
        var bid = await BidBook.Place(session, caller.OrganisationId, draft, options);
        ETags.Put(response, bid.Version);
        return TypedResults.Created($"/v1/bids/{bid.BidId}", bid);
    }

    private static async Task<Ok<Page<Bid>>> List(
        [FromQuery(Name = "state")] string? state, [AsParameters] PageRequest page, Session session, Caller caller)
    {
        var asked = state is null ? (BidState?)null : QueryValue.OneOf<BidState>("state", state);
        return TypedResults.Ok(Page.Of(await BidBook.List(session, caller.Only, asked, page.Before, page.Take), page, b => b.BidId.Value));
    }

    private static async Task<Ok<Bid>> Get(string bidId, Session session, Caller caller, HttpResponse response)
    {
        var bid = await BidBook.Seen(session, caller, new(bidId));
        ETags.Put(response, bid.Version);
        return TypedResults.Ok(bid);
    }

    private static async Task<Ok<Page<BidVersion>>> Versions(string bidId, Session session, Caller caller)
    {
        var bid = await BidBook.Seen(session, caller, new(bidId));
        return TypedResults.Ok(new Page<BidVersion>(await BidVersion.Of(session, bid.BidId), null));
    }

    private static async Task<Ok<Bid>> Change(
        string bidId, BidChange change, [FromHeader(Name = ETags.IfMatch)] string? ifMatch, Session session, Caller caller,
        MarketplaceOptions options, HttpResponse response)
    {
        caller.Require(Role.Buyer);
        var bid = await BidBook.Change(session, caller.OrganisationId, new BidId(bidId), options, ETags.Expected(ifMatch), change);
        ETags.Put(response, bid.Version);
        return TypedResults.Ok(bid);
    }

    private static async Task<Ok<Bid>> Cancel(
        string bidId, [FromHeader(Name = ETags.IfMatch)] string? ifMatch, Session session, Caller caller, MarketplaceOptions options,
        HttpResponse response)
    {
        caller.Require(Role.Buyer);
        var seen = ifMatch is null ? (long?)null : ETags.Expected(ifMatch);
        var bid = await BidBook.Cancel(session, caller.OrganisationId, new BidId(bidId), options, seen);
        ETags.Put(response, bid.Version);
        return TypedResults.Ok(bid);
    }
}
