using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using NodaTime;

namespace Marketplace;

/// <summary>Offers over REST: the ranking for buyers, and for providers their own.</summary>
internal static class OfferEndpoints
{
    /// <summary>How long offers of a cloud's price list, which says no window, are for sale when the request does not say.</summary>
    private static readonly Duration ImportWindow = Duration.FromDays(90);

    public static void Map(RouteGroupBuilder v1)
    {
        var offers = v1.MapGroup("/offers").WithTags("Offers");
        offers.MapPost("", Publish).WithSummary("Publish an offer");
        offers.MapGet("", Rank).WithSummary("The market, ranked by price per SCU-hour, with what the filter left out and why");
        offers.MapGet("/mine", Mine).WithSummary("A provider's own offers, newest first");
        offers.MapGet("/{offerId}", Get).WithSummary("One offer with the cards that are free now");
        offers.MapPatch("/{offerId}", Change)
            .WithSummary("Change the ask, the number of cards or the end; leases that exist keep their price");
        offers.MapDelete("/{offerId}", Withdraw).WithSummary("Take an offer off the market; leases that exist go on");
        offers.MapPost("/import", Import).WithSummary("Publish many offers from CSV or JSON lines, with an outcome for every row")
            .Accepts<string>("text/csv", "application/x-ndjson");
    }

    private static async Task<Created<Offer>> Publish(OfferDraft draft, Session session, Caller caller, HttpResponse response)
    {
        caller.Require(Role.Provider);
        var offer = await OfferBook.Publish(session, caller.OrganisationId, draft);
        ETags.Put(response, offer.Version);
        return TypedResults.Created($"/v1/offers/{offer.OfferId}", offer);
    }

    private static async Task<Ok<OfferPage>> Rank(
        [AsParameters] OfferQuery query, [AsParameters] EnergyQuery energy, [AsParameters] PageRequest page, Session session,
        Caller caller)
    {
        var account = await BillingAccount.Find(session, caller.OrganisationId);
        var filter = query.Filter(session.Now, account?.Currency ?? Currency.Cny);
        var terms = energy.Terms(filter.Currency);
        var ranking = await OfferRanking.Of(session, filter, caller.OrganisationId);

        // The ranking changes while it is paged through; the cursor is the last offer seen, and what was ranked before it is not shown
        // again.
        var after = page.Before;
        var rest = after is null ? ranking.Offers : [.. ranking.Offers.SkipWhile(o => o.Offer.OfferId.Value != after).Skip(1)];
        var part = Page.Of([.. rest.Take(page.Take)], page, o => o.Offer.OfferId.Value);
        var bands = await FairBandBook.In(session, filter.Currency);
        var shown = part.Items.Select(o => o with
        {
            Band = bands.Of(o.Offer),
            Energy = terms is null ? null : WithEnergy.Of(o.Offer.Registered, o.Offer.Ask, o.Units, terms),
        });
        return TypedResults.Ok(
            new OfferPage([.. shown], part.NextCursor, ranking.Filter, ranking.Considered, ranking.Offers.Count, ranking.Excluded));
    }

    private static async Task<Ok<Page<Offer>>> Mine([AsParameters] PageRequest page, Session session, Caller caller)
    {
        caller.Require(Role.Provider);
        return TypedResults.Ok(
            Page.Of(await OfferBook.Of(session, caller.OrganisationId, page.Before, page.Take), page, o => o.OfferId.Value));
    }

    private static async Task<Ok<Offer>> Get(string offerId, Session session, HttpResponse response)
    {
        var offer = await OfferBook.Find(session, new OfferId(offerId)) ?? throw Refusal.NotFound("such offer");
        ETags.Put(response, offer.Version);
        return TypedResults.Ok(offer);
    }

    private static async Task<Ok<Offer>> Change(
        string offerId, OfferChange change, [FromHeader(Name = ETags.IfMatch)] string? ifMatch, Session session, Caller caller,
        HttpResponse response)
    {
        caller.Require(Role.Provider);
        var offer = await OfferBook.Change(session, caller.OrganisationId, new OfferId(offerId), ETags.Expected(ifMatch), change);
        ETags.Put(response, offer.Version);
        return TypedResults.Ok(offer);
    }

    private static async Task<Ok<Offer>> Withdraw(
        string offerId, [FromHeader(Name = ETags.IfMatch)] string? ifMatch, Session session, Caller caller, HttpResponse response)
    {
        caller.Require(Role.Provider);
        var offer = await OfferBook.Withdraw(session, caller.OrganisationId, new OfferId(offerId), ETags.Expected(ifMatch));
        ETags.Put(response, offer.Version);
        return TypedResults.Ok(offer);
    }

    private static async Task<Ok<ImportResult>> Import(
        HttpRequest request, Session session, Caller caller, [FromQuery(Name = "from")] string? from,
        [FromQuery(Name = "until")] string? until)
    {
        caller.Require(Role.Provider);
        var start = QueryValue.Instant(from, "from") ?? session.Now;
        var end = QueryValue.Instant(until, "until") ?? start + ImportWindow;
        if (start >= end) throw Refusal.Invalid("until", "is after from");
        using var text = new StreamReader(request.Body);
        var outcomes = request.ContentType?.Split(';')[0].Trim() switch
        {
            "text/csv" => await OfferImport.Csv(session, caller.OrganisationId, text, new Interval(start, end)),
            "application/x-ndjson" or "application/jsonl" => await OfferImport.JsonLines(session, caller.OrganisationId, text),
            _ => throw Refusal.Invalid("Content-Type", "is text/csv or application/x-ndjson"),
        };
        return TypedResults.Ok(ImportResult.Of(outcomes));
    }
}

/// <summary>
/// A part of a ranking, with the filter as it was understood and what it left out, counted by the first test that failed.
/// </summary>
public sealed record OfferPage(
    IReadOnlyList<RankedOffer> Items, string? NextCursor, OfferFilter Filter, int Considered, int Fit,
    IReadOnlyDictionary<string, int> Excluded);

/// <summary>What became of an import: counts, and every row.</summary>
public sealed record ImportResult(int Created, int Unrated, int Refused, IReadOnlyList<ImportOutcome> Rows)
{
    internal static ImportResult Of(IReadOnlyList<ImportOutcome> rows) => new(
        rows.Count(r => r.Status == ImportStatus.Created), rows.Count(r => r.Status == ImportStatus.Unrated),
        rows.Count(r => r.Status == ImportStatus.Refused), rows);
}
