using Marketplace.Billing;
using Marketplace.Pricing;
using Microsoft.AspNetCore.Mvc;
using NodaTime;

namespace Marketplace;

/// <summary>The pools that something is for sale in.</summary>
public sealed record PoolList(Instant From, Instant Until, IReadOnlyList<PoolSummary> Items);

/// <summary>What was sold of a pool, by day.</summary>
public sealed record PoolDays(AuctionPool Pool, Instant From, Instant Until, IReadOnlyList<PoolDay> Items);

/// <summary>The pools of the market over REST, for everybody with a key.</summary>
internal static class PoolEndpoints
{
    /// <summary>The window of depth and the past of prices that are shown when nothing is said.</summary>
    internal static readonly Duration ComingHour = Duration.FromHours(1), PastWeek = Duration.FromDays(7);

    public static void Map(RouteGroupBuilder v1)
    {
        var pools = v1.MapGroup("/pools").WithTags("Pools");
        pools.MapGet("", List).WithSummary("Pools of which something is for sale: offers, free cards, lowest ask, last cleared price");
        pools.MapGet("/depth", Depth)
            .WithSummary("How many cards of a pool are free at which ask, and what the last auction's bids were worth");
        pools.MapGet("/prices", Prices).WithSummary("What auctions said of a pool, the latest first; traded, or indicative");
        pools.MapGet("/days", Days).WithSummary("What was sold of a pool by day: lowest, highest and mean price");
    }

    private static async Task<PoolList> List(
        [FromQuery(Name = "currency")] string? currency, [FromQuery(Name = "from")] string? from, [FromQuery(Name = "until")] string? until,
        Session session, Caller caller)
    {
        var window = new PoolQuery(null, null, null, null, currency, from, until).Window(session.Now, ComingHour);
        var asked = PoolQuery.InCurrency(currency, await Own(session, caller));
        return new(window.From, window.Until, await PoolBook.Open(session, asked, window.From, window.Until));
    }

    private static async Task<PoolDepth> Depth([AsParameters] PoolQuery query, Session session, Caller caller)
    {
        var pool = query.Pool(await CardBook.Registry(session));
        var (from, until) = query.Window(session.Now, ComingHour);
        return await PoolBook.Depth(session, pool, query.In(await Own(session, caller)), from, until);
    }

    private static async Task<Page<PoolRun>> Prices(
        [AsParameters] PoolQuery query, [AsParameters] PageRequest page, Session session, Caller caller)
    {
        var pool = query.Pool(await CardBook.Registry(session));
        var (from, until) = query.Window(session.Now - PastWeek, PastWeek);
        var currency = query.In(await Own(session, caller));
        return Page.Of(await PoolBook.History(session, pool, currency, from, until, page.Before, page.Take), page, PoolBook.Cursor);
    }

    private static async Task<PoolDays> Days([AsParameters] PoolQuery query, Session session, Caller caller)
    {
        var pool = query.Pool(await CardBook.Registry(session));
        var (from, until) = query.Window(session.Now - PastWeek, PastWeek);
        return new(pool, from, until, await PoolBook.Days(session, pool, query.In(await Own(session, caller)), from, until));
    }

    private static async Task<Currency> Own(Session session, Caller caller) =>
        (await BillingAccount.Find(session, caller.OrganisationId))?.Currency ?? Currency.Cny;
}
