using Marketplace.Billing;
using Marketplace.Pricing;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Marketplace;

/// <summary>A card with where each figure comes from, and what it is worth for each workload that ships with the product.</summary>
public sealed record RatedCard(Card Card, IReadOnlyList<ExplainedFigure> Figures, IReadOnlyList<EffectiveUnits> Effective)
{
    internal static async Task<RatedCard> Of(Session session, Card card) => new(
        card, ExplainedFigure.Of(await CardBook.Versions(session, card.Id)), [.. Workload.All.Select(w => EffectiveUnits.Of(card, w))]);
}

/// <summary>The card registry: open to everybody who looks, and changed by the operator alone.</summary>
internal static class CardEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        var cards = v1.MapGroup("/cards").WithTags("Cards");
        cards.MapGet("/", List).AllowAnonymous().WithSummary("List the cards that are known, with their standard units");
        cards.MapPost("/", Register).WithSummary("Register a card; it is unrated until it has a 16-bit rate and a bandwidth");
        cards.MapGet("/{id}", Get).AllowAnonymous()
            .WithSummary("Read a card: rates, evidence, SCU and SCU-H with their terms, effective SCU per workload");
        cards.MapPatch("/{id}", Change)
            .WithSummary("Change a card's figures: a new version, by which open offers are rated anew; leases keep theirs");
        cards.MapGet("/{id}/versions", Versions).AllowAnonymous().WithSummary("Every version of a card's figures, newest first");
        cards.MapPost("/{id}/slices", Cut).WithSummary("Sell parts of a card (a fraction, a MIG profile) as a card of their own");
        cards.MapGet("/{id}/workloads/{workload}", Explain).AllowAnonymous()
            .WithSummary("Why a card, or a group of them, is worth what it is for a workload: seconds per term, precision, what binds");
    }

    private static async Task<Page<Card>> List(
        [AsParameters] PageRequest page, Session session, string? board = null, string? vendor = null)
    {
        var after = page.After;
        var only = board is null ? (Board?)null : QueryValue.OneOf<Board>("board", board);
        var rows = (await CardBook.Registry(session)).Cards
            .Where(c => only is null || c.Board == only)
            .Where(c => vendor is null || c.Vendor.Equals(vendor, StringComparison.OrdinalIgnoreCase))
            .OrderBy(c => c.Id, StringComparer.Ordinal)
            .Where(c => string.CompareOrdinal(c.Id, after) > 0);
        return Page.Of([.. rows.Take(page.Take)], page, c => c.Id);
    }

    private static async Task<RatedCard> Get(string id, Session session, HttpResponse response)
    {
        var card = await CardBook.Get(session, id);
        ETags.Put(response, card.Version);
        return await RatedCard.Of(session, card);
    }

    private static async Task<Created<RatedCard>> Register(CardDraft draft, Session session, Caller caller, HttpResponse response)
    {
        caller.Require(Role.Operator);
        var card = await CardBook.Register(session, caller.OrganisationId, draft);
        ETags.Put(response, card.Version);
        return TypedResults.Created($"/v1/cards/{card.Id}", await RatedCard.Of(session, card));
    }

    private static async Task<Ok<RatedCard>> Change(
        string id, CardChange change, [FromHeader(Name = ETags.IfMatch)] string? ifMatch, Session session, Caller caller,
        HttpResponse response)
    {
        caller.Require(Role.Operator);
        var card = await CardBook.Change(session, caller.OrganisationId, id, ETags.Expected(ifMatch), change);
        ETags.Put(response, card.Version);
        return TypedResults.Ok(await RatedCard.Of(session, card));
    }

    private static async Task<Page<CardVersion>> Versions(string id, Session session) =>
        new(await CardBook.Versions(session, id), null);

    private static async Task<Created<RatedCard>> Cut(string id, SliceDraft draft, Session session, Caller caller, HttpResponse response)
    {
        caller.Require(Role.Operator);
        var card = await CardBook.Cut(session, caller.OrganisationId, id, draft);
        ETags.Put(response, card.Version);
        return TypedResults.Created($"/v1/cards/{card.Id}", await RatedCard.Of(session, card));
    }

    private static async Task<CardExplanation> Explain(
        string id, string workload, [AsParameters] GroupQuery group, HttpContext context, Session session)
    {
        var card = await CardBook.Get(session, id);
        var profile = await WorkloadBook.Find(session, Caller.Of(context.User)?.OrganisationId, workload)
            ?? throw Refusal.NotFound("such workload; GET /v1/workloads lists them");
        return CardExplanation.Of(card, profile, group.Of(profile), group.OwnFloor);
    }
}
