using Marketplace.Billing;
using Marketplace.Contracts;

namespace Marketplace;

/// <summary>Which day to publish.</summary>
/// <param name="Day">A UTC day that is over, such as 2026-01-31.</param>
public sealed record IndexRun(string Day);

/// <summary>What a run published: the values that are new; none when nothing had changed.</summary>
public sealed record IndexRunResult(string Day, IReadOnlyList<IndexValue> Published);

/// <summary>The price index over REST, for everybody with a key.</summary>
internal static class IndexEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        var index = v1.MapGroup("/index").WithTags("Index");
        index.MapGet("", List).WithSummary("What a unit-hour cost by board, tier, region, currency and day; the latest day first");
        index.MapGet("/{indexId}", Get).WithSummary("One published value");
        index.MapGet("/{indexId}/trades", Trades).WithSummary("The trades behind a value, cheapest first, without names");
        v1.MapPost("/index-runs", Run).WithTags("Index")
            .WithSummary("Publish a day now, or what has changed of it since, as a new vintage (operator)");
    }

    private static async Task<Page<IndexValue>> List(
        [AsParameters] IndexQuery query, [AsParameters] PageRequest page, Session session, Caller caller) =>
        Page.Of(await IndexBook.List(session, query.Filter(), page.Before, page.Take), page, IndexBook.Cursor);

    private static async Task<IndexValue> Get(string indexId, Session session, Caller caller) =>
        await IndexBook.Find(session, new IndexId(indexId)) ?? throw Refusal.NotFound("such index value");

    private static async Task<Page<MaskedTrade>> Trades(string indexId, [AsParameters] PageRequest page, Session session, Caller caller)
    {
        var value = await IndexBook.Find(session, new IndexId(indexId)) ?? throw Refusal.NotFound("such index value");
        var rows = await MaskedTrade.Behind(session, value, caller.SeesAll);

        // The place in the list, and not a name, so that the cursor tells nothing either.
        var after = 0;
        if (page.Before is { } seen && !int.TryParse(seen, out after)) throw Refusal.Invalid("cursor", "is not one of this list");
        return Page.Of([.. rows.Where(r => r.Number > after).Take(page.Take)], page, r => $"{r.Number}");
    }

    private static async Task<IndexRunResult> Run(IndexRun request, Session session, Caller caller, MarketplaceOptions options)
    {
        caller.Require(Role.Operator);
        var day = IndexQuery.Day(request.Day, "day");
        return new(request.Day, await IndexBook.PublishAgain(session, day, options.IndexFinalDays));
    }
}
