using Marketplace.Billing;
using Marketplace.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Marketplace;

/// <summary>Buying over REST: quotes to rent now, and bids.</summary>
internal static class BidEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        var quotes = v1.MapGroup("/quotes").WithTags("Quotes");
        quotes.MapPost("", Ask).WithSummary("A price for renting now, held for a minute");
        quotes.MapPost("/{quoteId}/accept", Accept).WithSummary("Rent at the quoted price, from now on");
        var bids = v1.MapGroup("/bids").WithTags("Bids");
        bids.MapPost("", Place)
            .WithSummary("Place a bid: for the auction, or posted, to take the cheapest ask within its limit at once or when there is one");
        bids.MapGet("", List).WithSummary("Your bids, newest first");
        bids.MapGet("/{bidId}", Get).WithSummary("One bid");
        bids.MapGet("/{bidId}/versions", Versions).WithSummary("Every wording that a bid for the auction has had, oldest first");
        bids.MapDelete("/{bidId}", Cancel).WithSummary("Cancel an open bid and let go of what is held for it");
    }

    private static async Task<Created<Quote>> Ask(QuoteRequest request, Session session, Caller caller)
    {
        caller.Require(Role.Buyer);
        var quote = await QuoteBook.Ask(session, caller.OrganisationId, request);
        return TypedResults.Created($"/v1/quotes/{quote.QuoteId}", quote);
    }

    private static async Task<Created<Lease>> Accept(string quoteId, Session session, Caller caller, MarketplaceOptions options)
    {
        caller.Require(Role.Buyer);
        var lease = await QuoteBook.Accept(session, caller.OrganisationId, new QuoteId(quoteId), options.CommissionBasisPoints);
        return TypedResults.Created($"/v1/leases/{lease.LeaseId}", lease);
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
        var bid = await Seen(session, caller, bidId);
        ETags.Put(response, bid.Version);
        return TypedResults.Ok(bid);
    }

    private static async Task<Ok<Page<BidVersion>>> Versions(string bidId, Session session, Caller caller)
    {
        var bid = await Seen(session, caller, bidId);
        return TypedResults.Ok(new Page<BidVersion>(await BidVersion.Of(session, bid.BidId), null));
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

    private static async Task<Bid> Seen(Session session, Caller caller, string bidId) =>
        await BidBook.Find(session, new BidId(bidId)) is { } bid && (caller.SeesAll || bid.BuyerId == caller.OrganisationId)
            ? bid
            : throw Refusal.NotFound("such bid");
}
