using Marketplace.Billing;
using NodaTime;

namespace Marketplace;

public sealed class RentPriceTests
{
    private static readonly Instant Start = Books.At("2026-01-01");

    /// <summary>Hours from, until and price; the newest auction first.</summary>
    public static TheoryData<string, int, string> Windows => new()
    {
        { "", 4, "none" },
        { "4-8 20", 4, "none" },
        { "0-4 20", 4, "20" },
        { "0-4 5", 4, "10" },
        { "0-1 20", 4, "12.5" },
        { "0-1 20, 0-4 30", 4, "27.5" },
        { "0-4 30, 0-1 20", 4, "30" },
        { "1-2 20, 0-4 5", 4, "12.5" },
        { "1-2 20, 2-3 5, 0-3 16", 4, "14" },
        { "0-1 11", 3, "10.333333334" },
        { "0-1 10.000000001", 3, "10.000000001" },
        { "2-99 20", 4, "15" },
    };

    [Theory]
    [MemberData(nameof(Windows))]
    public void Mean_OfWhatHoursClearedAt_TakesTheNewestOfEachAndTheHigherOfItAndWhatIsPosted(string runs, int hours, string expected)
    {
        var posted = MarketBooks.Price("10");
        var traded = runs.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(run => run.Split('-', ' '))
            .Select(r => (From: At(r[0]), Until: At(r[1]), MarketBooks.Price(r[2]).Nanos))
            .Where(r => r.From < At($"{hours}")).ToList();

        var mean = RentPrice.Mean(posted, Start, At($"{hours}"), traded);

        Assert.Equal(expected == "none" ? null : MarketBooks.Price(expected), mean);
    }

    [Theory, EveryEngine]
    public async Task Quote_OfAnOfferThatFollowsAuctions_IsNeverBelowWhatItsPoolLastClearedAt(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        var follows = await market.Publish(provider, market.Draft(ask: "10"));
        var apart = await market.Publish(provider, market.Draft(ask: "13") with { FollowsCleared = false });
        var spot = await market.Publish(provider, market.Draft(ask: "10") with { Interruptible = true });
        await Clear(market, "a1", follows, "2026-01-01", "2026-01-02", "traded", "30");
        await Clear(market, "a2", follows, "2026-01-01", "2026-01-02", "traded", "12");
        await Clear(market, "a3", follows, "2026-01-01", "2026-01-02", "indicative", "40");

        var quote = await market.Quote(buyer, MarketBooks.Wish());
        var unlike = await market.Quote(buyer, MarketBooks.Wish(offer: spot.OfferId));
        var half = await market.Quote(buyer, MarketBooks.Wish(until: "2026-01-03"));

        Assert.Equal((follows.OfferId, "12.00", PriceBinding.Cleared), (quote.OfferId, quote.Price.Amount, quote.Binding));
        Assert.Equal(("10.00", "12.00"), (quote.Ask.Amount, quote.Cleared?.Amount));
        Assert.Equal(("10.00", PriceBinding.Ask), (unlike.Price.Amount, unlike.Binding));
        Assert.Equal(("11.00", "11.00"), (half.Price.Amount, half.Cleared?.Amount));

        // The pool clears higher: what was quoted moves against the buyer, and an offer with a higher ask is now the cheaper one.
        await Clear(market, "a4", follows, "2026-01-01", "2026-01-02", "traded", "14");
        var refusal = await market.Refused(session => QuoteBook.Accept(session, buyer, quote.QuoteId, MarketBooks.Commission));
        Assert.Equal(new Moved("cleared", "12.00 CNY", "14.00 CNY"), refusal.Moved);
        Assert.Equal(apart.OfferId, (await market.Quote(buyer, MarketBooks.Wish())).OfferId);
        var work = await market.Quote(buyer, MarketBooks.Wish() with { Workload = "llm-decode-batch" });
        Assert.Equal(apart.OfferId, work.OfferId);
    }

    [Theory, EveryEngine]
    public async Task PostedBid_NeverUndercutsWhatItsHoursClearedAt(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        var follows = await market.Publish(provider, market.Draft(ask: "10"));
        await market.Publish(provider, market.Draft(ask: "13") with { FollowsCleared = false });
        await Clear(market, "a1", follows, "2026-01-02", "2026-01-03", "traded", "12");

        var low = await market.Place(buyer, MarketBooks.Bid(perUnit: null, perCard: "11.99", from: "2026-01-02", until: "2026-01-03"));
        var high = await market.Place(buyer, MarketBooks.Bid(perUnit: null, perCard: "15", from: "2026-01-02", until: "2026-01-03"));
        var later = await market.Place(buyer, MarketBooks.Bid(perUnit: null, perCard: "10", from: "2026-01-03", until: "2026-01-04"));

        Assert.Equal(BidState.Open, low.State);
        Assert.Equal("12.00", (await market.Find(high.LeaseId)).Price.Amount);
        Assert.Equal("10.00", (await market.Find(later.LeaseId)).Price.Amount);
    }

    private static Task Clear(MarketBooks market, string id, Offer offer, string from, string until, string state, string price) =>
        market.Do(async session =>
        {
            var pool = Pools.Of(offer);
            await session.Execute(
                """
                INSERT INTO auction (auction_id, number, currency, gate, slots, state, offers, bids, snapshot, snapshot_hash, gated_at)
                VALUES (@id, @Number, 'CNY', @From, 24, 'cleared', 1, 1, '', '', @From)
                """,
                new { id, Number = (long)id[1], From = Books.At(from) });
            await session.Execute(
                """
                INSERT INTO pool_price (auction_id, card, tier, region, band, from_at, until_at, state, price_nanos)
                VALUES (@id, @Card, @Tier, @Region, @Band, @From, @Until, @state, @Nanos)
                """,
                new
                {
                    id, pool.Card, pool.Tier, pool.Region, Band = (long)pool.BandPercent, From = Books.At(from), Until = Books.At(until),
                    state, MarketBooks.Price(price).Nanos,
                });
        });

    private static Instant At(string hour) => Start + Duration.FromHours(int.Parse(hour));
}
