using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>Bids for the auction in the book: placed, held for, changed, cancelled, expired.</summary>
public class AuctionBidTests
{
    private static readonly long PerCardHour = MarketBooks.Price("9").TimesStandardUnits(MarketBooks.H100Units).Nanos;

    [Theory, EveryEngine]
    public async Task Place_ForTheAuction_WaitsAndHoldsWhatItCanCost(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        await market.Publish(provider, market.Draft(ask: "0.01"));

        var bid = await market.Place(buyer, MarketBooks.Wanted(hours: null) with { Tiers = [GangTier.Node], Reference = "night" });
        await market.Settle();

        Assert.Equal((BidState.Open, BidExecution.Auction, 1), ((await market.Find(bid)).State, bid.Execution, bid.Version));
        Assert.Equal((8, 24, MarketBooks.H100), (bid.Terms!.Cards, bid.Terms.Hours, Assert.Single(bid.Terms.Models)));
        Assert.Equal([GangTier.Node], bid.Terms.Tiers);
        Assert.Equal(("night", bid.PlacedAt), (bid.Reference, bid.PriorityAt));
        Assert.Equal(Held(8 * 24), bid.Held);
        Assert.Equal(["bid.placed"], await Said(market, bid));
        Assert.Equal([(1L, bid.Limit)], (await market.Look(s => BidVersion.Of(s, bid.BidId))).Select(v => (v.Version, v.Limit)));
    }

    private static Money Held(long cardHours) => Held(PerCardHour, cardHours);

    /// <summary>With 6 % tax, rounded up to the fen.</summary>
    private static Money Held(long perCardHour, long cardHours) =>
        new((long)(((((Int128)perCardHour * cardHours * 106) + 999_999_999) / 1_000_000_000)), Currency.Cny);

    private static Task<IReadOnlyList<string>> Said(MarketBooks market, Bid bid) => market.Look(session => session.Query<string>(
        "SELECT kind FROM live_event WHERE subject = @BidId ORDER BY event_id", new { bid.BidId }));
}
