using Marketplace.Billing;
using Marketplace.Contracts;
using NodaTime;

namespace Marketplace;

public sealed class LeaseBookTests
{
    [Theory, EveryEngine]
    public async Task Start_OnlyItsProviderWithinTheWindowAndOnce(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer, lease) = await Awarded(market);

        Assert.Equal(RefusalCode.NotFound, await Refused(market, session => LeaseBook.Start(session, buyer, lease)));
        Assert.Equal(RefusalCode.NotFound, await Refused(market, session => LeaseBook.Start(session, provider, new("lease_none"))));
        market.Clock.Now = Books.At("2026-01-02") - Duration.FromMilliseconds(1);
        Assert.Equal(RefusalCode.Conflict, await Refused(market, session => LeaseBook.Start(session, provider, lease)));
        market.Clock.Now = Books.At("2026-01-03");
        Assert.Equal(RefusalCode.Conflict, await Refused(market, session => LeaseBook.Start(session, provider, lease)));
        market.Clock.Now = Books.At("2026-01-02");
        var started = await market.Do(session => LeaseBook.Start(session, provider, lease));

        Assert.Equal((LeaseState.Active, Books.At("2026-01-02"), 2), (started.State, started.StartedAt, started.Version));
        market.Clock.Now = Books.At("2026-01-02T01:00");
        Assert.Equal(RefusalCode.Conflict, await Refused(market, session => LeaseBook.Start(session, provider, lease)));
        Assert.Equal(Books.At("2026-01-02"), (await market.Find(lease)).StartedAt);
    }

    [Theory, EveryEngine]
    public async Task End_BeforeTheStart_CancelsAndFreesEverything(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, _, lease) = await Awarded(market);
        var offer = await market.Look(session => OfferBook.Find(session, market.Find(lease).Result.OfferId));

        var cancelled = await market.Do(session => LeaseBook.End(session, provider, lease));

        Assert.Equal((LeaseState.Cancelled, "provider", Books.At("2026-01-01")), (cancelled.State, cancelled.Reason, cancelled.EndedAt));
        Assert.Equal("2026-01-01T00:00 8, 2026-02-01T00:00 0", await market.Calendar(offer!));
        Assert.Equal(RefusalCode.Conflict, await Refused(market, session => LeaseBook.End(session, provider, lease)));
        market.Clock.Now = Books.At("2026-01-02");
        Assert.Equal(RefusalCode.Conflict, await Refused(market, session => LeaseBook.Start(session, provider, lease)));
    }

    [Theory, EveryEngine]
    public async Task End_BeforeItsTime_FreesTheRestAndUsageAfterItIsKeptAside(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer, lease) = await Awarded(market);
        market.Clock.Now = Books.At("2026-01-02");
        await market.Do(session => LeaseBook.Start(session, provider, lease));
        market.Clock.Now = Books.At("2026-01-02T12:00");
        var stranger = await market.Buyer("Stranger");
        Assert.Equal(RefusalCode.NotFound, await Refused(market, session => LeaseBook.End(session, stranger, lease)));

        var ended = await market.Do(session => LeaseBook.End(session, buyer, lease));

        Assert.Equal((LeaseState.Ended, "buyer", market.Clock.Now), (ended.State, ended.Reason, ended.EndedAt));
        var offer = await market.Look(session => OfferBook.Find(session, ended.OfferId));
        Assert.Equal("2026-01-01T00:00 8, 2026-01-02T00:00 6, 2026-01-02T12:00 8, 2026-02-01T00:00 0", await market.Calendar(offer!));
        Assert.Equal(RefusalCode.Conflict, await Refused(market, session => LeaseBook.End(session, buyer, lease)));
        market.Clock.Now = Books.At("2026-01-04");
        Assert.Equal(UsageStatus.Accepted, await Use("2026-01-02T11:00", "2026-01-02T12:00"));
        Assert.Equal(UsageStatus.Quarantined, await Use("2026-01-02T11:30", "2026-01-02T12:30"));
        Assert.Equal(UsageStatus.Quarantined, await Use("2026-01-02T12:00", "2026-01-02T13:00"));

        async Task<UsageStatus> Use(string from, string until) => (await market.Do(session => UsageLog.Record(session, provider,
        [
            new()
            {
                Source = "/meter", EventId = from, LeaseId = lease, FromAt = Books.At(from), UntilAt = Books.At(until), Cards = new(1_000),
            },
        ])))[0].Status;
    }

    [Theory, EveryEngine]
    public async Task Tend_WhenTheWindowIsOver_EndsWhatRanAndFailsWhatWasNeverStarted(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer, ran) = await Awarded(market);
        var never = (await market.Place(buyer, MarketBooks.Bid(perCard: "10"))).LeaseId!.Value;
        var brief = (await market.Place(buyer, MarketBooks.Bid(perCard: "10", until: "2026-01-02T00:15"))).LeaseId!.Value;
        market.Clock.Now = Books.At("2026-01-02");
        await market.Do(session => LeaseBook.Start(session, provider, ran));
        market.Clock.Now = Books.At("2026-01-02T00:15") - Duration.FromMilliseconds(1);
        await LeaseKeeper.Tend(market.Database, new());
        Assert.Equal((LeaseState.Active, LeaseState.Awarded), ((await market.Find(ran)).State, (await market.Find(never)).State));

        market.Clock.Now = Books.At("2026-01-03");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => LeaseKeeper.Tend(market.Database, new()))));

        var (ended, failed) = (await market.Find(ran), await market.Find(never));
        Assert.Equal((LeaseState.Ended, "run_out", Books.At("2026-01-03")), (ended.State, ended.Reason, ended.EndedAt));
        Assert.Equal(
            (LeaseState.Failed, "no_show", 2, Books.At("2026-01-02T00:15")),
            (failed.State, failed.Reason, failed.Version, failed.EndedAt));
        Assert.Equal((LeaseState.Expired, "run_out"), ((await market.Find(brief)).State, (await market.Find(brief)).Reason));
        Assert.Equal(RefusalCode.Conflict, await Refused(market, session => LeaseBook.End(session, buyer, ran)));
        Assert.Equal(RefusalCode.Conflict, await Refused(market, session => LeaseBook.Start(session, provider, never)));
    }

    [Theory, EveryEngine]
    public async Task Tend_MoreThanOneRoundTakes_EndsAll(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        await market.Publish(provider, market.Draft(cards: "65535"));
        var wish = MarketBooks.Wish(cards: "0.001");
        await market.Do(async session =>
        {
            for (var i = 0; i < 1_001; i++)
            {
                var quote = await QuoteBook.Ask(session, buyer, wish);
                await QuoteBook.Accept(session, buyer, quote.QuoteId, MarketBooks.Commission);
            }
        });
        market.Clock.Now = Books.At("2026-01-02");

        await LeaseKeeper.Tend(market.Database, new());

        Assert.Equal([(LeaseState.Failed, 1_001)], (await market.Leases()).CountBy(l => l.State).Select(p => (p.Key, p.Value)));
    }

    [Theory, EveryEngine]
    public async Task End_BothPartiesAtOnce_HasOneEffect(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer, lease) = await Awarded(market);

        var outcomes = await Task.WhenAll(new[] { provider, buyer, provider, buyer }.Select(who => Task.Run(async () =>
        {
            try
            {
                await market.Do(session => LeaseBook.End(session, who, lease));
                return true;
            }
            catch (Refusal refusal) when (refusal.Code == RefusalCode.Conflict)
            {
                return false;
            }
        })));

        Assert.Single(outcomes, ended => ended);
        var offer = await market.Look(session => OfferBook.Find(session, market.Find(lease).Result.OfferId));
        Assert.Equal("2026-01-01T00:00 8, 2026-02-01T00:00 0", await market.Calendar(offer!));
    }

    /// <summary>Two cards of eight, for 2 January.</summary>
    private static async Task<(OrganisationId Provider, OrganisationId Buyer, LeaseId Lease)> Awarded(MarketBooks market)
    {
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        await market.Publish(provider, market.Draft());
        var bid = await market.Place(buyer, MarketBooks.Bid(cards: "2", perCard: "10"));
        return (provider, buyer, bid.LeaseId!.Value);
    }

    private static async Task<RefusalCode> Refused(MarketBooks market, Func<Session, Task> act) => (await market.Refused(act)).Code;
}
