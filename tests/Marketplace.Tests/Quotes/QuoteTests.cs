using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>What a quote promises: its cards, its price and all that it is made of, its signature.</summary>
public sealed class QuoteTests
{
    [Theory, EveryEngine]
    public async Task Ask_WhileItLives_HoldsItsCardsAndGivesThemBackOnce(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer, other) = (await market.Provider(), await market.Buyer(), await market.Buyer("Other"));
        var offer = await market.Publish(provider, market.Draft() with { DrainMinutes = 30 });
        const string whole = "2026-01-01T00:00 8, 2026-02-01T00:30 0";
        const string held = "2026-01-01T00:00 0, 2026-01-02T00:30 8, 2026-02-01T00:30 0";

        var declined = await market.Quote(buyer, MarketBooks.Wish(cards: "8"));
        Assert.Equal(held, await market.Calendar(offer));
        Assert.Equal(RefusalCode.Conflict, (await market.Refused(s => QuoteBook.Ask(s, other, MarketBooks.Wish()))).Code);
        await market.Decline(buyer, declined);
        Assert.Equal(whole, await market.Calendar(offer));
        Assert.Equal(
            RefusalCode.Conflict, (await market.Refused(s => QuoteBook.Decline(s, buyer, declined.QuoteId))).Code);

        var expired = await market.Quote(buyer, MarketBooks.Wish(cards: "8"));
        market.Clock.Now = expired.ExpiresAt - Duration.FromMilliseconds(1);
        await Steward.Tend(market.Database);
        Assert.Equal(held, await market.Calendar(offer));
        market.Clock.Now = expired.ExpiresAt;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Steward.Tend(market.Database))));
        Assert.Equal(whole, await market.Calendar(offer));

        // Nobody has tended: whoever asks next lets go what is over.
        var lapsed = await market.Quote(buyer, MarketBooks.Wish(cards: "8"));
        market.Clock.Now = lapsed.ExpiresAt;
        var lease = await market.Rent(other, MarketBooks.Wish(cards: "8"));
        Assert.Equal((QuoteState.Expired, other), ((await market.Find(buyer, lapsed)).State, lease.BuyerId));
        await market.Do(session => LeaseBook.End(session, other, lease.LeaseId));
        Assert.Equal("8", (await market.Find(offer)).Free.ToString());
    }

    [Theory, EveryEngine]
    public async Task Ask_TakesOnlyWhatTheTermsAllow(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        var any = await market.Publish(provider, market.Draft(cards: "64", ask: "20"));
        var lots = await market.Publish(provider, market.Draft(ask: "10") with { Lot = CardCount.Of(4) });
        var span = await market.Publish(
            provider, market.Draft(ask: "9") with { MinMinutes = 120, MaxMinutes = 24 * 60, RentNowMaxMinutes = 300 });
        var spot = await market.Publish(
            provider, market.Draft(ask: "1") with { Interruptible = true, NoticeMinutes = 15, OwnUseFirst = true });
        (string Cards, string Until, bool Interruptible, Offer Found)[] wishes =
        [
            ("3", "2026-01-01T01:00", false, any), ("4", "2026-01-01T01:00", false, lots), ("0.5", "2026-01-01T01:00", false, any),
            ("1", "2026-01-01T02:00", false, span), ("1", "2026-01-01T05:00", false, span), ("1", "2026-01-01T05:01", false, any),
            ("1", "2026-01-01T01:59", false, any), ("1", "2026-01-01T02:00", true, spot),
        ];
        foreach (var (cards, until, interruptible, found) in wishes)
        {
            var quote = await market.Quote(buyer, MarketBooks.Wish(cards: cards, until: until) with { Interruptible = interruptible });
            Assert.Equal((found.OfferId, cards, until), (quote.OfferId, cards, until));
            await market.Decline(buyer, quote);
        }

        var named = await market.Quote(buyer, MarketBooks.Wish(offer: spot.OfferId));
        Assert.Equal((true, 15, "0.001"), (named.Interruptible, named.NoticeMinutes, named.Lot.ToString()));
        (Offer Offer, string Cards, string Until, string Field)[] refused =
        [
            (lots, "3", "2026-01-02", "cards"), (span, "1", "2026-01-01T01:59", "untilAt"), (span, "1", "2026-01-02T00:01", "untilAt"),
            (span, "1", "2026-01-01T05:01", "untilAt"),
        ];
        foreach (var (offer, cards, until, field) in refused)
        {
            var wish = MarketBooks.Wish(cards: cards, until: until, offer: offer.OfferId);
            var refusal = await market.Refused(session => QuoteBook.Ask(session, buyer, wish));
            Assert.Equal((RefusalCode.Invalid, field), (refusal.Code, refusal.Field));
        }
    }

    [Theory, EveryEngine]
    public async Task Ask_EveryComponent_AddsUpAndIsSigned(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        await market.Publish(provider, market.Draft(ask: "10") with
        {
            RentNowAsk = MarketBooks.Price("12.345678901"),
            Lot = CardCount.Parse("0.5"),
            DrainMinutes = 10,
        });

        var quote = await market.Quote(buyer, MarketBooks.Wish(cards: "1.5", until: "2026-01-01T10:30") with { Reference = "job" });

        Assert.Equal(("10.00", "12.345678901", null), (quote.Ask.Amount, quote.RentNowAsk?.Amount, quote.Cleared?.Amount));
        Assert.Equal(("12.345678901", PriceBinding.RentNowAsk), (quote.Price.Amount, quote.Binding));
        Assert.Equal(15_750_000_000L * 3_600 / 1_000, quote.UseAtMost.Micros);
        Assert.Equal(("194.44", "11.67", "206.11"), (quote.AtMost.Amount, quote.TaxAtMost.Amount, quote.GrossAtMost.Amount));
        Assert.Equal(("0.5", 10, false), (quote.Lot.ToString(), quote.DrainMinutes, quote.Interruptible));
        Assert.Equal(quote, await market.Find(buyer, quote));
        Assert.True(await Vouches(market, quote, quote.Signature));
        Assert.True(await Vouches(market, quote, quote.Signature.ToUpperInvariant()));
        foreach (var forged in new[] { "", "00", new string('0', 64), quote.Signature[..^1], quote.Signature + "00", new string('x', 64) })
            Assert.False(await Vouches(market, quote, forged));
    }

    /// <summary>Every fact of a quote is under the signature: whatever is altered in the books, the acceptance notices.</summary>
    [Theory, EveryEngine]
    public async Task Accept_AQuoteThatIsNotWhatWasSigned_IsRefused(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer, other) = (await market.Provider(), await market.Buyer(), await market.Buyer("Other"));
        await market.Publish(provider, market.Draft());
        var foreign = await market.Publish(provider, market.Draft());
        var quote = await market.Quote(buyer, MarketBooks.Wish(cards: "2") with { Workload = "llm-decode-batch", Reference = "a" });
        string[] altered =
        [
            "price_nanos = price_nanos - 1", "ask_nanos = ask_nanos - 1", "rent_now_ask_nanos = 1", "cleared_nanos = 1",
            "cards = cards + 1",
            "until_at = until_at + 1", "expires_at = expires_at + 1", "quoted_at = quoted_at - 1", "tax_rate = 0", "lot = 2",
            "interruptible = 1", "notice_minutes = 1", "drain_minutes = 1", "claimed = claimed - 1", "derate = derate - 1",
            "tier = 'telemetry'", "workload = 'llm-prefill'", "reference = 'b'", "currency = 'USD'", "signature = 'ab'",
            "key_id = 'qkey_none'", $"offer_id = '{foreign.OfferId}'", $"buyer_id = '{other}'",
        ];
        foreach (var change in altered)
        {
            await using var session = await market.Database.Write();
            Assert.Equal(1, await session.Execute($"UPDATE quote SET {change} WHERE quote_id = @QuoteId", new { quote.QuoteId }));
            var who = change.StartsWith("buyer_id", StringComparison.Ordinal) ? other : buyer;
            var refusal = await Assert.ThrowsAsync<Refusal>(
                () => QuoteBook.Accept(session, who, quote.QuoteId, MarketBooks.Commission));
            Assert.True(refusal.Message.Contains("signed", StringComparison.Ordinal), $"{change}: {refusal.Message}");
        }

        Assert.Equal(quote.QuoteId, (await market.Accept(buyer, quote)).QuoteId);
    }

    [Theory, EveryEngine]
    public async Task Key_AfterItsLifetime_IsReplacedAndStillChecks(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        await market.Publish(provider, market.Draft(until: "2027-01-01"));
        var first = await market.Quote(buyer, MarketBooks.Wish());
        var same = await market.Quote(buyer, MarketBooks.Wish());
        market.Clock.Now += QuoteKey.Lifetime;

        var next = await market.Quote(buyer, MarketBooks.Wish(until: "2026-06-01"));

        Assert.Equal(first.KeyId, same.KeyId);
        Assert.NotEqual(first.KeyId, next.KeyId);
        Assert.True(await Vouches(market, first, first.Signature));
        Assert.True(await Vouches(market, next, next.Signature));
        Assert.False(await Vouches(market, next, first.Signature));
    }

    [Theory, EveryEngine]
    public async Task Ask_MoreThanABuyerMayLeaveUnaccepted_IsRefusedForAWhile(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer, other) = (await market.Provider(), await market.Buyer(), await market.Buyer("Other"));
        await market.Publish(provider, market.Draft(cards: "64"));
        var wish = MarketBooks.Wish(cards: "0.001");
        await market.Accept(buyer, await market.Quote(buyer, wish));

        // All at once, so that each would have fitted alone.
        var asked = await Task.WhenAll(Enumerable.Range(0, QuoteBook.MostUnused + 8).Select(_ => Task.Run(async () =>
        {
            try
            {
                await market.Quote(buyer, wish);
                return null;
            }
            catch (Refusal refusal)
            {
                return refusal;
            }
        })));

        Assert.Equal(QuoteBook.MostUnused, asked.Count(a => a is null));
        Assert.All(asked.OfType<Refusal>(), r => Assert.Equal((RefusalCode.Conflict, Duration.FromHours(1)), (r.Code, r.RetryAfter)));
        Assert.Equal(QuoteState.Open, (await market.Quote(other, wish)).State);
        market.Clock.Now += Duration.FromHours(1);
        Assert.Equal(QuoteState.Open, (await market.Quote(buyer, wish)).State);
    }

    [Theory, EveryEngine]
    public async Task Ask_WhatTheFundsDoNotCover_IsRefusedAndAnAccountWithoutALimitNever(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer, free) = (await market.Provider(), await market.Buyer(), await market.Buyer("Free"));
        await market.Publish(provider, market.Draft(ask: "10"));
        await market.Do(session => session.Execute("UPDATE account SET credit_limit = 25440 WHERE account_id = @buyer", new { buyer }));

        // One card for a day with 6 % tax is 254.40; a second day is not asked for yet.
        Assert.Equal("10.00", (await market.Quote(buyer, MarketBooks.Wish(until: "2026-01-05"))).Price.Amount);
        await market.Do(session => session.Execute("UPDATE account SET credit_limit = 25439 WHERE account_id = @buyer", new { buyer }));
        var refusal = await market.Refused(session => QuoteBook.Ask(session, buyer, MarketBooks.Wish(until: "2026-01-05")));

        Assert.Equal(RefusalCode.Conflict, refusal.Code);
        Assert.Contains("254.40 CNY", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("10.00", (await market.Quote(free, MarketBooks.Wish(cards: "7"))).Price.Amount);
    }

    [Theory, EveryEngine]
    public async Task Accept_InPlaceOfABid_CancelsItAndItsGroup(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer, other) = (await market.Provider(), await market.Buyer(), await market.Buyer("Other"));
        await market.Publish(provider, market.Draft(ask: "10"));
        var (bid, sister, apart, foreign) = (await Rests(buyer), await Rests(buyer), await Rests(buyer), await Rests(other));
        await market.Do(session => session.Execute(
            "UPDATE bid SET xor_group = 'g' WHERE bid_id = @One OR bid_id = @Two OR bid_id = @Three",
            new { One = bid.BidId, Two = sister.BidId, Three = foreign.BidId }));
        var refused = await market.Refused(s => QuoteBook.Ask(s, buyer, MarketBooks.Wish() with { BidId = foreign.BidId }));
        var quote = await market.Quote(buyer, MarketBooks.Wish() with { BidId = bid.BidId });
        Assert.Equal(BidState.Open, (await market.Find(bid)).State);

        await market.Accept(buyer, quote);

        Assert.Equal((RefusalCode.Invalid, "bidId"), (refused.Code, refused.Field));
        Assert.Equal((BidState.Cancelled, BidState.Cancelled), ((await market.Find(bid)).State, (await market.Find(sister)).State));
        Assert.Equal((BidState.Open, BidState.Open), ((await market.Find(apart)).State, (await market.Find(foreign)).State));

        // A need that was served meanwhile is not served twice.
        var second = await market.Quote(buyer, MarketBooks.Wish() with { BidId = apart.BidId });
        await market.Do(session => session.Execute("UPDATE bid SET state = 'matched' WHERE bid_id = @BidId", new { apart.BidId }));
        var matched = await market.Refused(s => QuoteBook.Accept(s, buyer, second.QuoteId, MarketBooks.Commission));
        Assert.Equal(RefusalCode.Conflict, matched.Code);
        Assert.Contains(apart.BidId.Value, matched.Message, StringComparison.Ordinal);

        Task<Bid> Rests(OrganisationId who) => market.Place(who, MarketBooks.Bid(perCard: "1"));
    }

    [Theory, EveryEngine]
    public async Task Gate_FromGateToCommit_GivesNoQuotesBeyondItAndHonoursThoseThatExist(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        var offer = await market.Publish(provider, market.Draft(ask: "10"));
        var dearer = await market.Publish(provider, market.Draft(ask: "11"));
        var before = await market.Quote(buyer, MarketBooks.Wish());
        await market.Do(session => session.Execute(
            "UPDATE offer SET gated_by = 'auction_x', gate_at = @Gate WHERE offer_id = @OfferId",
            new { offer.OfferId, Gate = Books.At("2026-01-01T01:00") }));

        var refusal = await market.Refused(session => QuoteBook.Ask(session, buyer, MarketBooks.Wish()));
        var ownUse = await market.Refused(session => OwnUseBook.Take(
            session, provider, offer.OfferId, new(CardCount.Of(1), Books.At("2026-01-01"), Books.At("2026-01-02"))));
        var change = await market.Refused(session => OfferBook.Change(
            session, provider, offer.OfferId, offer.Version, new(MarketBooks.Price("9"))));
        var withdrawal = await market.Refused(session => OfferBook.Withdraw(session, provider, offer.OfferId, offer.Version));

        Assert.All(
            [refusal, ownUse, change, withdrawal],
            r => Assert.Equal((RefusalCode.Conflict, true), (r.Code, r.RetryAfter > Duration.Zero)));
        var posted = await market.Place(buyer, MarketBooks.Bid(perCard: "20"));
        Assert.Equal(dearer.OfferId, (await market.Find(posted.LeaseId)).OfferId);
        Assert.Equal(offer.OfferId, (await market.Quote(buyer, MarketBooks.Wish(until: "2026-01-01T01:00"))).OfferId);
        Assert.Equal(offer.OfferId, (await market.Accept(buyer, before)).OfferId);
    }

    private static Task<bool> Vouches(MarketBooks market, Quote quote, string signature) =>
        market.Look(session => QuoteKey.Vouches(session, quote, signature));
}
