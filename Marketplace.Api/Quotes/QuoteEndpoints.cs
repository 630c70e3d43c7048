using Marketplace.Billing;
using Marketplace.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Marketplace;

/// <summary>A quote whose signature is to be checked.</summary>
/// <param name="QuoteId">The quote.</param>
/// <param name="Signature">As it stood on it.</param>
public sealed record QuoteCheck(QuoteId QuoteId, string Signature);

/// <summary>What came of the check.</summary>
/// <param name="Genuine">The market signed exactly this quote.</param>
/// <param name="Quote">The quote as it stands in the books, which the signature was held against.</param>
public sealed record QuoteVerdict(bool Genuine, Quote Quote);

/// <summary>Renting now over REST.</summary>
internal static class QuoteEndpoints
{
    private const int LongestSignature = 200;

    public static void Map(RouteGroupBuilder v1)
    {
        var quotes = v1.MapGroup("/quotes").WithTags("Quotes");
        quotes.MapPost("", Ask).WithSummary("A signed price for renting now, which holds its cards for a minute");
        quotes.MapGet("", List).WithSummary("Your quotes, newest first");
        quotes.MapGet("/{quoteId}", Get).WithSummary("One quote, with everything that its price is made of");
        quotes.MapPost("/verify", Verify).WithSummary("Check that the market signed a quote");
        quotes.MapPost("/{quoteId}/accept", Accept).WithSummary("Rent at the quoted price, from now on");
        quotes.MapDelete("/{quoteId}", Decline).WithSummary("Let a quote go; its cards are for sale again");
    }

    private static async Task<Created<Quote>> Ask(QuoteRequest request, Session session, Caller caller)
    {
        caller.Require(Role.Buyer);
        var quote = await QuoteBook.Ask(session, caller.OrganisationId, request);
        return TypedResults.Created($"/v1/quotes/{quote.QuoteId}", quote);
    }

    private static async Task<Ok<Page<Quote>>> List(
        [FromQuery(Name = "state")] string? state, [AsParameters] PageRequest page, Session session, Caller caller)
    {
        var asked = state is null ? (QuoteState?)null : QueryValue.OneOf<QuoteState>("state", state);
        return TypedResults.Ok(
            Page.Of(await QuoteBook.List(session, caller.Only, asked, page.Before, page.Take), page, q => q.QuoteId.Value));
    }

    private static async Task<Ok<Quote>> Get(string quoteId, Session session, Caller caller) =>
        TypedResults.Ok(await Seen(session, caller, new QuoteId(quoteId)));

    private static async Task<Ok<QuoteVerdict>> Verify(QuoteCheck check, Session session, Caller caller)
    {
        var quote = await Seen(session, caller, check.QuoteId);
        var signature = TextField.Of(check.Signature, "signature", LongestSignature);
        return TypedResults.Ok(new QuoteVerdict(await QuoteKey.Vouches(session, quote, signature), quote));
    }

    private static async Task<Created<Lease>> Accept(string quoteId, Session session, Caller caller, MarketplaceOptions options)
    {
        caller.Require(Role.Buyer);
        var lease = await QuoteBook.Accept(session, caller.OrganisationId, new QuoteId(quoteId), options.CommissionBasisPoints);
        return TypedResults.Created($"/v1/leases/{lease.LeaseId}", lease);
    }

    private static async Task<Ok<Quote>> Decline(string quoteId, Session session, Caller caller)
    {
        caller.Require(Role.Buyer);
        return TypedResults.Ok(await QuoteBook.Decline(session, caller.OrganisationId, new QuoteId(quoteId)));
    }

    private static async Task<Quote> Seen(Session session, Caller caller, QuoteId quoteId) =>
        await QuoteBook.Find(session, caller.Only, quoteId) ?? throw Refusal.NotFound("such quote");
}
