using Marketplace.Billing;
using Marketplace.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Marketplace;

/// <summary>Tenders over REST, for their buyers and for the providers that may answer.</summary>
internal static class TenderEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        var tenders = v1.MapGroup("/tenders").WithTags("Tenders");
        tenders.MapPost("", Open).WithSummary("Ask providers for sealed offers (buyer)");
        tenders.MapGet("", List).WithSummary("A buyer's tenders; for a provider those that it may answer; newest first");
        tenders.MapGet("/{tenderId}", Get)
            .WithSummary("One tender: for its buyer, after closing, with the answers by price per unit-hour; for a provider with its own");
        tenders.MapPost("/{tenderId}/cancel", Cancel).WithSummary("Take a tender back, or decline all answers (buyer)");
        tenders.MapPost("/{tenderId}/award", Award).WithSummary("Make the lease at the price of one answer (buyer)");
        tenders.MapPost("/{tenderId}/offers", Answer)
            .WithSummary("Answer with one of your offers, sealed until closing; again with the same offer: in its place (provider)");
        tenders.MapDelete("/{tenderId}/offers/{sealedOfferId}", Withdraw)
            .WithSummary("Take an answer back before the tender closes (provider)");
    }

    private static async Task<Created<Tender>> Open(TenderDraft draft, Session session, Caller caller)
    {
        caller.Require(Role.Buyer);
        var tender = await TenderBook.Open(session, caller.OrganisationId, draft);
        return TypedResults.Created($"/v1/tenders/{tender.TenderId}", tender);
    }

    private static async Task<Ok<Page<Tender>>> List(
        [FromQuery(Name = "state")] string? state, [AsParameters] PageRequest page, Session session, Caller caller)
    {
        var asked = state is null ? (TenderState?)null : QueryValue.OneOf<TenderState>("state", state);
        return TypedResults.Ok(
            Page.Of(await TenderBook.List(session, caller, asked, page.Before, page.Take), page, t => t.TenderId.Value));
    }

    private static async Task<Ok<TenderView>> Get(string tenderId, Session session, Caller caller) =>
        TypedResults.Ok(await View(session, new TenderId(tenderId), caller));

    private static async Task<Ok<Tender>> Cancel(string tenderId, Session session, Caller caller)
    {
        caller.Require(Role.Buyer);
        return TypedResults.Ok(await TenderBook.Cancel(session, caller.OrganisationId, new TenderId(tenderId)));
    }

    private static async Task<Ok<Tender>> Award(
        string tenderId, TenderChoice choice, Session session, Caller caller, MarketplaceOptions options)
    {
        caller.Require(Role.Buyer);
        return TypedResults.Ok(await TenderAward.Award(
            session, caller, new TenderId(tenderId), choice.SealedOfferId, options.CommissionBasisPoints));
    }

    private static async Task<Ok<ComparedOffer>> Answer(string tenderId, SealedDraft draft, Session session, Caller caller)
    {
        caller.Require(Role.Provider);
        return TypedResults.Ok(await SealedBook.Make(session, caller, new TenderId(tenderId), draft));
    }

    private static async Task<Ok<SealedOffer>> Withdraw(string tenderId, string sealedOfferId, Session session, Caller caller)
    {
        caller.Require(Role.Provider);
        return TypedResults.Ok(
            await SealedBook.Withdraw(session, caller, new TenderId(tenderId), new SealedOfferId(sealedOfferId)));
    }

    /// <summary>A tender with the answers that somebody may see.</summary>
    internal static async Task<TenderView> View(Session session, TenderId tenderId, Caller viewer)
    {
        var shown = await TenderBook.Get(session, tenderId, viewer);
        return new(shown, await SealedBook.Compare(session, (await TenderBook.Find(session, tenderId))!, viewer));
    }
}
