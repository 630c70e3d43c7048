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
        bids.MapPost("", Place).WithSummary("Place a bid: it takes the cheapest offer within its limit at once, or rests");
        bids.MapGet("", List).WithSummary("Your bids, newest first");
        bids.MapGet("/{bidId}", Get).WithSummary("One bid");
        bids.MapDelete("/{bidId}", Cancel).WithSummary("Cancel a bid that rests");
    }

    private static async Task<Created<Bid>> Place(BidDraft draft, Session session, Caller caller, MarketplaceOptions options)
    {
        caller.Require(Role.Buyer);
        var bid = await BidBook.Place(session, caller.OrganisationId, draft, options.CommissionBasisPoints);
        return TypedResults.Created($"/v1/bids/{bid.BidId}", bid);
    }

    private static async Task<Ok<Page<Bid>>> List(
        [FromQuery(Name = "state")] string? state, [AsParameters] PageRequest page, Session session, Caller caller)
    {
        var asked = state is null ? (BidState?)null : QueryValue.OneOf<BidState>("state", state);
        return TypedResults.Ok(Page.Of(await BidBook.List(session, caller.Only, asked, page.Before, page.Take), page, b => b.BidId.Value));
    }

    private static async Task<Ok<Bid>> Get(string bidId, Session session, Caller caller)
    {
        var bid = await BidBook.Find(session, new BidId(bidId));
        return bid is not null && (caller.SeesAll || bid.BuyerId == caller.OrganisationId)
            ? TypedResults.Ok(bid)
            : throw Refusal.NotFound("such bid");
    }

    private static async Task<Ok<Bid>> Cancel(string bidId, Session session, Caller caller)
    {
        caller.Require(Role.Buyer);
        return TypedResults.Ok(await BidBook.Cancel(session, caller.OrganisationId, new BidId(bidId)));
    }
}
