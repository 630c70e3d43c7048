using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>What is seen of a pool: what is for sale, what was last bid, what it cost.</summary>
public sealed class PoolBookTests
{
    private static readonly AuctionPool H100 = new(MarketBooks.H100, "single_card", "cn-east", 70);

    [Theory]
    [InlineData("single_card", false, null, 7_000, "single_card", "cn-east", 70)]
    [InlineData("node", true, "CN", 7_999, "node interruptible", "cn-east/CN", 70)]
    [InlineData("multi_node", false, "cn", 10_000, "multi_node", "cn-east/CN", 100)]
    [InlineData("node", false, null, 999, "node", "cn-east", 0)]
    public void Pool_OfAnOffer_IsNamedByItsGoods(
        string gang, bool isInterruptible, string? residency, int derate, string tier, string region, int band)
    {
        var offer = new Offer
        {
            Name = "rack", Card = MarketBooks.H100, CardName = "H100", Cards = CardCount.Of(8), Region = "CN-East",
            AvailableFrom = default, AvailableUntil = default, Derate = new(derate), GangWord = gang,
            InterruptibleFlag = isInterruptible ? 1 : 0, Residency = residency,
        };

        Assert.Equal(new AuctionPool(MarketBooks.H100, tier, region, band), Pools.Of(offer));
        Assert.Equal(new AuctionPool("warp nine", tier, region, band), Pools.Of(offer with { Card = null, CardName = " Warp Nine" }));
    }

    [Theory]
    [EveryEngine]
    public async Task Pools_ShowWhatIsForSale_WhoSellsAndWhatLastCleared(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (north, south) = (await market.Provider(), await market.Provider("South Hill"));
        await market.Publish(north, market.Draft(ask: "12.00"));
        var lots = await market.Publish(south, market.Draft(ask: "10.00", cards: "7", region: "CN-East"));
        await market.Publish(south, market.Draft(ask: "11.00", cards: "2"));
        await market.Publish(north, market.Draft("H20 96GB", ask: "5.00"));
        await market.Publish(north, market.Draft(ask: "1.00", region: "us-west", currency: "USD"));
        await market.Do(session => session.Execute("UPDATE offer SET lot = 2000 WHERE offer_id = @OfferId", new { lots.OfferId }));
        await Clear(market, 1, "2026-01-01T01:00", Sold("2026-01-01T02:00", "2026-01-01T05:00", "9.00", 4));
        await Clear(
            market, 2, "2026-01-01T02:00", Sold("2026-01-01T03:00", "2026-01-01T05:00", "10.00", 3),
            Sold("2026-01-01T05:00", "2026-01-01T06:00", "13.00", 3), Indicative("2026-01-01T06:00", "2026-01-02T00:00", "10.00"));

        var pools = await market.Look(session => PoolBook.Open(session, Currency.Cny, Books.At("2026-01-03"), Books.At("2026-01-04")));

        Assert.Equal(2, pools.Count);
        var pool = Assert.Single(pools, p => p.Pool == H100);
        Assert.Equal((3, 2, 0, true), (pool.Offers, pool.Sellers, pool.Buyers, pool.Thin));
        Assert.Equal(("16", "10.00"), (pool.Free.ToString(), pool.LowestAsk!.Value.Amount));
        Assert.Equal("11.00", pool.Last!.Price.Amount);
    }

    /// <summary>One provider with forty of the largest offers must not hide the market from everybody.</summary>
    [Fact]
    public async Task Pools_WithMoreCardsThanACountSays_SayTheMostThatItDoes()
    {
        await using var market = await MarketBooks.Open(Engine.Sqlite);
        var provider = await market.Provider();
        for (var i = 0; i < 40; i++) await market.Publish(provider, market.Draft(cards: "65535", ask: $"{10 + (i / 2)}"));
        var (from, until) = (Books.At("2026-01-03"), Books.At("2026-01-04"));

        var pool = Assert.Single(await market.Look(s => PoolBook.Open(s, Currency.Cny, from, until)));
        var depth = await market.Look(s => PoolBook.Depth(s, pool.Pool, Currency.Cny, from, until));

        Assert.Equal(("2147483.647", 20), (pool.Free.ToString(), depth.Asks.Count));
        Assert.Equal(("131070", "131070", "2147483.647"),
            (depth.Asks[0].Cards.ToString(), depth.Asks[0].Total.ToString(), depth.Asks[^1].Total.ToString()));
    }

    [Theory]
    [EveryEngine]
    public async Task Depth_HasTheLadderOfTheWindow_AndTheBidsOfTheLastClearedAuctionAlone(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (north, south) = (await market.Provider(), await market.Provider("South Hill"));
        await market.Publish(north, market.Draft(ask: "12.00"));
        await market.Publish(south, market.Draft(ask: "10.00", cards: "4"));
        await market.Publish(north, market.Draft(ask: "10.00", cards: "2"));
        var sold = await market.Publish(south, market.Draft(ask: "8.00", cards: "2"));
        await market.Do(session => Calendar.Take(
            session, sold.OfferId, CardCount.Of(2), Books.At("2026-01-03T05:00"), Books.At("2026-01-03T06:00")));
        var before = await Depth(market);
        await Clear(market, 1, "2026-01-02T01:00", Bid("a", 4, 3, "30.00"), Bid("b", 2, 3, "30.00"), Bid("c", 1, 3, "45.00"));
        await Clear(market, 2, null, Bid("d", 9, 3, "99.00"));

        var depth = await Depth(market);

        Assert.Null(before.Demand);
        Assert.Equal(
            ["10.00 6 6 2", "12.00 8 14 1"],
            depth.Asks.Select(l => $"{l.Price.Amount} {l.Cards} {l.Total} {l.Orders}"));
        Assert.Equal(
            ["45.00 1 1 1", "30.00 6 7 2"],
            depth.Demand!.Levels.Select(l => $"{l.Price.Amount} {l.Cards} {l.Total} {l.Orders}"));
        var elsewhere = await market.Look(session => PoolBook.Depth(
            session, H100 with { Region = "cn-west" }, Currency.Cny, Books.At("2026-01-03"), Books.At("2026-01-04")));
        Assert.Empty(elsewhere.Asks);
        Assert.Empty(elsewhere.Demand!.Levels);
    }

    [Theory]
    [EveryEngine]
    public async Task Days_AreWeighedByWhatWasSold_AndTheHistoryIsPagedOnce(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        await Clear(
            market, 1, "2026-01-01T23:45", Sold("2026-01-02T00:00", "2026-01-02T02:00", "10.00", 1),
            Sold("2026-01-02T02:00", "2026-01-02T03:00", "14.00", 2), Indicative("2026-01-02T03:00", "2026-01-02T04:00", "2.00"));
        await Clear(market, 2, "2026-01-02T00:15", Sold("2026-01-02T01:00", "2026-01-02T02:00", "11.00", 5));
        var (from, until) = (Books.At("2026-01-01"), Books.At("2026-01-03"));

        var days = await market.Look(session => PoolBook.Days(session, H100, Currency.Cny, from, until));
        var seen = new List<string>();
        for (string? cursor = null; ;)
        {
            var page = await market.Look(session => PoolBook.History(session, H100, Currency.Cny, from, until, cursor, 2));
            seen.AddRange(page.Select(p => p.Price.Amount));
            if (page.Count < 2) break;
            cursor = PoolBook.Cursor(page[^1]);
        }

        Assert.Equal(
            ["2026-01-02 11.00 11.00 11.00 5 1", "2026-01-01 10.00 14.00 12.00 4 1"],
            days.Select(d => $"{d.Day} {d.Low.Amount} {d.High.Amount} {d.Mean.Amount} {d.CardHours} {d.Auctions}"));
        Assert.Equal(["11.00", "10.00", "14.00", "2.00"], seen);
    }

    private static Task<PoolDepth> Depth(MarketBooks market) => market.Look(session =>
        PoolBook.Depth(session, H100, Currency.Cny, Books.At("2026-01-03"), Books.At("2026-01-04")));

    private static PoolRun Sold(string from, string until, string price, long cards) => new()
    {
        FromAt = Books.At(from), UntilAt = Books.At(until), PriceNanos = MarketBooks.Price(price).Nanos, Cards = cards,
        State = SlotState.Traded,
    };

    private static PoolRun Indicative(string from, string until, string price) =>
        Sold(from, until, price, 0) with { State = SlotState.Indicative };

    /// <summary>A bid for whole cards on the third of January at so much per card-hour.</summary>
    private static AuctionUnit Bid(string id, int cards, int hours, string perCardHour) => new()
    {
        Id = id, Owner = "buyer", Limit = MarketBooks.Price(perCardHour), PlacedAt = Books.At("2026-01-01"),
        Options =
        [
            new(id, H100, cards, hours, 48, 96, new(1), new(MarketBooks.Price(perCardHour).Nanos * cards * hours, Currency.Cny)),
            new(id, H100 with { Card = "h20-96gb" }, cards, hours, 48, 96, new(1), new(1, Currency.Cny)),
        ],
    };

    private static Task Clear(MarketBooks market, int number, string clearedAt, params PoolRun[] runs) =>
        Write(market, number, clearedAt, [], runs);

    private static Task Clear(MarketBooks market, int number, string? clearedAt, params AuctionUnit[] units) =>
        Write(market, number, clearedAt, units, []);

    /// <summary>The journal of an auction as the auctioneer writes it; without an instant it waits for its result.</summary>
    private static Task Write(MarketBooks market, int number, string? clearedAt, AuctionUnit[] units, PoolRun[] runs) =>
        market.Do(async session =>
        {
            var offer = new AuctionOffer
            {
                Id = "o", Owner = "p", Pool = H100, Ask = MarketBooks.Price("1.00"), Free = [new(0, 336, 100)],
            };
            var snapshot = AuctionSnapshot.Of(
                number, Books.At("2026-01-01"), AuctionSnapshot.TwoWeeks, Currency.Cny, new(), [offer], units);
            var auction = session.NewId<AuctionId>();
            await session.Execute(
                """
                INSERT INTO auction (auction_id, number, currency, gate, slots, state, offers, bids, snapshot, snapshot_hash, gated_at,
                  cleared_at)
                VALUES (@auction, @Number, 'CNY', @Gate, 336, @State, 1, @Bids, @Text, @Hash, @Now, @Cleared)
                """,
                new
                {
                    auction, Number = (long)number, snapshot.Gate, State = clearedAt is null ? "gated" : "cleared",
                    Bids = (long)units.Length, Text = SnapshotText.Write(snapshot), snapshot.Hash, session.Now,
                    Cleared = clearedAt is null ? (Instant?)null : Books.At(clearedAt),
                });
            foreach (var run in runs)
            {
                await session.Execute(
                    """
                    INSERT INTO pool_price (auction_id, card, tier, region, band, from_at, until_at, state, price_nanos, cards)
                    VALUES (@auction, @Card, @Tier, @Region, 70, @FromAt, @UntilAt, @State, @PriceNanos, @Cards)
                    """,
                    new
                    {
                        auction, H100.Card, H100.Tier, H100.Region, run.FromAt, run.UntilAt, State = WireJson.Word(run.State),
                        run.PriceNanos, run.Cards,
                    });
            }
        });
}
