using Marketplace.Billing;

namespace Marketplace;

/// <summary>Quotes that stand for bids: what of the funds is free for them, and that a need is served once.</summary>
public sealed class QuoteForBidTests
{
    /// <summary>The funds that a group holds are held for any of its bids, not for the dearest alone.</summary>
    [Theory, EveryEngine]
    public async Task Ask_ForAnyBidOfAGroup_MaySpendWhatTheGroupHolds(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer(credit: "700"));
        await market.Publish(provider, market.Draft(ask: "10"));
        var small = await market.Place(buyer, MarketBooks.Wanted(cards: "4", group: "g"));
        await market.Place(buyer, MarketBooks.Wanted(cards: "6", group: "g"));

        var refused = await market.Refused(s => QuoteBook.Ask(s, buyer, MarketBooks.Wish()));
        var quote = await market.Quote(buyer, MarketBooks.Wish() with { BidId = small.BidId });
        await market.Accept(buyer, quote);

        Assert.Equal(RefusalCode.Conflict, refused.Code);
        var held = (await market.Look(async s => await Funds.Of(s, await BillingAccount.Get(s, buyer)))).Held;
        Assert.Equal("254.40", held.Amount); // 24 hours at 10.00 and 6 % tax: the group holds nothing more
    }

    [Theory, EveryEngine]
    public async Task Accept_ASecondQuoteForTheSameNeed_IsRefused(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        await market.Publish(provider, market.Draft(ask: "10"));
        var one = await market.Place(buyer, MarketBooks.Wanted(group: "g"));
        var two = await market.Place(buyer, MarketBooks.Wanted(group: "g"));
        var first = await market.Quote(buyer, MarketBooks.Wish() with { BidId = one.BidId });
        var again = await market.Quote(buyer, MarketBooks.Wish() with { BidId = one.BidId });
        var sister = await market.Quote(buyer, MarketBooks.Wish() with { BidId = two.BidId });
        await market.Accept(buyer, first);

        foreach (var late in new[] { again, sister })
        {
            var refusal = await market.Refused(s => QuoteBook.Accept(s, buyer, late.QuoteId, MarketBooks.Commission));
            Assert.Contains(first.QuoteId.Value, refusal.Message, StringComparison.Ordinal);
            await market.Decline(buyer, late);
        }

        Assert.Single(await market.Leases());
    }

    /// <summary>What cannot stand on a bill is refused before it is quoted or answered, whatever the price comes from.</summary>
    [Theory]
    [InlineData("1000000", null, null)]
    [InlineData("1000000", null, "llm-pretrain-bf16")]
    [InlineData("1", "1000000", null)]
    [InlineData("1", "1000000", "llm-pretrain-bf16")]
    public async Task Ask_ForMoreThanABillCanSay_IsRefused(string ask, string? now, string? workload)
    {
        await using var market = await MarketBooks.Open(Engine.Sqlite);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        await market.Publish(provider, market.Draft(cards: "60000", ask: ask) with
        {
            RentNowAsk = now is null ? null : MarketBooks.Price(now),
        });
        var wish = MarketBooks.Wish(cards: "60000", until: "2026-01-20") with { Workload = workload };

        Assert.Equal(RefusalCode.Conflict, (await market.Refused(s => QuoteBook.Ask(s, buyer, wish))).Code);
        var posted = await market.Place(
            buyer, MarketBooks.Bid(cards: "60000", perCard: "1000000", from: "2026-01-01T00:00", until: "2026-01-20"));
        Assert.Equal(BidState.Open, posted.State);
    }
}
