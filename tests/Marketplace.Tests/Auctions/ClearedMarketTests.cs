using Marketplace.Billing;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>What of a market comes into an auction, and what it becomes there.</summary>
public sealed class ClearedMarketTests
{
    [Theory, EveryEngine]
    public async Task DivisibleBid_IsFilledOverSeveralAuctions(Engine engine)
    {
        await using var market = await AuctionMarket.Open(engine);
        await market.Offer("A", 2, "10", hours: 10);
        var bid = await market.Wish(
            "d", 0, 2, "12", new BidTerms { Models = [AuctionMarket.X], Cards = 4, Hours = 2, MinPartCards = 1 },
            LimitBasis.CardHour, parts: 4);

        await market.Run();
        var half = await market.Find(bid);
        await market.Offer("B", 5, "11", hours: 10);
        await market.Run();
        var whole = await market.Find(bid);

        Assert.Equal((BidState.Open, 2L, null), (half.State, half.Filled, half.GatedBy));
        Assert.Equal((BidState.Matched, 4L), (whole.State, whole.Filled));
        Assert.Equal([2, 2], (await market.Sold()).GroupBy(s => s[3]).Select(g => g.Count()));
        var parts = await market.Market.Look(s => s.Query<long>("SELECT part FROM award ORDER BY part"));
        Assert.Equal([0L, 1, 2, 3], parts);
    }

    [Theory, EveryEngine]
    public async Task Group_AtMostOneIsServed_AndTheOthersAreCancelled(Engine engine)
    {
        await using var market = await AuctionMarket.Open(engine);
        await market.Offer("A", 8, "10", hours: 10);
        var terms = new BidTerms { Models = [AuctionMarket.X], Cards = 2, Hours = 2 };
        var small = await market.Wish("small", 0, 4, "11", terms, LimitBasis.CardHour, group: "g", buyer: "one");
        var large = await market.Wish("large", 0, 4, "20", terms, LimitBasis.CardHour, group: "g", buyer: "one");
        var namesake = await market.Wish("other", 0, 4, "11", terms, LimitBasis.CardHour, group: "g", buyer: "two");

        await market.Run();

        Assert.Equal(
            [BidState.Cancelled, BidState.Matched, BidState.Matched],
            new[] { await market.Find(small), await market.Find(large), await market.Find(namesake) }.Select(b => b.State));
        Assert.Null(await market.Market.Look(s => Funds.HeldFor(s, small.Value)));
        Assert.Equal(["bid.cancelled"], await market.Market.Look(s => s.Query<string>(
            "SELECT kind FROM live_event WHERE subject = @small", new { small })));
        Assert.Equal(0, await market.Market.Look(s => s.Scalar<long>("SELECT COUNT(*) FROM auction_loss")));
    }

    /// <summary>A group is served once, also by a bid that joins it later.</summary>
    [Theory, EveryEngine]
    public async Task Group_ThatWasServed_TakesNoMoreBids(Engine engine)
    {
        await using var market = await AuctionMarket.Open(engine);
        await market.Market.Publish(await market.Party("seller", Role.Provider), market.Market.Draft());
        var (buyer, other) = (await market.Party("one", Role.Buyer), await market.Party("two", Role.Buyer));
        var wanted = MarketBooks.Wanted(perUnit: "90", group: "g") with { Confirm = true };
        await market.Market.Place(buyer, wanted);
        await market.Run();

        var refused = await market.Market.Refused(s => BidBook.Place(s, buyer, wanted, MarketBooks.Options));

        Assert.Equal((RefusalCode.Conflict, "group"), (refused.Code, refused.Field));
        Assert.Equal(BidState.Open, (await market.Market.Place(buyer, wanted with { Group = "h" })).State);
        Assert.Equal(BidState.Open, (await market.Market.Place(other, wanted)).State);
    }

    /// <summary>A member that no pool would do for has no option of its own in the auction, and is told why all the same.</summary>
    [Theory, EveryEngine]
    public async Task Group_OfWhichNothingWasServed_IsExplainedForEachOfItsBids(Engine engine)
    {
        await using var market = await AuctionMarket.Open(engine);
        await market.Offer("A", 1, "10");
        var terms = new BidTerms { Models = [AuctionMarket.X], Cards = 2, Hours = 2 };
        var large = await market.Wish("large", 0, 4, "20", terms, LimitBasis.CardHour, group: "g", buyer: "one");
        var far = await market.Wish("far", 0, 4, "20", terms with { Region = "mars" }, LimitBasis.CardHour, group: "g", buyer: "one");

        await market.Run();

        Assert.Equal(Constraints.CardCount, Assert.Single((await market.Explain(large)).Excluded).Constraint);
        var told = await market.Explain(far, withLimit: true);
        Assert.Equal((Constraints.Region, LossClass.NoOffer), (Assert.Single(told.Excluded).Constraint, told.Class));
        Assert.Null(told.CriticalLimit);
    }

    /// <summary>Whoever needs two cards for its memory is not told that one would match.</summary>
    [Fact]
    public async Task Advice_ToHalveAGang_IsNotGivenWhereHalfOfItCannotDoTheWork()
    {
        await using var market = await AuctionMarket.Open(Engine.Sqlite);
        await market.Market.Publish(
            await market.Party("seller", Role.Provider), market.Market.Draft(cards: "1", ask: "10") with { Gang = GangTier.Node });
        var buyer = await market.Party("buyer one", Role.Buyer);
        var work = WorkloadBookTests.Prefill with { Name = "wide", MemoryGiB = 100 };
        var (wide, narrow) = await market.Market.Do(async s => (
            await WorkloadBook.Add(s, buyer, work), await WorkloadBook.Add(s, buyer, work with { Name = "narrow", MemoryGiB = 10 })));
        var terms = new BidTerms { Models = [MarketBooks.H100], Cards = 2, Hours = 2 };
        var two = await market.Wish("two", 0, 4, "90", terms, workload: wide.Id, buyer: "buyer one");
        var either = await market.Wish("either", 0, 4, "90", terms, workload: narrow.Id, buyer: "buyer one");

        Assert.Null((await market.Explain(two)).Nearest);
        Assert.Equal(Change.HalfTheCards, (await market.Explain(either)).Nearest?.Change);
    }

    [Theory, EveryEngine]
    public async Task Nobody_BuysFromItself(Engine engine)
    {
        await using var market = await AuctionMarket.Open(engine);
        var both = (await market.Market.Do(s => new OpenAccount("Both", [Role.Provider, Role.Buyer]).Open(s))).OrganisationId;
        await market.Market.Publish(both, market.Market.Draft(AuctionMarket.X, "4", "10"));
        var bid = await market.Bid("own", 1, 1, 0, 4, "20");
        await market.Market.Do(s => s.Execute("UPDATE bid SET buyer_id = @both", new { both }));

        await market.Run();

        var told = await market.Explain(bid);
        Assert.Equal((LossClass.NoOffer, new Exclusion(Constraints.Owner, 1, 1)), (told.Class!.Value, Assert.Single(told.Excluded)));
    }

    [Theory, EveryEngine]
    public async Task Constraints_AreToldOneByOne(Engine engine)
    {
        await using var market = await AuctionMarket.Open(engine);
        var provider = await market.Party("seller", Role.Provider);
        var books = market.Market;
        async Task<Offer> With(OfferDraft draft, string sql = "state = state")
        {
            var offer = await books.Publish(provider, draft);
            await books.Do(s => s.Execute($"UPDATE offer SET {sql} WHERE offer_id = @OfferId", new { offer.OfferId }));
            return offer;
        }

        await With(books.Draft("A100 SXM4 80GB"));
        await With(books.Draft(MarketBooks.H100, region: "eu-west"));
        await With(books.Draft(MarketBooks.H100), "residency = 'DE'");
        await With(books.Draft(MarketBooks.H100), "gang = 'node', residency = 'CN'");
        await With(books.Draft(MarketBooks.H100), "interruptible = 1, residency = 'CN'");
        var bid = await market.Wish("picky", 0, 10, "1", new BidTerms
        {
            Models = [MarketBooks.H100], Cards = 1, Hours = 2, Region = "CN-East", Residency = "CN", Tiers = [GangTier.SingleCard],
        });

        await market.Run();

        var told = await market.Explain(bid);
        Assert.Equal(
            [(Constraints.Model, 1), (Constraints.Region, 1), (Constraints.Residency, 1), (Constraints.Tier, 1),
                (Constraints.Interruptible, 1)],
            told.Excluded.Select(e => (e.Constraint, e.First)));
    }

    [Theory]
    [InlineData("llm-decode-batch")]
    [InlineData("llm-pretrain-bf16")]
    [InlineData(null)]
    public async Task AnOfferAloneInItsPool_IsWorthWhatTheRankingSays(string? workload)
    {
        await using var market = await AuctionMarket.Open(Engine.Sqlite);
        await market.Market.Publish(await market.Party("seller", Role.Provider), market.Market.Draft(MarketBooks.H100, "8", "10"));
        await market.Wish("one", 0, 10, "20", new BidTerms { Cards = 1, Hours = 2 }, workload: workload);
        var auction = await market.Run();

        var snapshot = await market.Market.Look(s => AuctionBook.Snapshot(s, auction));
        var ranking = await market.Market.Look(s => OfferRanking.Of(s, new OfferFilter
        {
            Workload = workload, Currency = Currency.Cny, From = AuctionMarket.Gate, Until = AuctionMarket.Gate + Duration.FromHours(1),
        }));

        var option = Assert.Single(Assert.Single(snapshot.Units).Options);
        Assert.Equal(ranking.Offers[0].Units!.Value.Micros * 2, option.Work.Micros);
        Assert.Equal(20 * ranking.Offers[0].Units!.Value.Micros * 1_000 * 2, option.Value.Nanos);
    }

    [Theory, EveryEngine]
    public async Task Calendars_AreReadAsWholeCardsByTheHour(Engine engine)
    {
        await using var market = await AuctionMarket.Open(engine);
        var books = market.Market;
        var offer = await books.Publish(await market.Party("seller", Role.Provider), books.Draft(
            MarketBooks.H100, "6", "10", from: "2025-12-31", until: "2026-01-01T08:30"));
        var buyer = await market.Party("buyer", Role.Buyer);
        await books.Place(buyer, MarketBooks.Bid(cards: "0.5", perCard: "20", from: "2026-01-01T02:30", until: "2026-01-01T04:10"));
        await books.Place(buyer, MarketBooks.Bid(cards: "2", perCard: "20", from: "2026-01-01T06:00", until: "2026-01-01T07:00"));
        await market.Wish("b", 0, 4, "1", new BidTerms { Models = [MarketBooks.H100], Cards = 1, Hours = 1 });

        var auction = await market.Run();

        var snapshot = await books.Look(s => AuctionBook.Snapshot(s, auction));
        Assert.Equal(
            [new CalendarRun(0, 1, 6), new(1, 4, 5), new(4, 5, 6), new(5, 6, 4), new CalendarRun(6, 7, 6)],
            Assert.Single(snapshot.Offers).Free);
        Assert.Equal(offer.OfferId.Value, snapshot.Offers[0].Id);
    }

    /// <summary>
    /// Two cards are leased until seven and rest for an hour and a half. The offer sells to eight, its last whole hour, and its calendar
    /// goes on for two hours of rest; that of an offer that outlasts the two weeks goes on behind them.
    /// </summary>
    [Theory, EveryEngine]
    public async Task Calendars_OfCardsThatRest_GoOnBehindTheLastHourForSale(Engine engine)
    {
        await using var market = await AuctionMarket.Open(engine);
        var books = market.Market;
        var provider = await market.Party("seller", Role.Provider);
        var draft = books.Draft(MarketBooks.H100, "6", "10", from: "2025-12-31", until: "2026-01-01T08:30") with { DrainMinutes = 90 };
        await books.Publish(provider, draft);
        await books.Place(
            await market.Party("buyer", Role.Buyer),
            MarketBooks.Bid(cards: "2", perCard: "20", from: "2026-01-01T06:00", until: "2026-01-01T07:00"));
        await books.Publish(provider, draft with { Name = "long", AvailableUntil = AuctionMarket.Gate + Duration.FromHours(400) });
        await market.Wish("b", 0, 4, "1", new BidTerms { Models = [MarketBooks.H100], Cards = 1, Hours = 1 });

        var auction = await market.Run();

        var snapshot = await books.Look(s => AuctionBook.Snapshot(s, auction));
        Assert.Equal([2, 2], snapshot.Offers.Select(o => o.DrainSlots));
        Assert.Equal([new CalendarRun(0, 5, 6), new(5, 8, 4), new CalendarRun(8, 9, 6)], snapshot.Offers[0].Free);
        Assert.Equal(new CalendarRun(0, AuctionSnapshot.TwoWeeks + 2, 6), Assert.Single(snapshot.Offers[1].Free));
    }

    [Theory, EveryEngine]
    public async Task Windows_AreCutToTheGate_AndThoseOutsideWait(Engine engine)
    {
        await using var market = await AuctionMarket.Open(engine);
        await market.Offer("A", 8, "10", hours: 400);
        await market.Bid("began", 1, 2, -3, 3, "12");
        var over = await market.Bid("over", 1, 1, -3, 0, "12");
        var far = await market.Bid("far", 1, 2, 340, 350, "12");
        var edge = await market.Bid("edge", 1, 4, 334, 350, "12");

        await market.Run();

        Assert.Equal(["began: A 1 x 10.00 from 0 for 2, uniform 20.00"], await market.Sold());
        Assert.All(
            new[] { await market.Find(over), await market.Find(far) },
            b => Assert.Equal((BidState.Open, null), (b.State, b.GatedBy)));
        Assert.Equal(LossClass.NoOffer, (await market.Explain(edge)).Class);
        Assert.Equal(1, await market.Market.Look(s => s.Scalar<long>("SELECT COUNT(*) FROM auction_loss")));
    }

    /// <summary>
    /// One card is wanted and a pair is sold, for a bid below the price: what does not divide by two stays with the buyer and is told.
    /// </summary>
    [Theory, EveryEngine]
    public async Task Price_OfALease_IsRoundedDown_AndTheResidueIsTold(Engine engine)
    {
        await using var market = await AuctionMarket.Open(engine);
        await market.Offer("A", 6, "10", lot: 2, hours: 1);
        await market.Offer("B", 4, "14", hours: 1);
        await market.Bid("b1", 4, 1, 0, 1, "18");
        await market.Bid("b4", 4, 1, 0, 1, "18");
        var low = await market.Bid("low", 1, 1, 0, 1, "23.000000001");

        await market.Run();

        var receipt = Assert.Single(await market.Market.Look(async s => await AwardBook.Of(s, (await BidBook.Find(s, low))!)));
        var line = Assert.Single(receipt.Lines);
        Assert.Equal((SettlementClass.PaidAsBid, "23.000000001"), (receipt.Class, receipt.Pay.Amount));
        Assert.Equal((2, "11.50", "0.000000001"), (line.Cards, line.Price.Amount, line.Residue.Amount));
    }

    [Theory, EveryEngine]
    public async Task SpreadGang_IsOneAwardAndALeaseForEachSeller(Engine engine)
    {
        await using var market = await AuctionMarket.Open(engine);
        await market.Offer("A", 2, "10", hours: 2);
        await market.Offer("B", 2, "11", hours: 2);
        var bid = await market.Bid("s", 3, 2, 0, 2, "15", new BidTerms { Spread = true });

        await market.Run();

        Assert.Equal(2, (await market.Sold()).Count);
        var receipt = Assert.Single(await market.Market.Look(async s => await AwardBook.Of(s, (await BidBook.Find(s, bid))!)));
        Assert.Equal([2, 1], receipt.Lines.Select(l => l.Cards));
        Assert.Equal(2, receipt.Lines.Select(l => l.LeaseId).Distinct().Count());
        Assert.Equal(receipt.Pay.Nanos, receipt.Lines.Sum(l => l.Pay.Nanos));
    }

    [Theory, EveryEngine]
    public async Task OnlyUniformTradesOfThickPools_AreForTheIndex(Engine engine)
    {
        await using var market = await AuctionMarket.Open(engine);
        var books = market.Market;
        for (var i = 0; i < 3; i++)
        {
            await books.Publish(await market.Party($"seller {i}", Role.Provider), books.Draft(MarketBooks.H100, "2", "10"));
            await market.Wish($"{i}", 0, 2, "12", new BidTerms { Models = [MarketBooks.H100], Cards = 1, Hours = 2 }, LimitBasis.CardHour);
        }

        await books.Publish(await market.Party("seller 0", Role.Provider), books.Draft(MarketBooks.H100, "2", "10", region: "thin"));
        await market.Wish(
            "thin", 0, 2, "12", new BidTerms { Models = [MarketBooks.H100], Cards = 1, Hours = 2, Region = "thin" }, LimitBasis.CardHour);

        await market.Run();

        Assert.Equal(4, (await market.Sold()).Count);
        var trades = await books.Look(s => s.Query<(string Origin, string Region)>("SELECT origin, region FROM trade"));
        Assert.Equal([("auction", "cn-east"), ("auction", "cn-east"), ("auction", "cn-east")], trades);
    }
}
