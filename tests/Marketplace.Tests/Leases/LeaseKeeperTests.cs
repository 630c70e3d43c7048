using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

public sealed class LeaseKeeperTests
{
    [Theory, EveryEngine]
    public async Task AJumpOverAWholeLife_DoesWhatEveryMinuteWouldHaveDone_InOrder(Engine engine)
    {
        await using var run = await RunningLease.Open(engine, "interruptible = 1, notice_minutes = 30");
        var lease = await run.Run(until: "2026-01-02");
        var provider = await run.Who(run.Provider);
        await run.Market.Do(session => new LeaseInterruption(InterruptionReason.Preempted).Begin(session, provider, lease));

        await run.Until("2026-01-05");

        Assert.Equal(
            [
                "awarded sold market 01T00:00", "active handed_over provider 01T00:00", "active notice provider 01T00:00",
                "interrupted preempted provider 01T00:30", "ended run_out market 02T00:00",
            ],
            await run.History(lease));
        var ended = await run.Market.Find(lease);
        Assert.Equal((LeaseState.Ended, Books.At("2026-01-02")), (ended.State, ended.EndedAt));
        Assert.Equal(UsageStatus.Accepted, await run.Use(ended, Books.At("2026-01-01"), Books.At("2026-01-01T00:30")));
        Assert.Equal(UsageStatus.Quarantined, await run.Use(ended, Books.At("2026-01-01T00:30"), Books.At("2026-01-01T00:31")));
        Assert.Equal(UsageStatus.Quarantined, await run.Use(ended, Books.At("2026-01-01T23:59"), Books.At("2026-01-02T00:01")));
    }

    [Theory, EveryEngine]
    public async Task ANoShow_FreesTheCards_LetsTheFundsGo_AndIsCreditedOnce(Engine engine)
    {
        await using var run = await RunningLease.Open(engine);
        var lease = await run.Market.Rent(run.Buyer, MarketBooks.Wish(cards: "2", until: "2026-01-03"));
        Assert.Equal(new Money(48_000, Currency.Cny), await run.Market.Look(session => Funds.HeldFor(session, lease.LeaseId.Value)));
        await run.Market.Do(session => LeaseBook.Provision(session, run.Provider, lease.LeaseId));

        await run.Until("2026-01-01T00:14");
        Assert.Equal(LeaseState.Provisioning, (await run.Market.Find(lease.LeaseId)).State);
        await run.Until("2026-01-04");
        await run.Until("2026-01-05");

        var failed = await run.Market.Find(lease.LeaseId);
        Assert.Equal((LeaseState.Failed, "no_show", Books.At("2026-01-01T00:15")), (failed.State, failed.Reason, failed.EndedAt));
        Assert.Null(await run.Market.Look(session => Funds.HeldFor(session, lease.LeaseId.Value)));

        // A tenth of 2 cards x 24 h x 10.00.
        Assert.Equal(("48.00", "-48.00"), (failed.Credited.Amount, failed.Spent.Amount));
        Assert.Equal(CreditRule.NoShow, Assert.Single(await run.Market.Look(session => Credit.Of(session, lease.LeaseId))).Rule);
    }

    [Theory, EveryEngine]
    public async Task ALeaseWithoutUsage_IsDoubtedOnceForEachSilence_AndRunsOn(Engine engine)
    {
        await using var run = await RunningLease.Open(engine);
        var lease = await run.Run();
        await run.Until("2026-01-01T01:00");
        Assert.DoesNotContain(await run.History(lease), e => e.Contains("no_usage", StringComparison.Ordinal));
        await run.Until("2026-01-01T05:00");
        await run.Until("2026-01-01T06:00");
        await run.Report(lease);
        await run.Until("2026-01-01T07:30");

        Assert.Equal(
            ["active no_usage market 01T01:00", "active no_usage market 01T07:00"],
            (await run.History(lease)).Where(e => e.Contains("no_usage", StringComparison.Ordinal)));
        Assert.Equal(LeaseState.Active, (await run.Market.Find(lease)).State);
    }

    [Theory, EveryEngine]
    public async Task FundsThatRunOut_WarnPauseAndClose_EachOnceAndInTime(Engine engine)
    {
        await using var run = await RunningLease.Open(engine);
        await run.Limit(300);
        var lease = await run.Run(until: "2026-01-05");

        // 300 yuan are 30 hours of a card: paused a minute before they are over.
        await run.Until("2026-01-04");
        await run.Until("2026-01-04T01:00");

        Assert.Equal(
            [(24L, "01T06:00"), (6L, "02T00:00"), (1L, "02T05:00"), (0L, "02T05:59")],
            (await Warnings(run)).Select(w => (w.Hours, InstantText.Format(w.CheckedAt)[8..16])));
        Assert.Equal(
            [
                "awarded sold market 01T00:00", "active handed_over provider 01T00:00", "active no_usage market 01T01:00",
                "interrupted funds_out market 02T05:59", "ended funds_out market 02T06:59",
            ],
            await run.History(lease));
    }

    [Theory, EveryEngine]
    public async Task PayingInWithinTheGrace_GoesOn_AndWarnsAgainWhenItMust(Engine engine)
    {
        await using var run = await RunningLease.Open(engine);
        await run.Limit(240);
        var lease = await run.Run(until: "2026-01-05");
        await run.Until("2026-01-01T23:59");
        Assert.Equal(LeaseState.Interrupted, (await run.Market.Find(lease)).State);
        await run.Until("2026-01-02T00:29");
        await run.PayIn(5);
        await run.Until("2026-01-02T00:39");
        Assert.Equal(LeaseState.Interrupted, (await run.Market.Find(lease)).State);
        await run.PayIn(20);
        await run.Until("2026-01-03");

        Assert.Equal(
            [
                "interrupted funds_out market 01T23:59", "active paid_in market 02T00:39", "interrupted funds_out market 02T03:09",
                "ended funds_out market 02T04:09",
            ],
            (await run.History(lease)).Where(e => !e.Contains("no_usage", StringComparison.Ordinal)).Skip(2));
    }

    [Theory, EveryEngine]
    public async Task TheHold_IsOfTheNextDay_ShrinksToTheEnd_AndIsRefusedBeyondTheFunds(Engine engine)
    {
        await using var run = await RunningLease.Open(engine);
        await run.Limit(250);
        var lease = await run.Run(until: "2026-01-02T06:00");
        var refused = await run.Market.Refused(session => Rent(session, run.Buyer));
        Assert.Equal(RefusalCode.Conflict, refused.Code);
        Assert.Equal("240.00", await Held());

        await run.PayIn(100);
        await run.Until("2026-01-01T12:00");
        Assert.Equal("180.00", await Held());
        await run.Market.Do(session => LeaseBook.End(session, run.Buyer, lease));
        Assert.Null(await Held());

        async Task<string?> Held() => (await run.Market.Look(session => Funds.HeldFor(session, lease.Value)))?.Amount;
        static async Task Rent(Session session, OrganisationId buyer)
        {
            var quote = await QuoteBook.Ask(session, buyer, MarketBooks.Wish(until: "2026-01-02"));
            await QuoteBook.Accept(session, buyer, quote.QuoteId, MarketBooks.Commission);
        }
    }

    /// <summary>
    /// Whatever the steps in which time passes, use is reported and money comes in: no lease runs unpaid, and none is billed after its end.
    /// </summary>
    [Fact]
    public async Task NoLeaseRunsUnpaid_AndNoneIsBilledAfterItsEnd_WhateverTheSchedule()
    {
        var paused = 0;
        for (var seed = 1; seed <= 6; seed++)
        {
            var random = new Random(seed);
            await using var run = await RunningLease.Open(Engine.Sqlite, "interruptible = 1, notice_minutes = 10");
            var funds = random.Next(700, 1_500);
            await run.Limit(funds);
            var provider = await run.Who(run.Provider);
            var leases = new List<LeaseId>();
            for (var i = 0; i < 3; i++) leases.Add(await run.Run(until: $"2026-01-0{random.Next(3, 6)}", cards: i == 0 ? "0.5" : "1"));

            for (var step = 0; step < 22; step++)
            {
                var minutes = random.Next(4) == 0 ? random.Next(60, 1_500) : random.Next(1, 120);
                await run.Until(run.Market.Clock.Now + Duration.FromMinutes(minutes));
                foreach (var lease in leases.Where(_ => random.Next(3) > 0)) await run.Report(lease);
                if (random.Next(5) == 0)
                {
                    var more = random.Next(5, 120);
                    funds += more;
                    await run.PayIn(more);
                }

                if (random.Next(6) == 0) await Change(run, provider, leases[random.Next(leases.Count)]);
                var left = (await run.Market.Look(async session =>
                    await Funds.Of(session, await BillingAccount.Get(session, run.Buyer)))).Uninvoiced;
                Assert.True(left.Minor <= funds * 100L, $"seed {seed}, step {step}: {left} used of {funds}");
            }

            await run.Until("2026-01-10");
            foreach (var id in leases)
            {
                await run.Report(id);
                var lease = await run.Market.Find(id);
                Assert.True(lease.State is LeaseState.Ended, $"seed {seed}: {lease.State}");
                Assert.True(lease.EndedAt <= lease.UntilAt);
                paused += (await run.History(id)).Count(e => e.StartsWith("interrupted funds_out", StringComparison.Ordinal));
                Assert.Equal(
                    UsageStatus.Quarantined, await run.Use(lease, lease.EndedAt!.Value, lease.EndedAt.Value + Duration.FromMinutes(1)));
                await OnlyWhatRanIsMetered(run, lease);
            }

            var used = await run.Market.Look(session => session.Scalar<long>("SELECT CAST(SUM(nanos) AS BIGINT) FROM charge"));
            Assert.InRange(used, 1, funds * 1_000_000_000L);
        }

        Assert.InRange(paused, 3, 1_000);
    }

    private static async Task OnlyWhatRanIsMetered(RunningLease run, Lease lease)
    {
        var events = await run.Market.Look(session =>
            UsageLog.Within(session, lease.LeaseId, Books.At("2025-01-01"), Books.At("2027-01-01")));
        var gaps = await run.Market.Look(session => Interruption.Of(session, lease.LeaseId));
        foreach (var usage in events)
        {
            Assert.True(usage.FromAt >= lease.StartedAt && usage.UntilAt <= lease.EndedAt);
            Assert.DoesNotContain(gaps, g => usage.FromAt < g.UntilAt && g.FromAt < usage.UntilAt);
        }
    }

    private static async Task Change(RunningLease run, Caller provider, LeaseId leaseId)
    {
        var lease = await run.Market.Find(leaseId);
        if (lease.State == LeaseState.Active && lease.UntilAt > run.Market.Clock.Now + Duration.FromMinutes(10))
            await run.Market.Do(session => new LeaseInterruption(InterruptionReason.Preempted).Begin(session, provider, leaseId));
        else if (lease is { State: LeaseState.Interrupted, Reason: "preempted" })
            await run.Market.Do(session => LeaseInterruption.Resume(session, provider, leaseId));
    }

    private static Task<IReadOnlyList<(long Hours, Instant CheckedAt)>> Warnings(RunningLease run) => run.Market.Look(async session =>
    {
        var said = await session.Query<string>("SELECT body FROM live_event WHERE kind = 'funds.low' ORDER BY event_id");
        return (IReadOnlyList<(long, Instant)>)[.. said.Select(body =>
        {
            var json = System.Text.Json.JsonDocument.Parse(body).RootElement;
            Assert.True(InstantText.TryParse(json.GetProperty("at").GetString()!, out var at));
            return (json.GetProperty("hours").GetInt64(), at);
        })];
    });
}
