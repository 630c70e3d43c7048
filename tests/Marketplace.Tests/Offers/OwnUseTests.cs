using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

public sealed class OwnUseTests
{
    [Theory, EveryEngine]
    public async Task Take_WhatIsFree_IsTheProvidersUntilItGivesItBack(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, foreign, buyer) = (await market.Provider(), await market.Provider("Foreign"), await market.Buyer());
        var offer = await market.Publish(provider, market.Draft());
        await market.Rent(buyer, MarketBooks.Wish(cards: "2", until: "2026-01-10"));

        var use = await market.Do(s => Take(s, provider, offer, "6", "2026-01-05", "2026-01-07"));

        Assert.Equal((OwnUseState.Held, "6"), (use.State, use.Cards.ToString()));
        Assert.Equal(
            "2026-01-01T00:00 6, 2026-01-05T00:00 0, 2026-01-07T00:00 6, 2026-01-10T00:00 8, 2026-02-01T00:00 0",
            await market.Calendar(offer));
        Assert.Equal(RefusalCode.Conflict, (await market.Refused(s => Take(s, provider, offer, "0.001", "2026-01-06", "2026-01-08"))).Code);
        Assert.Equal(RefusalCode.NotFound, (await market.Refused(s => Take(s, foreign, offer, "1", "2026-01-08", "2026-01-09"))).Code);
        Assert.Equal([use], await market.Look(s => OwnUseBook.Of(s, provider, offer.OfferId, null, 10)));
        market.Clock.Now = Books.At("2026-01-06");
        Assert.Equal(
            RefusalCode.NotFound,
            (await market.Refused(s => OwnUseBook.Release(s, foreign, offer.OfferId, use.OwnUseId))).Code);
        var released = await market.Do(s => OwnUseBook.Release(s, provider, offer.OfferId, use.OwnUseId));
        Assert.Equal(OwnUseState.Released, released.State);
        Assert.Equal(
            "2026-01-01T00:00 6, 2026-01-05T00:00 0, 2026-01-06T00:00 6, 2026-01-10T00:00 8, 2026-02-01T00:00 0",
            await market.Calendar(offer));
        Assert.Equal(
            RefusalCode.Conflict,
            (await market.Refused(s => OwnUseBook.Release(s, provider, offer.OfferId, use.OwnUseId))).Code);
    }

    [Theory, EveryEngine]
    public async Task Take_AFieldThatCannotBe_IsRefusedByItsName(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var provider = await market.Provider();
        var offer = await market.Publish(provider, market.Draft(from: "2026-01-02"));
        (string Cards, string From, string Until, string Field)[] refused =
        [
            ("8.001", "2026-01-02", "2026-01-03", "cards"), ("1", "2026-01-01T23:59", "2026-01-03", "fromAt"),
            ("1", "2026-01-03", "2026-01-03", "untilAt"), ("1", "2026-01-03", "2026-02-01T00:01", "untilAt"),
        ];
        foreach (var (cards, from, until, field) in refused)
        {
            var refusal = await market.Refused(s => Take(s, provider, offer, cards, from, until));
            Assert.Equal((RefusalCode.Invalid, field), (refusal.Code, refusal.Field));
        }
    }

    [Theory, EveryEngine]
    public async Task Reclaim_WhereOwnUseComesFirst_CutsTheLastLeasesThatAreInTheWayWithNotice(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        var offer = await market.Publish(provider, market.Draft() with
        {
            Interruptible = true,
            OwnUseFirst = true,
            NoticeMinutes = 120,
            DrainMinutes = 30,
        });
        var wish = MarketBooks.Wish(offer: offer.OfferId, cards: "2", until: "2026-01-10");
        var first = await market.Rent(buyer, wish);
        var second = await market.Rent(buyer, wish);
        var third = await market.Rent(buyer, wish with { UntilAt = Books.At("2026-01-01T02:00") });
        foreach (var lease in new[] { first, second, third })
            await market.Do(session => LeaseBook.Start(session, provider, lease.LeaseId));

        // Two are free, four are wanted: the third is over by then, the second was awarded after the first.
        var tooSoon = await market.Refused(s => Take(s, provider, offer, "5", "2026-01-01T02:29", "2026-01-03"));
        await market.Do(s => Take(s, provider, offer, "5", "2026-01-01T02:30", "2026-01-03"));

        Assert.Equal((RefusalCode.Conflict, "fromAt"), (tooSoon.Code, tooSoon.Field));
        var cut = await market.Find(second.LeaseId);
        Assert.Equal((Books.At("2026-01-01T02:00"), LeaseState.Active), (cut.UntilAt, cut.State));
        Assert.Equal(["handed_over", "reclaimed"], await market.Look(s => s.Query<string>(
            "SELECT reason FROM lease_event WHERE lease_id = @LeaseId AND actor = 'provider' ORDER BY position", new { cut.LeaseId })));
        Assert.Equal(first.UntilAt, (await market.Find(first.LeaseId)).UntilAt);
        Assert.Equal(third.UntilAt, (await market.Find(third.LeaseId)).UntilAt);
        market.Clock.Now = Books.At("2026-01-01T02:00");
        await LeaseKeeper.Tend(market.Database, new());
        var over = await market.Find(second.LeaseId);
        Assert.Equal((LeaseState.Ended, cut.UntilAt), (over.State, over.EndedAt));
        var calendar = await market.Calendar(offer);
        Assert.Contains("2026-01-01T02:30 1, 2026-01-03T00:30 6", calendar, StringComparison.Ordinal);
    }

    [Theory, EveryEngine]
    public async Task Reclaim_ALeaseThatWouldBeginLater_CancelsIt_AndWhatNoLeaseHoldsIsNotThere(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        var offer = await market.Publish(provider, market.Draft(ask: "1") with { Interruptible = true, OwnUseFirst = true });
        var (from, until) = (Books.At("2026-01-15"), Books.At("2026-01-20"));
        var leaseId = await market.Do(async session =>
        {
            Assert.True(await Calendar.Take(session, offer.OfferId, CardCount.Of(4), from, until));
            return await LeaseBook.Award(session, new(offer, buyer, CardCount.Of(4), from, until, offer.Ask, MarketBooks.Commission));
        });

        await market.Do(s => Take(s, provider, offer, "8", "2026-01-14", "2026-01-16"));
        var twice = await market.Refused(s => Take(s, provider, offer, "1", "2026-01-14", "2026-01-16"));

        var lease = await market.Find(leaseId);
        Assert.Equal(LeaseState.Cancelled, lease.State);
        Assert.Equal("2026-01-01T00:00 8, 2026-01-14T00:00 0, 2026-01-16T00:00 8, 2026-02-01T00:00 0", await market.Calendar(offer));
        Assert.Equal((RefusalCode.Conflict, "cards"), (twice.Code, twice.Field));
        var plain = await market.Publish(provider, market.Draft(ask: "2") with { Interruptible = true });
        await market.Rent(buyer, MarketBooks.Wish(offer: plain.OfferId, cards: "8"));
        Assert.Equal("cards", (await market.Refused(s => Take(s, provider, plain, "1", "2026-01-01", "2026-01-02"))).Field);
    }

    private static Task<OwnUse> Take(Session session, OrganisationId who, Offer offer, string cards, string from, string until) =>
        OwnUseBook.Take(session, who, offer.OfferId, new(CardCount.Parse(cards), Books.At(from), Books.At(until)));
}
