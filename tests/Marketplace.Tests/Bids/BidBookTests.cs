using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

public sealed class BidBookTests
{
    [Theory, EveryEngine]
    public async Task Place_WithinTheLimit_TakesTheCheapestAtOnceAndPaysItsAsk(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        await market.Publish(provider, market.Draft(ask: "9"));
        var cheap = await market.Publish(provider, market.Draft(ask: "8"));

        var bid = await market.Place(buyer, MarketBooks.Bid("H100 SXM5 80GB", "2", perCard: "10", reference: "job-1"));

        var lease = await market.Find(bid.LeaseId);
        Assert.Equal((BidState.Matched, LimitBasis.CardHour, "10.00"), (bid.State, bid.LimitBasis, bid.Limit.Amount));
        Assert.Equal(
            (cheap.OfferId, bid.BidId, "8.00", "2", "job-1"),
            (lease.OfferId, lease.BidId, lease.Price.Amount, lease.Cards.ToString(), lease.Reference));
        Assert.Equal((bid.FromAt, bid.UntilAt, LeaseState.Awarded), (lease.FromAt, lease.UntilAt, lease.State));
        Assert.Equal("2026-01-01T00:00 8, 2026-01-02T00:00 6, 2026-01-03T00:00 8, 2026-02-01T00:00 0", await market.Calendar(cheap));
    }

    [Theory, EveryEngine]
    public async Task Place_PerScuHour_TakesTheCheapestPerUnitAndNotPerCard(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        await market.Publish(provider, market.Draft("P4", ask: "0.01"));
        await market.Publish(provider, market.Draft("T4", ask: "3"));
        var strong = await market.Publish(provider, market.Draft(ask: "10"));

        var bid = await market.Place(buyer, MarketBooks.Bid("any", perUnit: "100"));

        Assert.Equal(strong.OfferId, (await market.Find(bid.LeaseId)).OfferId);
        Assert.Equal((null, null, LimitBasis.ScuHour), (bid.Card, bid.CardName, bid.LimitBasis));
    }

    [Theory, EveryEngine]
    public async Task Place_AtTheLimitPerScuHour_IsExactToTheNano(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        foreach (var limit in new long[] { 1_000_000_000, 4_178_999_999, 3, 99_999_999_999_999, 6_612_023_433 })
        {
            var region = $"limit-{limit}";
            var most = (long)((Int128)limit * MarketBooks.H100Listed.Micros / StandardUnits.MicrosPerUnit);
            var dear = await market.Publish(provider, market.Draft(region: region) with { Ask = new(most + 1, Currency.Cny) });
            var wish = MarketBooks.Bid(MarketBooks.H100, region: region) with { LimitPerScuHour = new(limit, Currency.Cny) };

            var bid = await market.Place(buyer, wish);
            Assert.Equal(BidState.Open, bid.State);
            await market.Settle();
            Assert.Equal(BidState.Open, (await market.Find(bid)).State);

            // One nano less is within it: for a bid that rests, and for one that comes.
            dear = await market.Do(session => OfferBook.Change(
                session, provider, dear.OfferId, dear.Version, new(new UnitPrice(most, Currency.Cny), null, null)));
            await market.Settle();
            Assert.Equal(BidState.Matched, (await market.Find(bid)).State);
            Assert.Equal(BidState.Matched, (await market.Place(buyer, wish)).State);
        }
    }

    [Theory, EveryPipeline]
    public async Task Place_NothingWithinTheLimit_RestsUntilAnOfferOpens(Transport transport, Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        var lowered = await market.Publish(provider, market.Draft(region: "lowered", ask: "11"));
        var enlarged = await market.Publish(provider, market.Draft(region: "enlarged", cards: "1"));
        var extended = await market.Publish(provider, market.Draft(region: "extended", until: "2026-01-02"));
        var freed = await market.Publish(provider, market.Draft(region: "freed"));
        var holder = await market.Rent(buyer, MarketBooks.Wish(cards: "7", region: "freed", until: "2026-02-01"));
        await using var host = await market.Start(transport);
        var bids = new Dictionary<string, Bid>();
        foreach (var region in new[] { "published", "lowered", "enlarged", "extended", "freed" })
            bids[region] = await market.Place(buyer, MarketBooks.Bid(cards: "2", perCard: "10", region: region));
        Assert.All(bids.Values, bid => Assert.Equal(BidState.Open, bid.State));
        await Eventually.True(async () => await market.Look(PostedBids.Unmatched) == 0, "every bid has been considered");
        Assert.All(bids.Values, bid => Assert.Equal(BidState.Open, market.Find(bid).Result.State));

        await market.Publish(provider, market.Draft(region: "published"));
        await market.Change(provider, lowered, ask: "10");
        await market.Change(provider, enlarged, cards: "2");
        await market.Change(provider, extended, until: "2026-01-03");
        await market.Do(session => LeaseBook.End(session, buyer, holder.LeaseId));

        foreach (var (region, bid) in bids)
            await Eventually.True(async () => (await market.Find(bid)).State == BidState.Matched, $"the bid in '{region}' has matched");
        await Eventually.True(
            async () => (await market.Look(Backlog.Of)).IsEmpty && await market.Look(PostedBids.Unmatched) == 0, "all is done");
        Assert.Equal(6, (await market.Leases()).Count);
    }

    [Theory, EveryEngine]
    public async Task Match_SeveralBids_GoesByPriceAndThenByTime(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        var perUnit = new UnitPrice(11_000_000_000L * StandardUnits.MicrosPerUnit / MarketBooks.H100Listed.Micros, Currency.Cny);
        BidDraft[] drafts =
        [
            MarketBooks.Bid(perCard: "9", reference: "fifth"),
            MarketBooks.Bid(perCard: "10", reference: "second"),
            MarketBooks.Bid("any", reference: "first") with { LimitPerScuHour = perUnit },
            MarketBooks.Bid(perCard: "10", reference: "third"),
            MarketBooks.Bid(perCard: "9.000000001", reference: "fourth"),
            MarketBooks.Bid(perCard: "7.999999999", reference: "never"),
        ];
        foreach (var draft in drafts)
        {
            market.Clock.Now += Duration.FromSeconds(1);
            await market.Place(buyer, draft);
        }

        await market.Settle();
        var offer = await market.Publish(provider, market.Draft(cards: "1", ask: "8"));
        var order = new List<string>();
        for (var cards = 1; cards <= 7; cards++)
        {
            await market.Settle();
            order.AddRange((await market.Leases()).Select(l => l.Reference!).Except(order));
            offer = await market.Change(provider, offer, cards: $"{cards + 1}");
        }

        Assert.Equal(["first", "second", "third", "fourth", "fifth"], order);
        Assert.All(await market.Leases(), lease => Assert.Equal("8.00", lease.Price.Amount));
    }

    [Theory, EveryEngine]
    public async Task Place_AFieldThatCannotBe_IsRefusedByItsName(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine, "2026-01-05");
        var buyer = await market.Buyer();
        var good = MarketBooks.Bid(perCard: "10", from: "2026-01-05", until: "2026-01-06");
        (BidDraft Draft, string Field)[] refused =
        [
            (good with { Card = " " }, "card"),
            (good with { Region = "" }, "region"),
            (good with { Reference = "\n" }, "reference"),
            (good with { FromAt = Books.At("2026-01-04T23:59") }, "fromAt"),
            (good with { UntilAt = good.FromAt }, "untilAt"),
            (good with { UntilAt = Books.At("2027-01-06T00:01") }, "untilAt"),
            (good with { LimitPerCardHour = null }, "limitPerScuHour"),
            (good with { LimitPerScuHour = MarketBooks.Price("1") }, "limitPerScuHour"),
            (good with { Card = "any" }, "limitPerCardHour"),
            (good with { Card = "ANY" }, "limitPerCardHour"),
            (MarketBooks.Bid("P4", perUnit: "1", from: "2026-01-05", until: "2026-01-06"), "limitPerScuHour"),
            (MarketBooks.Bid("Warp Nine", perUnit: "1", from: "2026-01-05", until: "2026-01-06"), "limitPerScuHour"),
            (good with { LimitPerCardHour = MarketBooks.Price("0") }, "limitPerCardHour.amount"),
            (good with { LimitPerCardHour = MarketBooks.Price("1000000.1") }, "limitPerCardHour.amount"),
            (good with { LimitPerCardHour = MarketBooks.Price("1", "USD") }, "limitPerCardHour.currency"),
            (MarketBooks.Bid("any", perUnit: "0", from: "2026-01-05", until: "2026-01-06"), "limitPerScuHour.amount"),
            (MarketBooks.Bid("any", perUnit: "1", from: "2026-01-05", until: "2026-01-06", currency: "USD"), "limitPerScuHour.currency"),
        ];

        foreach (var (draft, field) in refused)
        {
            var refusal = await market.Refused(session => BidBook.Place(session, buyer, draft, MarketBooks.Options));
            Assert.Equal((RefusalCode.Invalid, field), (refusal.Code, refusal.Field));
        }

        Assert.Equal(BidState.Open, (await market.Place(buyer, good)).State);
    }

    [Theory, EveryEngine]
    public async Task Match_UnratedUnknownForeignAndOwn_FitOnlyWhatNamesThem(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        var both = (await market.Do(session => new OpenAccount("Both", [Role.Provider, Role.Buyer]).Open(session))).OrganisationId;
        var any = await market.Place(buyer, MarketBooks.Bid("any", perUnit: "1000"));
        var unrated = await market.Place(buyer, MarketBooks.Bid("P4", perCard: "10"));
        var unknown = await market.Place(buyer, MarketBooks.Bid("warp NINE", perCard: "10"));
        var own = await market.Place(both, MarketBooks.Bid("A100-80GB-SXM4", perCard: "10"));

        await market.Publish(provider, market.Draft(ask: "0.01", currency: "USD"));
        await market.Publish(both, market.Draft("A100-80GB-SXM4", ask: "0.01", until: "2026-01-02T12:00"));
        await market.Settle();
        Assert.Empty(await market.Leases());
        await market.Publish(provider, market.Draft("P4", ask: "1"));
        await market.Publish(provider, market.Draft("Warp Nine", ask: "1"));
        await market.Settle();
        Assert.Equal(
            [(BidState.Open, 0), (BidState.Matched, 1), (BidState.Matched, 1), (BidState.Open, 0)],
            await States(any, unrated, unknown, own));
        await market.Publish(both, market.Draft("A100-80GB-SXM4", ask: "0.01"));
        await market.Settle();

        Assert.Equal(
            [(BidState.Matched, 1), (BidState.Matched, 1), (BidState.Matched, 1), (BidState.Open, 0)],
            await States(any, unrated, unknown, own));

        async Task<IReadOnlyList<(BidState, int)>> States(params Bid[] bids)
        {
            var leases = await market.Leases();
            var states = new List<(BidState, int)>();
            foreach (var bid in bids) states.Add(((await market.Find(bid)).State, leases.Count(l => l.BidId == bid.BidId)));
            return states;
        }
    }

    [Theory, EveryEngine]
    public async Task Cancel_ABidThatRests_MakesItDeadAndNoOtherMayBeCancelled(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer, other) = (await market.Provider(), await market.Buyer(), await market.Buyer("Other"));
        var bid = await market.Place(buyer, MarketBooks.Bid(perCard: "10"));

        Assert.Equal(RefusalCode.NotFound, await Refused(other, bid.BidId));
        Assert.Equal(RefusalCode.NotFound, await Refused(buyer, new("bid_none")));
        var cancelled = await market.Do(session => BidBook.Cancel(session, buyer, bid.BidId, MarketBooks.Options));
        await market.Publish(provider, market.Draft());
        await market.Settle();

        Assert.Equal((BidState.Cancelled, 2), (cancelled.State, cancelled.Version));
        Assert.Equal(RefusalCode.Conflict, await Refused(buyer, bid.BidId));
        Assert.Equal(BidState.Cancelled, (await market.Find(bid)).State);
        var matched = await market.Place(buyer, MarketBooks.Bid(perCard: "10"));
        Assert.Equal(RefusalCode.Conflict, await Refused(buyer, matched.BidId));

        async Task<RefusalCode> Refused(OrganisationId who, BidId bidId) =>
            (await market.Refused(session => BidBook.Cancel(session, who, bidId, MarketBooks.Options))).Code;
    }

    [Theory, EveryEngine]
    public async Task Expire_OnlyOnceTheWindowHasBegun(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        var bid = await market.Place(buyer, MarketBooks.Bid(perCard: "10", from: "2026-01-02", region: "cn-east"));
        var at = await market.Place(buyer, MarketBooks.Bid(perCard: "10", from: "2026-01-02", region: "cn-west"));
        market.Clock.Now = Books.At("2026-01-02");
        await Steward.Tend(market.Database);
        Assert.Equal(BidState.Open, (await market.Find(bid)).State);

        // At the very first instant of its window it may still match.
        await market.Publish(provider, market.Draft(region: "cn-west"));
        await market.Settle();
        market.Clock.Now += Duration.FromMilliseconds(1);
        await Steward.Tend(market.Database);
        await market.Publish(provider, market.Draft());
        await market.Settle();

        Assert.Equal((BidState.Expired, BidState.Matched), ((await market.Find(bid)).State, (await market.Find(at)).State));
        var late = await market.Refused(session => BidBook.Cancel(session, buyer, bid.BidId, MarketBooks.Options));
        Assert.Equal(RefusalCode.Conflict, late.Code);
    }

    [Theory, EveryEngine]
    public async Task TryMatch_ManyMatchersAtOnce_GiveEveryBidOneLease(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        var bids = new List<Bid>();
        for (var i = 0; i < 6; i++) bids.Add(await market.Place(buyer, MarketBooks.Bid(perCard: "10")));
        for (var i = 0; i < 3; i++) await market.Publish(provider, market.Draft(cards: "4"));

        var matched = await Task.WhenAll(Enumerable.Range(0, 48).Select(i => Task.Run(() => market.Do(async session =>
        {
            var bid = (await BidBook.Find(session, bids[i % bids.Count].BidId))!;
            return await PostedBids.TryMatch(session, bid, MarketBooks.Commission);
        }))));

        Assert.Equal(6, matched.Count(m => m));
        Assert.Equal(bids.Select(b => (BidId?)b.BidId).ToHashSet(), (await market.Leases()).Select(l => l.BidId).ToHashSet());
        Assert.Equal(6, (await market.Leases()).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Place_BesideAnOfferThatIsNotCommitted_StillMeetsIt(bool bidFirst)
    {
        // SQLite has one writer at a time: there, one of the two always sees the other.
        await using var market = await MarketBooks.Open(Engine.PostgreSql);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        await using var bidding = await market.Database.Write();
        await using var offering = await market.Database.Write();
        var bid = await BidBook.Place(bidding, buyer, MarketBooks.Bid(perCard: "10"), MarketBooks.Options);
        await OfferBook.Publish(offering, provider, market.Draft());

        foreach (var session in bidFirst ? new[] { bidding, offering } : [offering, bidding])
        {
            await session.Commit();
            await market.Settle();
        }

        Assert.Equal((BidState.Open, BidState.Matched), (bid.State, (await market.Find(bid)).State));
    }

    [Fact]
    public async Task Place_WhileTheAskRises_DoesNotTakeTheOldAsk()
    {
        // On SQLite the two wait for each other's commit.
        await using var market = await MarketBooks.Open(Engine.PostgreSql);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        var offer = await market.Publish(provider, market.Draft(ask: "10"));
        await using var raising = await market.Database.Write();
        await OfferBook.Change(raising, provider, offer.OfferId, offer.Version, new(MarketBooks.Price("10.50"), null, null));

        var within = Task.Run(() => market.Place(buyer, MarketBooks.Bid(perCard: "11")));
        var beyond = Task.Run(() => market.Place(buyer, MarketBooks.Bid(perCard: "10")));
        await Eventually.True(
            async () => await market.Look(session => session.Scalar<long>(
                "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")) == 2,
            "both bids wait for the offer");
        await raising.Commit();

        Assert.Equal((BidState.Matched, BidState.Open), ((await within).State, (await beyond).State));
        Assert.Equal("10.50", (await market.Find((await within).LeaseId)).Price.Amount);
    }
}
