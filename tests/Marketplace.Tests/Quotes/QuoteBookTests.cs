using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

public sealed class QuoteBookTests
{
    [Theory, EveryEngine]
    public async Task Accept_AQuote_RentsFromNowAtItsPrice(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        var offer = await market.Publish(provider, market.Draft());
        var quote = await market.Quote(buyer, MarketBooks.Wish(cards: "2") with { Reference = "job-1" });
        market.Clock.Now += Duration.FromSeconds(30);

        var lease = await market.Accept(buyer, quote);

        Assert.Equal((offer.OfferId, "10.00", "480.00"), (quote.OfferId, quote.Price.Amount, quote.AtMost.Amount));
        Assert.Equal((LeaseState.Awarded, "job-1", quote.QuoteId), (lease.State, lease.Reference, lease.QuoteId));
        Assert.Equal((buyer, provider, MarketBooks.H100, "cn-east"), (lease.BuyerId, lease.ProviderId, lease.Card, lease.Region));
        Assert.Equal((market.Clock.Now, Books.At("2026-01-02")), (lease.FromAt, lease.UntilAt));
        Assert.Equal((MarketBooks.H100Listed, ScuFormula.FormulaVersion), (lease.Units, lease.UnitVersion));
        Assert.Equal((new BasisPoints(7_000), EvidenceTier.Datasheet), (lease.Derate, lease.Tier));
        Assert.Equal("6", (await market.Find(offer)).Free.ToString());
    }

    [Theory, EveryEngine]
    public async Task Ask_SeveralOffers_TakesTheCheapestAndOfEqualOnesTheOldest(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (one, two, buyer) = (await market.Provider("One"), await market.Provider("Two"), await market.Buyer());
        await market.Publish(one, market.Draft(cards: "1", ask: "10.000000001", name: "dear"));
        await market.Publish(two, market.Draft(cards: "1", ask: "10", name: "first"));
        await market.Publish(one, market.Draft(cards: "1", ask: "10", name: "second"));
        await market.Publish(one, market.Draft(cards: "8", ask: "11", name: "wide"));

        var taken = new List<string>();
        foreach (var cards in new[] { "2", "1", "1", "1", "1" })
        {
            var lease = await market.Rent(buyer, MarketBooks.Wish(cards: cards));
            taken.Add((await market.Look(session => OfferBook.Find(session, lease.OfferId)))!.Name);
        }

        Assert.Equal(["wide", "first", "second", "dear", "wide"], taken);
    }

    [Theory, EveryEngine]
    public async Task Ask_ForAWorkload_TakesTheCheapestPerEffectiveUnit(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        var h20 = await market.Publish(provider, market.Draft("H20", ask: "7.50"));
        var h100 = await market.Publish(provider, market.Draft(ask: "18"));
        await market.Publish(provider, market.Draft("T4", ask: "1"));
        var wish = MarketBooks.Wish(cards: "2") with { Card = null };

        var decoding = await market.Quote(buyer, wish with { Workload = "llm-decode-interactive" });
        var training = await market.Quote(buyer, wish with { Workload = "llm-pretrain-bf16" });
        var nobody = await market.Refused(session => QuoteBook.Ask(
            session, buyer, wish with { Workload = "llm-decode-interactive", Cards = CardCount.Of(64) }));
        var unknown = await market.Refused(session => QuoteBook.Ask(session, buyer, wish with { Workload = "none" }));

        Assert.Equal((h20.OfferId, h100.OfferId), (decoding.OfferId, training.OfferId));
        var h20Card = CardRegistry.Default.Find("h20-96gb")!;
        var claimed = EffectiveUnits.Of(h20Card, Workload.Find("llm-decode-interactive")!).Units;
        Assert.Equal((claimed, new BasisPoints(6_000), EvidenceTier.Claim), (decoding.Claimed, decoding.Derate, decoding.Tier));
        Assert.Equal(decoding.Price.PerStandardUnit(decoding.Units!.Value), decoding.PerUnit);
        Assert.Contains("3 no_room", nobody.Message, StringComparison.Ordinal);
        Assert.Equal("workload", unknown.Field);
        Assert.Equal(decoding.PerUnit, (await market.Look(s => QuoteBook.Find(s, buyer, decoding.QuoteId)))!.PerUnit);
    }

    [Theory, EveryEngine]
    public async Task Leases_OfRatedAndUnratedCards_AreListedTogether(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        await market.Publish(provider, market.Draft());
        await market.Publish(provider, market.Draft("Warp Nine", ask: "11"));
        await market.Rent(buyer, MarketBooks.Wish());
        await market.Rent(buyer, MarketBooks.Wish("Warp Nine"));

        var leases = await market.Look(session => LeaseBook.List(session, buyer, null, null, 10));

        // The newest, whose columns are empty, comes first: the engine's reader guesses types from it.
        Assert.Equal([null, EvidenceTier.Datasheet], leases.Select(l => l.Tier));
        Assert.Equal([null, new BasisPoints(7_000)], leases.Select(l => l.Derate));
        Assert.Equal([null, 1L], leases.Select(l => l.CardVersion));
    }

    [Theory, EveryEngine]
    public async Task Ask_ByCardRegionAndOffer_FindsWhatItNames(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        var east = await market.Publish(provider, market.Draft(ask: "10", region: "cn-east"));
        var west = await market.Publish(provider, market.Draft(ask: "12", region: "cn-west"));
        var unknown = await market.Publish(provider, market.Draft("Warp Nine", ask: "11"));
        var t4 = await market.Publish(provider, market.Draft("T4", ask: "3"));
        (QuoteRequest Wish, Offer? Found)[] wishes =
        [
            (MarketBooks.Wish(MarketBooks.H100), east),
            (MarketBooks.Wish("H100 SXM5 80GB"), east),
            (MarketBooks.Wish("nvidia h100 sxm5"), east),
            (MarketBooks.Wish(region: "cn-west"), west),
            (MarketBooks.Wish(region: "CN-West"), west),
            (MarketBooks.Wish(offer: west.OfferId), west),
            (MarketBooks.Wish("Warp Nine"), unknown),
            (MarketBooks.Wish("WARP nine"), unknown),
            (MarketBooks.Wish("Warp Ten"), null),
            (MarketBooks.Wish(null), t4),
            (MarketBooks.Wish(null, region: "cn-west"), west),
            (MarketBooks.Wish(null, region: "cn-north"), null),
            (MarketBooks.Wish("T4", offer: east.OfferId), null),
            (MarketBooks.Wish(cards: "8.001"), null),
            (MarketBooks.Wish(until: "2026-02-01T00:01"), null),
            (MarketBooks.Wish(until: "2026-02-01"), east),
        ];

        foreach (var (wish, found) in wishes)
        {
            if (found is null)
            {
                Assert.Equal(RefusalCode.Conflict, (await market.Refused(session => QuoteBook.Ask(session, buyer, wish))).Code);
                continue;
            }

            var quote = await market.Quote(buyer, wish);
            Assert.Equal((found.OfferId, found.Ask), (quote.OfferId, quote.Price));
        }
    }

    [Theory, EveryEngine]
    public async Task Ask_AFieldThatCannotBe_IsRefusedByItsName(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        await market.Publish(provider, market.Draft());
        (QuoteRequest Wish, string Field)[] refused =
        [
            (MarketBooks.Wish(until: "2026-01-01"), "untilAt"),
            (MarketBooks.Wish(until: "2027-01-02T00:01"), "untilAt"),
            (MarketBooks.Wish(" "), "card"),
            (MarketBooks.Wish(region: ""), "region"),
            (MarketBooks.Wish() with { Reference = "a\nb" }, "reference"),
            (MarketBooks.Wish(offer: new("offer_none")), "offerId"),
        ];

        foreach (var (wish, field) in refused)
        {
            var refusal = await market.Refused(session => QuoteBook.Ask(session, buyer, wish));
            Assert.Equal((RefusalCode.Invalid, field), (refusal.Code, refusal.Field));
        }
    }

    [Theory, EveryEngine]
    public async Task Ask_OwnOffersAndOtherCurrencies_AreLeftOut(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer, dollars) = (await market.Provider(), await market.Buyer(), await market.Buyer("Dollars", "USD"));
        var both = (await market.Do(session => new OpenAccount("Both", [Role.Provider, Role.Buyer]).Open(session))).OrganisationId;
        var own = await market.Publish(both, market.Draft(ask: "1"));
        var dear = await market.Publish(provider, market.Draft(ask: "10"));
        var foreign = await market.Publish(provider, market.Draft(ask: "0.50", currency: "USD"));

        Assert.Equal(dear.OfferId, (await market.Quote(both, MarketBooks.Wish())).OfferId);
        Assert.Equal(own.OfferId, (await market.Quote(buyer, MarketBooks.Wish())).OfferId);
        Assert.Equal(foreign.OfferId, (await market.Quote(dollars, MarketBooks.Wish())).OfferId);
    }

    [Theory, EveryEngine]
    public async Task Ask_ALeaseDearerThanAnyBill_IsRefused(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        await market.Publish(provider, market.Draft(cards: "65535", ask: "1000000", until: "2027-01-02"));

        // 65,535 cards for 366 days at a million an hour is more than charges, in nanos, can hold.
        var refusal = await market.Refused(session => QuoteBook.Ask(session, buyer, MarketBooks.Wish(cards: "65535", until: "2027-01-02")));
        var bid = await market.Place(buyer, MarketBooks.Bid(cards: "65535", perCard: "1000000", from: "2026-01-01", until: "2027-01-02"));

        Assert.Equal(RefusalCode.Conflict, refusal.Code);
        Assert.Equal(BidState.Open, bid.State);
        Assert.NotEqual("", (await market.Quote(buyer, MarketBooks.Wish(cards: "1", until: "2027-01-02"))).AtMost.Amount);
    }

    [Theory, EveryEngine]
    public async Task Accept_WhatIsNotOpen_IsRefusedAndTakesNothing(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer, other) = (await market.Provider(), await market.Buyer(), await market.Buyer("Other"));
        var offer = await market.Publish(provider, market.Draft(cards: "2"));
        var foreign = await market.Quote(other, MarketBooks.Wish());
        var late = await market.Quote(buyer, MarketBooks.Wish());
        market.Clock.Now += QuoteBook.Validity;
        var over = await market.Quote(buyer, MarketBooks.Wish() with { UntilAt = market.Clock.Now + Duration.FromSeconds(30) });
        var declined = await market.Decline(buyer, await market.Quote(buyer, MarketBooks.Wish()));
        var accepted = await market.Quote(buyer, MarketBooks.Wish());
        await market.Accept(buyer, accepted);
        market.Clock.Now += Duration.FromSeconds(30);

        Assert.Equal(RefusalCode.NotFound, await Refused(foreign));
        foreach (var quote in new[] { late, over, declined, accepted }) Assert.Equal(RefusalCode.Conflict, await Refused(quote));

        Assert.Equal((QuoteState.Expired, QuoteState.Declined), ((await market.Find(buyer, late)).State, declined.State));
        Assert.Equal("accepted declined open expired", string.Join(' ', (await market.Look(session =>
            QuoteBook.List(session, buyer, null, null, 10))).Select(q => WireJson.Word(q.State))));
        Assert.Single(await market.Leases());
        Assert.Equal("1", (await market.Find(offer)).Free.ToString());

        async Task<RefusalCode> Refused(Quote quote) =>
            (await market.Refused(session => QuoteBook.Accept(session, buyer, quote.QuoteId, MarketBooks.Commission))).Code;
    }

    [Theory, EveryEngine]
    public async Task Accept_WhatHasMovedAgainstTheBuyer_IsRefusedWithTheDifference(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        var offer = await market.Publish(provider, market.Draft(cards: "8") with { RentNowAsk = MarketBooks.Price("11") });
        var quote = await market.Quote(buyer, MarketBooks.Wish());
        Assert.Equal(("11.00", PriceBinding.RentNowAsk), (quote.Price.Amount, quote.Binding));

        offer = await Change(new(MarketBooks.Price("12")));
        Assert.Equal(new Moved("ask", "11.00 CNY", "12.00 CNY"), await Difference());
        offer = await Change(new(MarketBooks.Price("10")) { RentNowAsk = MarketBooks.Price("11.000000001") });
        Assert.Equal(new Moved("rent_now_ask", "11.00 CNY", "11.000000001 CNY"), await Difference());
        offer = await Change(new() { RentNowAsk = MarketBooks.Price("11") });
        await market.Do(session => session.Execute(
            "UPDATE offer SET derate = 6000 WHERE offer_id = @OfferId", new { offer.OfferId }));
        var less = Derate.Of(MarketBooks.H100Units, new BasisPoints(6_000));
        Assert.Equal(new Moved("listed_units", $"{MarketBooks.H100Listed} SCU", $"{less} SCU"), await Difference());
        await market.Do(session => session.Execute(
            "UPDATE offer SET derate = 9000 WHERE offer_id = @OfferId", new { offer.OfferId }));

        // Cheaper and better by now: what was signed holds.
        offer = await Change(new(MarketBooks.Price("9")) { RentNowAsk = MarketBooks.Price("9") });
        Assert.Equal("11.00", (await market.Accept(buyer, quote)).Price.Amount);

        var withdrawn = await market.Quote(buyer, MarketBooks.Wish());
        await market.Do(session => OfferBook.Withdraw(session, provider, offer.OfferId, offer.Version));
        var refusal = await market.Refused(session => QuoteBook.Accept(session, buyer, withdrawn.QuoteId, MarketBooks.Commission));
        Assert.Equal((RefusalCode.Conflict, null), (refusal.Code, refusal.Moved));
        Assert.Single(await market.Leases());

        Task<Offer> Change(OfferChange change) =>
            market.Do(session => OfferBook.Change(session, provider, offer.OfferId, offer.Version, change));

        async Task<Moved?> Difference() => (await market.Refused(session =>
            QuoteBook.Accept(session, buyer, quote.QuoteId, MarketBooks.Commission))).Moved;
    }

    [Theory, EveryEngine]
    public async Task Rent_SixtyFourBuyersForTheLastEightCards_MakesEightLeases(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var provider = await market.Provider();
        var buyers = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => market.Buyer($"Buyer {i}")));

        // Whole cards of one offer, parts of one card, and what is spread over three offers.
        string[][] rounds = [["8"], ["1"], ["4", "3", "1"], ["0.5", "0.5"], ["8"]];
        string[] each = ["1", "0.125", "1", "0.125", "1"];
        for (var round = 0; round < rounds.Length; round++)
        {
            var offers = new List<Offer>();
            foreach (var cards in rounds[round])
                offers.Add(await market.Publish(provider, market.Draft(cards: cards, region: $"round-{round}")));
            var wish = MarketBooks.Wish(cards: each[round], region: $"round-{round}");

            var outcomes = await Task.WhenAll(buyers.Select(buyer => Task.Run(() => Try(market, buyer, wish))));

            Assert.Equal(8, outcomes.Count(o => o is not null));
            var sold = (await market.Leases()).Where(l => l.Region == $"round-{round}").ToList();
            Assert.Equal(outcomes.OfType<LeaseId>().ToHashSet(), sold.Select(l => l.LeaseId).ToHashSet());
            Assert.Equal(8, sold.Count);
            foreach (var offer in offers)
            {
                Assert.Equal("0", (await market.Find(offer)).Free.ToString());
                Assert.Equal(offer.Cards.Millis, sold.Where(l => l.OfferId == offer.OfferId).Sum(l => l.Cards.Millis));
            }
        }
    }

    /// <summary>Quotes and accepts until it has a lease or the market says that nothing has room.</summary>
    private static async Task<LeaseId?> Try(MarketBooks market, OrganisationId buyer, QuoteRequest wish)
    {
        while (true)
        {
            Quote quote;
            try
            {
                quote = await market.Quote(buyer, wish);
            }
            catch (Refusal none) when (none.Code == RefusalCode.Conflict)
            {
                return null;
            }

            try
            {
                return (await market.Accept(buyer, quote)).LeaseId;
            }
            catch (Refusal gone) when (gone.Code == RefusalCode.Conflict)
            {
                // Somebody was quicker; there may be room elsewhere.
            }
        }
    }
}
