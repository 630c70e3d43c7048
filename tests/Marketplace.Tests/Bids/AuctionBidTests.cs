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

    [Theory, EveryEngine]
    public async Task Place_BeyondTheFunds_IsRefused_AndWithoutALimitNever(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var needed = Held(8 * 4);
        var (poor, rich) = (await market.Buyer(credit: needed.Amount), await market.Buyer("Rich"));

        var bid = await market.Place(poor, MarketBooks.Wanted());
        var refusal = await market.Refused(s => BidBook.Place(s, poor, MarketBooks.Wanted(cards: "1", hours: 1), MarketBooks.Options));
        for (var i = 0; i < 3; i++) await market.Place(rich, MarketBooks.Wanted());

        Assert.Equal(RefusalCode.Conflict, refusal.Code);
        Assert.Contains("let go of a bid", refusal.Message, StringComparison.Ordinal);
        await market.Do(s => BidBook.Cancel(s, poor, bid.BidId, MarketBooks.Options));
        Assert.Equal(BidState.Open, (await market.Place(poor, MarketBooks.Wanted())).State);
        Assert.Equal(new Money(0, Currency.Cny), (await FundsOf(market, poor)).Available);
        var unlimited = await FundsOf(market, rich);
        Assert.Equal((null, new Money(needed.Minor * 3, Currency.Cny)), (unlimited.Available, unlimited.Held));
    }

    [Theory, EveryEngine]
    public async Task Place_TwoAtOnceWithFundsForOne_PlacesExactlyOne(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        for (var round = 0; round < 8; round++)
        {
            var buyer = await market.Buyer($"Buyer {round}", credit: Held(8 * 4).Amount);
            var posted = MarketBooks.Bid("any", cards: "1", perUnit: "1");
            var drafts = round % 2 == 0 ? [MarketBooks.Wanted(), MarketBooks.Wanted(hours: 3)] : new[] { MarketBooks.Wanted(), posted };

            var placed = await Task.WhenAll(drafts.Select(draft => Task.Run(() => Succeeds(() => market.Place(buyer, draft)))));

            Assert.Equal(1, placed.Count(p => p));
            Assert.InRange((await FundsOf(market, buyer)).Available!.Value.Minor, 0, long.MaxValue);
        }
    }

    [Theory, EveryEngine]
    public async Task Place_MoreThanAnAccountMayHave_IsRefused(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var buyer = await market.Buyer();
        var options = MarketBooks.Options with { OpenBids = 2 };
        var first = await market.Place(buyer, MarketBooks.Wanted());
        await market.Place(buyer, MarketBooks.Wanted());

        Assert.Equal(
            RefusalCode.Conflict, (await market.Refused(s => BidBook.Place(s, buyer, MarketBooks.Wanted(), options))).Code);
        await market.Do(s => BidBook.Cancel(s, buyer, first.BidId, options));
        Assert.Equal(BidState.Open, (await market.Do(s => BidBook.Place(s, buyer, MarketBooks.Wanted(), options))).State);
    }

    [Theory, EveryEngine]
    public async Task Place_FarAboveTheLastClearing_AsksToConfirm(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var buyer = await market.Buyer();

        // The H100 pool of the 70 % band cost 3.00 to 5.00: a limit of 9 pays 15.07 there, of 8.95 less than three times 5.00.
        await Cleared(market, "auction_1", ("h20-96gb", "single_card", 900), (MarketBooks.H100, "node", 900));
        await Cleared(market, "auction_2", (MarketBooks.H100, "node", 3), (MarketBooks.H100, "node", 5), ("h20-96gb", "node", 900));
        await Cleared(market, "auction_3", []);
        var wanted = MarketBooks.Wanted();
        var refusal = await market.Refused(s => BidBook.Place(s, buyer, wanted, MarketBooks.Options));

        Assert.Equal((RefusalCode.Conflict, "limitPerScuHour"), (refusal.Code, refusal.Field));
        Assert.Contains("\"confirm\": true", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(BidState.Open, (await market.Place(buyer, wanted with { Confirm = true })).State);
        foreach (var fine in new[]
        {
            wanted with { LimitPerScuHour = MarketBooks.Price("8.95") },
            wanted with { Card = null, Models = [MarketBooks.H100, "h20-96gb"] },
            wanted with { Region = "cn-west" },
            wanted with { Tiers = [GangTier.SingleCard] },
            wanted with { Residency = "CN" },
        })
        {
            Assert.Equal(BidState.Open, (await market.Place(buyer, fine)).State);
        }
    }

    [Theory, EveryEngine]
    public async Task Change_AsItClaimsMore_TakesANewPlace_AndKeepsEveryWording(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var buyer = await market.Buyer();
        var bid = await market.Place(buyer, MarketBooks.Wanted());
        market.Clock.Now += Duration.FromMinutes(1);

        var less = await Change(market, bid, new() { Cards = CardCount.Of(6), LimitPerScuHour = MarketBooks.Price("8") });
        var more = await Change(market, less, new() { Hours = 5, Region = "cn-east" });
        var wordings = await market.Look(s => BidVersion.Of(s, bid.BidId));

        Assert.Equal((2, bid.PlacedAt, 6, "8.00"), (less.Version, less.PriorityAt, less.Terms!.Cards, less.Limit.Amount));
        Assert.Equal((3, market.Clock.Now, bid.PlacedAt), (more.Version, more.PriorityAt, more.PlacedAt));
        Assert.Equal(Held(MarketBooks.Price("8").TimesStandardUnits(MarketBooks.H100Units).Nanos, 6 * 5), more.Held);
        Assert.Equal([(1, 8, 4), (2, 6, 4), (3, 6, 5)], wordings.Select(w => ((int)w.Version, w.Terms.Cards, w.Terms.Hours)));
        Assert.Equal([bid.PlacedAt, bid.PlacedAt, market.Clock.Now], wordings.Select(w => w.PriorityAt));
        Assert.Equal(["bid.placed", "bid.changed", "bid.changed"], await Said(market, bid));
    }

    [Theory, EveryEngine]
    public async Task ChangeAndCancel_WhenTheyMayNot_AreRefused(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (buyer, other) = (await market.Buyer(), await market.Buyer("Other"));
        var bid = await market.Place(buyer, MarketBooks.Wanted());
        var posted = await market.Place(buyer, MarketBooks.Bid(perCard: "1"));

        Assert.Equal((RefusalCode.NotFound, RefusalCode.NotFound), await Refusals(bid, other));
        Assert.Equal((RefusalCode.Stale, RefusalCode.Stale), await Refusals(bid with { Version = 7 }, buyer));
        Assert.Equal(RefusalCode.Conflict, (await Refusals(posted, buyer)).Change);
        market.Clock.Now = Books.At("2026-01-01T00:14:00");
        Assert.Equal((RefusalCode.Conflict, RefusalCode.Conflict), await Refusals(bid, buyer));
        Assert.Equal((null, null), await Refusals(bid, buyer, MarketBooks.Options with { AuctionMinutes = 0 }));
        market.Clock.Now = Books.At("2026-01-01T00:13:59");
        Assert.Equal((null, null), await Refusals(bid, buyer));
        await Gate(market, bid, "auction_1");
        Assert.Equal((RefusalCode.Conflict, RefusalCode.Conflict), await Refusals(bid, buyer));
        Assert.Equal(0, await market.Do(BidBook.ExpireDue));
        await Gate(market, bid, null);
        await market.Do(s => s.Execute("UPDATE bid SET filled = 1, parts = 2 WHERE bid_id = @BidId", new { bid.BidId }));
        Assert.Equal((RefusalCode.Conflict, null), await Refusals(bid, buyer));
        await market.Do(s => BidBook.Cancel(s, buyer, bid.BidId, MarketBooks.Options, bid.Version));
        Assert.Equal((RefusalCode.Conflict, RefusalCode.Conflict), await Refusals(bid, buyer));
        Assert.Null(await market.Look(s => Funds.HeldFor(s, bid.BidId.Value)));

        async Task<(RefusalCode? Change, RefusalCode? Cancel)> Refusals(Bid of, OrganisationId who, MarketplaceOptions? options = null)
        {
            options ??= MarketBooks.Options;
            var change = new BidChange { Cards = CardCount.Of(4) };
            return (
                await CodeOf(s => BidBook.Change(s, who, of.BidId, options, of.Version, change)),
                await CodeOf(s => BidBook.Cancel(s, who, of.BidId, options, of.Version)));
        }

        async Task<RefusalCode?> CodeOf(Func<Session, Task> act)
        {
            await using var session = await market.Database.Write();
            return (await Record.ExceptionAsync(() => act(session)) as Refusal)?.Code;
        }
    }

    [Theory, EveryEngine]
    public async Task ChangeAndCancel_AtOnce_EndInOneOfTheTwoOrders(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var buyer = await market.Buyer();
        for (var round = 0; round < 12; round++)
        {
            var bid = await market.Place(buyer, MarketBooks.Wanted());

            var done = await Task.WhenAll(
                Task.Run(() => Succeeds(() => Change(market, bid, new() { Cards = CardCount.Of(4) }))),
                Task.Run(() => Succeeds(() => Change(market, bid, new() { Cards = CardCount.Of(2) }))),
                Task.Run(() => Succeeds(() => market.Do(s => BidBook.Cancel(s, buyer, bid.BidId, MarketBooks.Options)))));
            var after = await market.Find(bid);

            // A cancel names no version: it succeeds after a change too. Of two changes of one version one succeeds at most.
            Assert.True(done[2] && !(done[0] && done[1]));
            Assert.Equal((BidState.Cancelled, 2 + done.Take(2).Count(d => d)), (after.State, (int)after.Version));
            Assert.Equal(new Money(0, Currency.Cny), (await FundsOf(market, buyer)).Held);
        }
    }

    [Theory, EveryEngine]
    public async Task Expire_WhenTheHoursNoLongerFit_LetsGoOfTheHold(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var buyer = await market.Buyer();
        var bid = await market.Place(buyer, MarketBooks.Wanted(until: "2026-01-02T06:00"));
        var parts = await market.Place(buyer, MarketBooks.Wanted(until: "2026-01-02T06:00") with { MinPartHours = 2 });

        market.Clock.Now = Books.At("2026-01-02T02:00");
        await Steward.Tend(market.Database);
        Assert.Equal((BidState.Open, BidState.Open), ((await market.Find(bid)).State, (await market.Find(parts)).State));
        market.Clock.Now += Duration.FromMilliseconds(1);
        await Steward.Tend(market.Database);
        Assert.Equal((BidState.Expired, BidState.Open), ((await market.Find(bid)).State, (await market.Find(parts)).State));
        Assert.Equal(["bid.placed", "bid.expired"], await Said(market, bid));
        market.Clock.Now = Books.At("2026-01-02T04:01");
        await Steward.Tend(market.Database);

        Assert.Equal(BidState.Expired, (await market.Find(parts)).State);
        Assert.Equal(new Money(0, Currency.Cny), (await FundsOf(market, buyer)).Held);
    }

    [Theory, EveryEngine]
    public async Task Group_HoldsForItsDearestBidAlone(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (buyer, other) = (await market.Buyer(credit: Held(8 * 4).Amount), await market.Buyer("Other"));
        var small = await market.Place(buyer, MarketBooks.Wanted(cards: "4", group: "either"));
        var large = await market.Place(buyer, MarketBooks.Wanted(cards: "8", group: "either"));
        await market.Place(other, MarketBooks.Wanted(cards: "2", group: "either"));
        var middle = await market.Place(buyer, MarketBooks.Wanted(cards: "6", group: "either"));

        Assert.Equal((null, Held(32), null), (await HeldFor(small), await HeldFor(large), await HeldFor(middle)));
        await Change(market, large, new() { Cards = CardCount.Of(5) });
        Assert.Equal((null, null, Held(24)), (await HeldFor(small), await HeldFor(large), await HeldFor(middle)));
        await market.Do(s => BidBook.Cancel(s, buyer, middle.BidId, MarketBooks.Options));
        Assert.Equal((null, Held(20), null), (await HeldFor(small), await HeldFor(large), await HeldFor(middle)));
        Assert.Equal(Held(8), (await FundsOf(market, other)).Held);

        async Task<Money?> HeldFor(Bid bid) => (await market.Find(bid)).Held;
    }

    [Theory, EveryEngine]
    public async Task Filled_Parts_AreNoLongerHeldFor(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var buyer = await market.Buyer();
        var bid = await market.Place(buyer, MarketBooks.Wanted() with { MinPartCards = 2 });
        Assert.Equal((4, Held(8 * 4)), (bid.Parts, bid.Held));

        await market.Do(s => s.Execute("UPDATE bid SET filled = 3 WHERE bid_id = @BidId", new { bid.BidId }));
        await market.Do(s => BidBook.SetHold(s, bid));
        Assert.Equal(Held(2 * 4), (await market.Find(bid)).Held);
        await market.Do(s => s.Execute("UPDATE bid SET filled = 4, state = 'matched' WHERE bid_id = @BidId", new { bid.BidId }));
        await market.Do(s => BidBook.SetHold(s, bid));
        Assert.Null((await market.Find(bid)).Held);
    }

    /// <summary>Whatever buyers do, at every step each holds what its open bids can cost, a group counted once.</summary>
    [Theory, EveryEngine]
    public async Task Holds_AfterAnyActs_AreTheSumOverOpenBids(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var provider = await market.Provider();
        var buyers = new[] { await market.Buyer(), await market.Buyer("Limited", credit: "20000") };
        var random = new Random(20260101);
        var bids = new List<Bid>();
        var acts = 0;
        for (var step = 0; step < 120; step++)
        {
            var buyer = buyers[random.Next(2)];
            var bid = bids.Count > 0 ? bids[random.Next(bids.Count)] : null;
            var cards = $"{1 + random.Next(16)}";
            market.Clock.Now += Duration.FromMinutes(random.Next(20));
            acts += await Succeeds(async () =>
            {
                switch (random.Next(6))
                {
                    case 0 or 1:
                        var group = random.Next(3) == 0 ? "g" : null;
                        bids.Add(await market.Place(buyer, MarketBooks.Wanted(cards, 1 + random.Next(20), group: group)));
                        break;
                    case 2:
                        bids.Add(await market.Place(buyer, MarketBooks.Wanted(cards) with { MinPartCards = 1 }));
                        break;
                    case 3:
                        bids.Add(await market.Place(buyer, MarketBooks.Bid(cards: cards, perCard: $"{1 + random.Next(20)}")));
                        break;
                    case 4 when bid is not null:
                        await Change(market, bid, new() { Cards = CardCount.Parse(cards) });
                        break;
                    case 5 when bid is not null:
                        await market.Do(s => BidBook.Cancel(s, bid.BuyerId, bid.BidId, MarketBooks.Options));
                        break;
                    default:
                        await market.Publish(provider, market.Draft(cards: "2", ask: "15"));
                        break;
                }

                return true;
            }) ? 1 : 0;
            await Steward.Tend(market.Database);
            foreach (var who in buyers) Assert.Equal(await Expected(who), (await FundsOf(market, who)).Held);
        }

        Assert.InRange(acts, 60, 120);

        // By the bids as the API shows them, and not by the columns that the book keeps for it.
        async Task<Money> Expected(OrganisationId buyer)
        {
            var open = await market.Look(s => BidBook.List(s, buyer, BidState.Open, null, int.MaxValue));
            return open.GroupBy(b => b.XorGroup).SelectMany(g => g.Key is null ? g.Select(Cost) : [g.Max(Cost)])
                .Aggregate(new Money(0, Currency.Cny), (sum, cost) => sum + cost);
        }

        static Money Cost(Bid bid) => bid.Terms is { } terms
            ? Held((long)terms.Cards * Math.Min(24, terms.Hours))
            : Held(bid.Limit.Nanos, bid.Cards.Millis / 1_000 * 24);
    }

    private static Task<Bid> Change(MarketBooks market, Bid bid, BidChange change) =>
        market.Do(s => BidBook.Change(s, bid.BuyerId, bid.BidId, MarketBooks.Options, bid.Version, change));

    private static async Task<bool> Succeeds<T>(Func<Task<T>> act)
    {
        try
        {
            await act();
            return true;
        }
        catch (Refusal)
        {
            return false;
        }
    }

    private static Task<Funds> FundsOf(MarketBooks market, OrganisationId buyer) =>
        market.Look(async s => await Funds.Of(s, await BillingAccount.Get(s, buyer)));

    private static Task Gate(MarketBooks market, Bid bid, string? auction) =>
        market.Do(s => s.Execute("UPDATE bid SET gated_by = @auction WHERE bid_id = @BidId", new { auction, bid.BidId }));

    /// <summary>Writes down a clearing with one price for an hour of each pool, in yuan.</summary>
    private static Task Cleared(MarketBooks market, string id, params (string Card, string Tier, long Price)[] prices) =>
        market.Do(async s =>
        {
            await s.Execute(
                """
                INSERT INTO auction (auction_id, number, currency, gate, slots, state, offers, bids, snapshot, snapshot_hash, gated_at)
                VALUES (@id, @Number, 'CNY', 0, 336, @State, 0, 0, '', '', 0)
                """,
                new { id, Number = (long)id[^1], State = prices.Length > 0 ? "cleared" : "gated" });
            foreach (var (price, hour) in prices.Select((p, i) => (p, (long)i)))
            {
                await s.Execute(
                    """
                    INSERT INTO pool_price (auction_id, card, tier, region, band, from_at, until_at, state, price_nanos)
                    VALUES (@id, @Card, @Tier, 'cn-east', 70, @hour, @hour + 1, 'traded', @Nanos)
                    """,
                    new { id, price.Card, price.Tier, hour, Nanos = price.Price * 1_000_000_000 });
            }
        });

    private static Money Held(long cardHours) => Held(PerCardHour, cardHours);

    /// <summary>With 6 % tax, rounded up to the fen.</summary>
    private static Money Held(long perCardHour, long cardHours) =>
        new((long)((((Int128)perCardHour * cardHours * 106) + 999_999_999) / 1_000_000_000), Currency.Cny);

    private static Task<IReadOnlyList<string>> Said(MarketBooks market, Bid bid) => market.Look(session => session.Query<string>(
        "SELECT kind FROM live_event WHERE subject = @BidId ORDER BY event_id", new { bid.BidId }));
}
