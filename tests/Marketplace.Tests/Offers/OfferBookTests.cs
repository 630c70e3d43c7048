using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

public sealed class OfferBookTests
{
    [Theory, EveryEngine]
    public async Task Publish_AKnownCard_HasItsUnitsItsPriceAndItsWholeCalendar(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var provider = await market.Provider();

        var offer = await market.Publish(provider, market.Draft("NVIDIA H100 SXM5", ask: "10.00"));

        Assert.Equal((MarketBooks.H100, MarketBooks.H100Units, ScuFormula.FormulaVersion), (offer.Card, offer.Units, offer.UnitVersion));
        Assert.Equal(("NVIDIA H100 SXM5", "North Lake", 1, null), (offer.CardName, offer.ProviderName, offer.Version, offer.UnratedReason));
        var exact = (Int128)offer.Ask.Nanos * StandardUnits.MicrosPerUnit;
        var listed = offer.ListedUnits!.Value.Micros;
        Assert.InRange(((Int128)offer.UnitAsk!.Value.Nanos * listed) - exact, 0, listed - 1);
        Assert.Equal("8", offer.Free.ToString());
        Assert.Equal("2026-01-01T00:00 8, 2026-02-01T00:00 0", await market.Calendar(offer));
    }

    [Theory, EveryEngine]
    public async Task Publish_AnUnknownOrUnratedCard_IsSoldByCardHourWithTheReason(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var provider = await market.Provider();

        var unknown = await market.Publish(provider, market.Draft("Warp Nine"));
        var unrated = await market.Publish(provider, market.Draft("P4"));

        Assert.Equal(
            (null, null, null, "'Warp Nine' is not in the registry"),
            (unknown.Card, unknown.Units, unknown.UnitAsk, unknown.UnratedReason));
        Assert.Equal((null, null), (unrated.Units, unrated.UnitVersion));
        Assert.NotNull(unrated.Card);
        Assert.NotEmpty(unrated.UnratedReason!);
    }

    [Theory, EveryEngine]
    public async Task Publish_AFieldThatCannotBe_IsRefusedByItsNameAndNothingIsKept(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var provider = await market.Provider();
        var good = market.Draft();
        (OfferDraft Draft, string Field, string Reason)[] refused =
        [
            (good with { Name = " ", Card = "", Region = "" }, "name", "is not blank"),
            (good with { Name = new('x', 121) }, "name", "has at most 120 characters"),
            (good with { Name = "a\tb" }, "name", "has no control characters"),
            (good with { Name = "a\0b" }, "name", "has no control characters"),
            (good with { Card = "", Region = "" }, "card", "is not blank"),
            (good with { Card = new('x', 121) }, "card", "has at most 120 characters"),
            (good with { Region = "\n" }, "region", "is not blank"),
            (good with { Region = new('x', 121) }, "region", "has at most 120 characters"),
            (good with { MemoryGiB = 0 }, "memoryGiB", "is from 1 to 65536"),
            (good with { MemoryGiB = 65_537 }, "memoryGiB", "is from 1 to 65536"),
            (good with { Ask = MarketBooks.Price("0") }, "ask.amount", "is above zero"),
            (good with { Ask = MarketBooks.Price("1000000.000000001") }, "ask.amount", "is at most 1000000 per card-hour"),
            (good with { AvailableUntil = good.AvailableFrom }, "availableUntil", "is after availableFrom"),
            (good with { AvailableFrom = Books.At("2025-01-01"), AvailableUntil = Books.At("2026-01-01") },
                "availableUntil", "is in the future"),
        ];

        foreach (var (draft, field, reason) in refused)
        {
            var refusal = await market.Refused(session => OfferBook.Publish(session, provider, draft));
            Assert.Equal((RefusalCode.Invalid, field, reason), (refusal.Code, refusal.Field, refusal.Message));
        }

        Assert.Empty(await market.Look(session => OfferBook.Of(session, provider, null, 10)));
        Assert.Equal(0, (await market.Look(Backlog.Of)).Messages);
        Assert.Equal("1000000.00", (await market.Publish(provider, good with { Ask = MarketBooks.Price("1000000") })).Ask.Amount);
    }

    [Theory, EveryEngine]
    public async Task Publish_ANameThatTheProviderHas_IsRefusedAndAnotherProviderMayHaveIt(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (one, two) = (await market.Provider("One"), await market.Provider("Two"));
        var first = await market.Publish(one, market.Draft(name: "rack"));
        await market.Do(session => OfferBook.Withdraw(session, one, first.OfferId, first.Version));

        var refusal = await market.Refused(session => OfferBook.Publish(session, one, market.Draft(name: "rack")));

        Assert.Equal((RefusalCode.Conflict, "name"), (refusal.Code, refusal.Field));
        Assert.Equal("rack", (await market.Publish(two, market.Draft(name: "rack"))).Name);
        Assert.Equal("Rack", (await market.Publish(one, market.Draft(name: "Rack"))).Name);
    }

    [Theory, EveryEngine]
    public async Task Change_EveryThingAtOnce_IsSeenAndRaisesTheVersion(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var provider = await market.Provider();
        var offer = await market.Publish(provider, market.Draft());
        market.Clock.Now = Books.At("2026-01-10");

        var changed = await market.Change(provider, offer, ask: "12.00", cards: "10", until: "2026-03-01");

        Assert.Equal((2, "12.00", "10", "10"), (changed.Version, changed.Ask.Amount, changed.Cards.ToString(), changed.Free.ToString()));
        Assert.True(changed.UnitAsk!.Value.Nanos > offer.UnitAsk!.Value.Nanos);
        Assert.Equal("2026-01-01T00:00 8, 2026-01-10T00:00 10, 2026-03-01T00:00 0", await market.Calendar(offer));
    }

    [Theory, EveryEngine]
    public async Task Change_WhatCannotBe_IsRefusedAndNothingIsChanged(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, foreign, buyer) = (await market.Provider(), await market.Provider("Foreign"), await market.Buyer());
        var offer = await market.Publish(provider, market.Draft());
        await market.Rent(buyer, MarketBooks.Wish(cards: "5", until: "2026-01-20"));
        market.Clock.Now = Books.At("2026-01-10");
        var nothing = new OfferChange(null, null, null);
        (OrganisationId Who, long Version, OfferChange Change, RefusalCode Code, string? Field)[] refused =
        [
            (foreign, 1, nothing, RefusalCode.NotFound, null),
            (foreign, 9, nothing, RefusalCode.NotFound, null),
            (provider, 2, nothing, RefusalCode.Stale, null),
            (provider, 0, nothing, RefusalCode.Stale, null),
            (provider, 1, nothing with { Ask = MarketBooks.Price("0") }, RefusalCode.Invalid, "ask.amount"),
            (provider, 1, nothing with { Ask = MarketBooks.Price("1", "USD") }, RefusalCode.Invalid, "ask.currency"),
            (provider, 1, nothing with { AvailableUntil = Books.At("2026-01-10") }, RefusalCode.Invalid, "availableUntil"),
            (provider, 1, nothing with { AvailableUntil = Books.At("2025-01-10") }, RefusalCode.Invalid, "availableUntil"),
            (provider, 1, nothing with { Cards = CardCount.Parse("4.999") }, RefusalCode.Conflict, "cards"),
            (provider, 1, nothing with { AvailableUntil = Books.At("2026-01-19T23:59") }, RefusalCode.Conflict, "availableUntil"),
            (provider, 1, new(null, CardCount.Parse("5"), Books.At("2026-01-19")), RefusalCode.Conflict, "availableUntil"),
        ];

        foreach (var (who, version, change, code, field) in refused)
        {
            var refusal = await market.Refused(session => OfferBook.Change(session, who, offer.OfferId, version, change));
            Assert.Equal((code, field), (refusal.Code, refusal.Field));
        }

        var none = await market.Refused(session => OfferBook.Change(session, provider, new("offer_none"), 1, nothing));
        Assert.Equal(RefusalCode.NotFound, none.Code);
        Assert.Equal("2026-01-01T00:00 3, 2026-01-20T00:00 8, 2026-02-01T00:00 0", await market.Calendar(offer));
        Assert.Equal((1, "10.00"), ((await market.Find(offer)).Version, (await market.Find(offer)).Ask.Amount));
    }

    [Theory, EveryEngine]
    public async Task Change_ToExactlyWhatIsSold_LeavesNothingFree(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        var offer = await market.Publish(provider, market.Draft());
        await market.Rent(buyer, MarketBooks.Wish(cards: "5", until: "2026-01-20"));
        market.Clock.Now = Books.At("2026-01-10");

        await market.Change(provider, offer, cards: "5", until: "2026-01-20");

        Assert.Equal("2026-01-01T00:00 3, 2026-01-10T00:00 0", await market.Calendar(offer));
        var again = await market.Change(provider, await market.Find(offer), until: "2026-02-01");
        Assert.Equal("2026-01-01T00:00 3, 2026-01-10T00:00 0, 2026-01-20T00:00 5, 2026-02-01T00:00 0", await market.Calendar(again));
    }

    [Theory, EveryEngine]
    public async Task Change_AnOfferThatIsOver_PutsItsCardsOnTheMarketAgainFromNowOn(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        var offer = await market.Publish(provider, market.Draft(until: "2026-01-05"));
        market.Clock.Now = Books.At("2026-01-10");

        var changed = await market.Change(provider, offer, cards: "10", until: "2026-02-01");

        Assert.Equal("10", changed.Free.ToString());
        Assert.Equal("10", (await market.Rent(buyer, MarketBooks.Wish(cards: "10", until: "2026-02-01"))).Cards.ToString());
        var smaller = await market.Publish(provider, market.Draft(until: "2026-01-15"));
        market.Clock.Now = Books.At("2026-01-20");
        Assert.Equal("4", (await market.Change(provider, smaller, cards: "4", until: "2026-02-01")).Free.ToString());
    }

    [Theory, EveryEngine]
    public async Task Change_LeasesThatExist_KeepTheirPrice(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        var offer = await market.Publish(provider, market.Draft(ask: "10.00"));
        var lease = await market.Rent(buyer, MarketBooks.Wish());

        await market.Change(provider, offer, ask: "99.00");

        Assert.Equal("10.00", (await market.Find(lease.LeaseId)).Price.Amount);
        Assert.Equal("99.00", (await market.Rent(buyer, MarketBooks.Wish())).Price.Amount);
    }

    [Theory, EveryEngine]
    public async Task Withdraw_TakesTheOfferOffTheMarketAndItsLeasesGoOn(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, foreign, buyer) = (await market.Provider(), await market.Provider("Foreign"), await market.Buyer());
        var offer = await market.Publish(provider, market.Draft());
        var lease = await market.Rent(buyer, MarketBooks.Wish());

        Assert.Equal(
            RefusalCode.NotFound, (await market.Refused(session => OfferBook.Withdraw(session, foreign, offer.OfferId, 1))).Code);
        Assert.Equal(RefusalCode.Stale, (await market.Refused(session => OfferBook.Withdraw(session, provider, offer.OfferId, 2))).Code);
        var withdrawn = await market.Do(session => OfferBook.Withdraw(session, provider, offer.OfferId, 1));

        Assert.Equal((OfferState.Withdrawn, 2), (withdrawn.State, withdrawn.Version));
        Assert.Equal(RefusalCode.Conflict, (await market.Refused(session => OfferBook.Withdraw(session, provider, offer.OfferId, 2))).Code);
        Assert.Equal(
            RefusalCode.Conflict, (await market.Refused(session => OfferBook.Change(session, provider, offer.OfferId, 2, new()))).Code);
        Assert.Equal(RefusalCode.Conflict, (await market.Refused(session => QuoteBook.Ask(session, buyer, MarketBooks.Wish()))).Code);
        Assert.Equal(LeaseState.Active, (await market.Do(session => LeaseBook.Start(session, provider, lease.LeaseId))).State);
        Assert.Empty(await market.Look(session => OfferBook.Open(session, session.Now, session.Now)));
    }
}
