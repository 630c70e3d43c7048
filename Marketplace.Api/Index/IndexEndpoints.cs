using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>A trade behind an index value, its parties by numbers that mean something within this one list only.</summary>
/// <param name="Number">1, 2, …: cheapest first.</param>
/// <param name="Seller">As in <c>S1</c>.</param>
/// <param name="Buyer">As in <c>B1</c>.</param>
/// <param name="Origin">How it came about.</param>
/// <param name="Card">The card's registry id.</param>
/// <param name="Region">In lower case.</param>
/// <param name="Price">Per unit-hour.</param>
/// <param name="Volume">Unit-hours.</param>
/// <param name="Counted">The part of the volume between the trims.</param>
/// <param name="LeaseId">For accountants and operators; null for everybody else.</param>
public sealed record MaskedTrade(
    int Number, string Seller, string Buyer, TradeOrigin Origin, string Card, string Region, UnitPrice Price, UnitHours Volume,
    UnitHours Counted, LeaseId? LeaseId);

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
        index.MapGet("", List).WithSummary("What a unit-hour cost by board, tier, region, currency and day; the last published first");
        index.MapGet("/{indexId}", Get).WithSummary("One published value");
        index.MapGet("/{indexId}/trades", Trades).WithSummary("The trades behind a value, cheapest first, without names");
        v1.MapPost("/index-runs", Run).WithTags("Index")
            .WithSummary("Publish a day now, or what has changed of it since, as a new vintage (operator)");
    }

    private static async Task<Page<IndexValue>> List(
        [AsParameters] IndexQuery query, [AsParameters] PageRequest page, Session session, Caller caller) =>
        Page.Of(await IndexBook.List(session, query.Filter(), page.Before, page.Take), page, v => v.IndexId.Value);

    private static async Task<IndexValue> Get(string indexId, Session session, Caller caller) =>
        await IndexBook.Find(session, new IndexId(indexId)) ?? throw Refusal.NotFound("such index value");

    private static async Task<Page<MaskedTrade>> Trades(string indexId, [AsParameters] PageRequest page, Session session, Caller caller)
    {
        var value = await IndexBook.Find(session, new IndexId(indexId)) ?? throw Refusal.NotFound("such index value");
        var trades = (await IndexBook.Trades(session, value.IndexId)).ToDictionary(t => t.LeaseId.Value, StringComparer.Ordinal);
        var (sellers, buyers) = (new Masks("S"), new Masks("B"));
        var rows = PriceIndex.Of(trades.Values.Select(t => t.Cleared)).Trades.Select((t, i) =>
        {
            var trade = trades[t.Trade.Key];
            return new MaskedTrade(
                i + 1, sellers.Of(trade.SellerId), buyers.Of(trade.BuyerId), trade.Origin, trade.Card, trade.Region, t.Trade.Price,
                t.Trade.Volume, t.Counted, caller.SeesAll ? trade.LeaseId : null);
        }).ToList();

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

    /// <summary>Numbers parties in the order in which they are first met.</summary>
    private sealed class Masks(string letter)
    {
        private readonly Dictionary<OrganisationId, string> _masks = [];

        public string Of(OrganisationId party) =>
            _masks.TryGetValue(party, out var mask) ? mask : _masks[party] = $"{letter}{_masks.Count + 1}";
    }
}
