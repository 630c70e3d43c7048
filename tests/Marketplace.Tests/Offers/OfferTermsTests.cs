using Marketplace.Billing;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

public sealed class OfferTermsTests
{
    [Theory, EveryEngine]
    public async Task Publish_WithoutTerms_SellsAsOffersAlwaysDid(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);

        var offer = await market.Publish(await market.Provider(), market.Draft());

        Assert.Equal(("0.001", 0, null, null), (offer.Lot.ToString(), offer.MinMinutes, offer.MaxMinutes, offer.RentNowMaxMinutes));
        Assert.Equal((null, true, true), (offer.RentNowAsk, offer.FollowsCleared, offer.InAuction));
        Assert.Equal((0, 0, GangTier.SingleCard, null), (offer.NoticeMinutes, offer.DrainMinutes, offer.Gang, offer.LinkGBs));
        Assert.Equal((false, false, null), (offer.Interruptible, offer.OwnUseFirst, offer.Residency));
    }

    [Theory, EveryEngine]
    public async Task Publish_WithEveryTerm_KeepsThemAndAChangeChangesThoseOfTheSale(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var provider = await market.Provider();

        var offer = await market.Publish(provider, market.Draft() with
        {
            Lot = CardCount.Of(2),
            MinMinutes = 60,
            MaxMinutes = 600,
            RentNowMaxMinutes = 120,
            RentNowAsk = MarketBooks.Price("11"),
            FollowsCleared = false,
            NoticeMinutes = 15,
            DrainMinutes = 5,
            Gang = GangTier.MultiNode,
            LinkGBs = 50,
            Interruptible = true,
            OwnUseFirst = true,
            Residency = "CN",
        });

        Assert.Equal(
            "2 60 600 120 11.00 CNY False True 15 5 MultiNode 50 True True CN", Told(offer));
        var changed = await market.Do(session => OfferBook.Change(session, provider, offer.OfferId, 1, new()
        {
            Lot = CardCount.Of(4), MinMinutes = 30, MaxMinutes = OfferTerms.MostMinutes, RentNowMaxMinutes = 240,
            RentNowAsk = MarketBooks.Price("10"), FollowsCleared = true, InAuction = false,
        }));
        Assert.Equal("4 30 527040 240 10.00 CNY True False 15 5 MultiNode 50 True True CN", Told(changed));
        Assert.Equal(2, changed.Version);
        var kept = await market.Do(session => OfferBook.Change(session, provider, offer.OfferId, 2, new(MarketBooks.Price("9"))));
        Assert.Equal(Told(changed), Told(kept));
        Assert.Equal(
            "offer.published offer.changed offer.changed",
            string.Join(' ', await market.Look(s => s.Query<string>("SELECT kind FROM live_event ORDER BY event_id"))));

        static string Told(Offer o) =>
            $"{o.Lot} {o.MinMinutes} {o.MaxMinutes} {o.RentNowMaxMinutes} {o.RentNowAsk} {o.FollowsCleared} {o.InAuction} "
            + $"{o.NoticeMinutes} {o.DrainMinutes} {o.Gang} {o.LinkGBs} {o.Interruptible} {o.OwnUseFirst} {o.Residency}";
    }

    [Theory, EveryEngine]
    public async Task Publish_ATermThatCannotBe_IsRefusedByItsName(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var provider = await market.Provider();
        var good = market.Draft();
        (OfferDraft Draft, string Field)[] refused =
        [
            (good with { Lot = CardCount.Parse("8.001") }, "lot"),
            (good with { MinMinutes = -1 }, "minMinutes"),
            (good with { MinMinutes = OfferTerms.MostMinutes + 1 }, "minMinutes"),
            (good with { MaxMinutes = 0 }, "maxMinutes"),
            (good with { MinMinutes = 61, MaxMinutes = 60 }, "maxMinutes"),
            (good with { RentNowMaxMinutes = 0 }, "rentNowMaxMinutes"),
            (good with { MinMinutes = 61, RentNowMaxMinutes = 60 }, "rentNowMaxMinutes"),
            (good with { RentNowAsk = MarketBooks.Price("0") }, "rentNowAsk.amount"),
            (good with { RentNowAsk = MarketBooks.Price("1000001") }, "rentNowAsk.amount"),
            (good with { RentNowAsk = MarketBooks.Price("1", "USD") }, "rentNowAsk.currency"),
            (good with { NoticeMinutes = -1 }, "noticeMinutes"),
            (good with { NoticeMinutes = 10_081 }, "noticeMinutes"),
            (good with { DrainMinutes = -1 }, "drainMinutes"),
            (good with { DrainMinutes = 1_441 }, "drainMinutes"),
            (good with { Gang = GangTier.MultiNode }, "linkGBs"),
            (good with { Gang = GangTier.MultiNode, LinkGBs = 0 }, "linkGBs"),
            (good with { Gang = GangTier.Node, LinkGBs = 50 }, "linkGBs"),
            (good with { OwnUseFirst = true }, "ownUseFirst"),
            (good with { Residency = "cn" }, "residency"),
            (good with { Residency = "ZZ" }, "residency"),
            (good with { Residency = "" }, "residency"),
        ];
        foreach (var (draft, field) in refused)
        {
            var refusal = await market.Refused(session => OfferBook.Publish(session, provider, draft));
            Assert.Equal((RefusalCode.Invalid, field), (refusal.Code, refusal.Field));
        }

        var offer = await market.Publish(provider, good with { MinMinutes = 60, DrainMinutes = 1 });
        (OfferChange Change, string Field)[] changes =
        [
            (new() { Lot = CardCount.Of(9) }, "lot"), (new() { MaxMinutes = 59 }, "maxMinutes"),
            (new() { RentNowMaxMinutes = 59 }, "rentNowMaxMinutes"), (new(Cards: new(1)) { Lot = CardCount.Of(1) }, "lot"),
        ];
        foreach (var (change, field) in changes)
        {
            var refusal = await market.Refused(session => OfferBook.Change(session, provider, offer.OfferId, 1, change));
            Assert.Equal((RefusalCode.Invalid, field), (refusal.Code, refusal.Field));
        }
    }

    [Theory, EveryEngine]
    public async Task Csv_WithColumnsOfTerms_ReadsThemAndNamesTheOneThatIsWrong(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var provider = await market.Provider();
        const string row = ",T4,8,cn-east,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z,10,CNY,";
        const string rows =
            "offer,card,count,region,available_from,available_until,ask_per_card_hour,currency,lot,min_minutes,rent_now_ask,gang,link_gbs,"
            + "interruptible,residency\n"
            + "a" + row + "2,60,11.5,multi_node,25,true,DE\n"
            + "b" + row + ",,,,,,\n"
            + "c" + row + "2,one,,,,,\n"
            + "d" + row + "2,,,cluster,,,\n"
            + "e" + row + "2,,,,,yes,\n"
            + "f" + row + "9,,,,,,\n";

        var outcomes = await market.Do(session => OfferImport.Csv(
            session, provider, new StringReader(rows), new Interval(Books.At("2026-01-01"), Books.At("2026-02-01"))));

        Assert.Equal(
            ["a ", "b ", "c min_minutes", "d gang", "e interruptible", "f lot"],
            outcomes.Select(o => $"{o.Name} {o.Reason?.Split(':')[0]}"));
        var offers = await market.Look(session => OfferBook.Of(session, provider, null, 10));
        var (a, b) = (offers.Single(o => o.Name == "a"), offers.Single(o => o.Name == "b"));
        Assert.Equal(("2", 60, "11.50"), (a.Lot.ToString(), a.MinMinutes, a.RentNowAsk?.Amount));
        Assert.Equal((GangTier.MultiNode, 25, true, "DE"), (a.Gang, a.LinkGBs, a.Interruptible, a.Residency));
        Assert.Equal(("0.001", GangTier.SingleCard, false), (b.Lot.ToString(), b.Gang, b.Interruptible));
    }

    [Theory, EveryEngine]
    public async Task Ranking_WhatTermsExclude_IsCountedByTheFirstReason(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var provider = await market.Provider();
        foreach (var draft in new[]
        {
            market.Draft(), market.Draft() with { Lot = CardCount.Of(4) }, market.Draft() with { MinMinutes = 3_000 },
            market.Draft() with { MaxMinutes = 600 }, market.Draft() with { RentNowMaxMinutes = 900 },
            market.Draft() with { Interruptible = true }, market.Draft(cards: "3") with { Lot = CardCount.Of(2) },
            market.Draft(until: "2026-01-02") with { DrainMinutes = 60 },
        })
        {
            await market.Publish(provider, draft);
        }

        var day = new OfferFilter { From = Books.At("2026-01-01"), Until = Books.At("2026-01-02") };
        (OfferFilter Filter, string Expected)[] rows =
        [
            (day, "interruptible 1, too_long 1, too_short 1"),
            (day with { Interruptible = true, RentNow = true }, "rent_now_max 1, too_long 1, too_short 1"),
            (day with { Cards = CardCount.Of(2) }, "interruptible 1, lot 1, too_long 1, too_short 1"),
            (day with { Cards = CardCount.Of(4) }, "interruptible 1, no_room 1, too_long 1, too_short 1"),
            (day with { Until = Books.At("2026-01-02T00:01") }, "interruptible 1, no_room 1, too_long 1, too_short 1"),
        ];
        foreach (var (filter, expected) in rows)
        {
            var ranking = await market.Look(session => OfferRanking.Of(session, filter));
            var told = string.Join(", ", ranking.Excluded.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key} {e.Value}"));
            Assert.Equal(expected, told);
            Assert.Equal(8, ranking.Offers.Count + ranking.Excluded.Values.Sum());
        }
    }

    /// <summary>A posted bid takes only what the terms let it: the price would have had it take the others first.</summary>
    [Theory, EveryEngine]
    public async Task PostedBid_TakesOnlyWhatTheTermsAllow(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        await market.Publish(provider, market.Draft(ask: "1") with { Interruptible = true });
        await market.Publish(provider, market.Draft(ask: "2") with { Lot = CardCount.Of(2) });
        await market.Publish(provider, market.Draft(ask: "3") with { MinMinutes = 1_441 });
        await market.Publish(provider, market.Draft(ask: "4") with { MaxMinutes = 1_439 });
        var soon = await market.Publish(provider, market.Draft(ask: "5") with { RentNowMaxMinutes = 60 });
        var last = await market.Publish(provider, market.Draft(ask: "6"));

        var later = await market.Place(buyer, MarketBooks.Bid(perCard: "20"));
        var atOnce = await market.Place(buyer, MarketBooks.Bid(perCard: "20", from: "2026-01-01T00:59", until: "2026-01-02T00:59"));
        var nextHour = await market.Place(buyer, MarketBooks.Bid(perCard: "20", from: "2026-01-01T01:00", until: "2026-01-02T01:00"));

        Assert.Equal(soon.OfferId, (await market.Find(later.LeaseId)).OfferId);
        Assert.Equal(last.OfferId, (await market.Find(atOnce.LeaseId)).OfferId);
        Assert.Equal(soon.OfferId, (await market.Find(nextHour.LeaseId)).OfferId);
    }
}
