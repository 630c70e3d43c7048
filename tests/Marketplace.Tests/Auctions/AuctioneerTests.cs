using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>The schedule, kept by any number of hosts; and who comes between a gate and its commit.</summary>
public sealed class AuctioneerTests
{
    [Theory, EveryEngine]
    public async Task SeveralAuctioneers_HoldEachAuctionOnce(Engine engine)
    {
        await using var market = await AuctionMarket.Open(engine);
        await market.Offer("A", 40, "10", hours: 300);
        var hosts = Enumerable.Range(0, 3).Select(_ => market.Market.Books.AnotherHost()).ToList();
        var desks = hosts.Select(host => market.Desk(host, minutes: 15)).ToList();

        for (var round = 0; round < 6; round++)
        {
            await market.Bid($"bid {round}", 2, 3, 10 * round, (10 * round) + 10, "12");
            market.Market.Clock.Now += Duration.FromMinutes(15);
            await Task.WhenAll(desks.Select(desk => Task.Run(() => desk.Tend(takeOver: true))));
        }

        foreach (var host in hosts) await host.DisposeAsync();
        var auctions = await market.Market.Look(s => AuctionBook.List(s, Currency.Cny, null, 100));
        Assert.Equal([6L, 5, 4, 3, 2, 1], auctions.Select(a => a.Number));
        Assert.All(auctions, a => Assert.Equal((AuctionState.Cleared, 1L), (a.State, a.Awards)));
        Assert.Equal(6, auctions.Select(a => a.DueAt).Distinct().Count());
        Assert.Equal(6, (await market.Sold()).Count);
    }

    [Theory, EveryEngine]
    public async Task Schedule_HoldsOnlyTheLastAuctionThatWasMissed_AndNoneForBidsThatCameAfterIt(Engine engine)
    {
        await using var market = await AuctionMarket.Open(engine);
        await market.Offer("A", 4, "10", hours: 100);
        var desk = market.Desk(minutes: 15);
        await desk.Tend();
        await market.Bid("early", 1, 2, 20, 30, "12");
        await desk.Tend();
        Assert.Empty(await market.Sold());

        market.Market.Clock.Now += Duration.FromMinutes(100);
        await market.Bid("late", 1, 2, 20, 30, "9");
        await desk.Tend();
        await desk.Tend();

        var auction = Assert.Single(await market.Market.Look(s => AuctionBook.List(s, null, null, 100)));
        Assert.Equal((Books.At("2026-01-01T02:00"), Books.At("2026-01-01T03:00")), (auction.DueAt!.Value, auction.Gate));
    }

    [Theory, EveryEngine]
    public async Task NothingToClear_LeavesNoAuctionAndNoGate(Engine engine)
    {
        await using var market = await AuctionMarket.Open(engine);
        await market.Offer("A", 4, "10");

        Assert.Null(await market.Desk().Run(Currency.Cny));

        Assert.Equal(0, await market.Market.Look(s => s.Scalar<long>("SELECT number FROM auction_number")));
        Assert.Equal(0, await market.Market.Look(s => s.Scalar<long>("SELECT COUNT(*) FROM offer WHERE gated_by IS NOT NULL")));
    }

    /// <summary>
    /// Between gate and commit a posted bid for the same cards rests, one for hours before the gate is served, and when the gate opens the
    /// one that waited gets what the auction left.
    /// </summary>
    [Theory, EveryEngine]
    public async Task PostedBids_BetweenGateAndCommit_TakeNothingOfTheAuction_AndAreTriedAfterIt(Engine engine)
    {
        await using var market = await AuctionMarket.Open(engine);
        var books = market.Market;
        await books.Publish(await market.Party("seller", Role.Provider), books.Draft(MarketBooks.H100, "4", "10"));
        await market.Wish(
            "auction", 0, 4, "12", new BidTerms { Models = [MarketBooks.H100], Cards = 3, Hours = 4 }, LimitBasis.CardHour);
        var buyer = await market.Party("posted", Role.Buyer);
        var shut = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var goOn = new ManualResetEventSlim();
        var run = Task.Run(() => market.Desk(after: at =>
        {
            if (at != AuctionStep.Cleared) return;
            shut.SetResult();
            goOn.Wait();
        }).Run(Currency.Cny));
        await shut.Task;
        var tooMany = await Place("4", "2026-01-01T01:00", "2026-01-01T05:00");
        var left = await Place("1", "2026-01-01T01:00", "2026-01-01T05:00");
        var before = await Place("1", "2026-01-01T00:30", "2026-01-01T01:00");
        goOn.Set();
        await run;

        Assert.Equal((BidState.Open, BidState.Open, BidState.Matched), (tooMany.State, left.State, before.State));
        await books.Settle();
        Assert.Equal((BidState.Open, BidState.Matched), ((await books.Find(tooMany)).State, (await books.Find(left)).State));
        Assert.Equal([CardCount.Of(1), CardCount.Of(1), CardCount.Of(3)], (await books.Leases()).Select(l => l.Cards).Order());

        Task<Bid> Place(string cards, string from, string until) =>
            books.Place(buyer, MarketBooks.Bid(cards: cards, perCard: "12", from: from, until: until));
    }

    [Theory, EveryEngine]
    public async Task Crowd_OfPostedBidsWhileAuctionsRun_NothingIsSoldTwice(Engine engine)
    {
        await using var market = await AuctionMarket.Open(engine);
        var books = market.Market;
        var provider = await market.Party("seller", Role.Provider);
        var offers = new List<Offer>();
        for (var i = 0; i < 3; i++) offers.Add(await books.Publish(provider, books.Draft(MarketBooks.H100, "6", $"{10 + i}")));
        var buyers = new List<OrganisationId>();
        for (var i = 0; i < 4; i++) buyers.Add(await market.Party($"buyer {i}", Role.Buyer));
        using var stop = new CancellationTokenSource();
        var random = new Random(7);
        var posted = buyers.Select((buyer, i) => Task.Run(async () =>
        {
            var placed = 0;
            for (var hour = 1; hour == 1 || (!stop.IsCancellationRequested && hour < 40); hour++, placed++)
            {
                await books.Place(buyer, MarketBooks.Bid(
                    cards: $"{1 + (i % 3)}", perCard: "13", from: $"2026-01-0{1 + (hour / 20)}T{hour % 20:00}:00", until: "2026-01-03"));
            }

            return placed;
        })).ToList();
        for (var round = 0; round < 6; round++)
        {
            for (var i = 0; i < 8; i++)
            {
                var from = random.Next(60);
                await market.Wish($"{round}/{i}", from, from + 12, "14", new BidTerms
                {
                    Models = [MarketBooks.H100], Cards = 1 + random.Next(4), Hours = 1 + random.Next(8),
                }, LimitBasis.CardHour);
            }

            await market.Run();
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(posted), placed => Assert.InRange(placed, 1, 40));
        await books.Settle();
        var leases = await books.Leases();
        Assert.Contains(leases, l => l.AwardId is not null);
        Assert.Contains(leases, l => l.AwardId is null);
        foreach (var offer in offers)
        {
            foreach (var at in leases.Where(l => l.OfferId == offer.OfferId).Select(l => l.FromAt))
            {
                var held = leases.Where(l => l.OfferId == offer.OfferId && l.FromAt <= at && l.UntilAt > at).Sum(l => l.Cards.Millis);
                Assert.InRange(held, 0, 6_000);
                var free = await books.Look(s => s.Scalar<long>(
                    "SELECT free FROM calendar WHERE offer_id = @OfferId AND at <= @at ORDER BY at DESC LIMIT 1",
                    new { offer.OfferId, at }));
                Assert.Equal(6_000 - held, free);
            }
        }
    }
}
