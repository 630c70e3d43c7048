using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>The funds ladder when facts come in an order that is not the usual one.</summary>
public sealed class FundsLadderTests
{
    [Theory, EveryEngine]
    public async Task UsageThatIsNotRatedYet_StillCosts(Engine engine)
    {
        await using var run = await RunningLease.Open(engine);
        await run.Limit(300);
        var lease = await run.Run(until: "2026-01-05");
        await run.Until("2026-01-01T20:00");
        await run.Market.Do(session => UsageLog.Record(session, run.Provider,
        [
            new()
            {
                Source = "/agent", EventId = "unrated", LeaseId = lease, Cards = new(1_000), FromAt = Books.At("2026-01-01"),
                UntilAt = Books.At("2026-01-01T20:00"),
            },
        ]));

        await run.Until("2026-01-04");

        Assert.Contains("interrupted funds_out market 02T05:59", await run.History(lease));
    }

    [Theory, EveryEngine]
    public async Task ALimitThatComesLate_CountsFromThenOn(Engine engine)
    {
        await using var run = await RunningLease.Open(engine);
        var lease = await run.Run(until: "2026-01-10");
        await run.Until("2026-01-03");
        await run.Report(lease);
        await run.Market.Do(s => new AccountChange(CreditLimit: Money.Parse("300.00", Currency.Cny)).Apply(s, run.Buyer));

        await run.Until("2026-01-03T00:10");

        Assert.Contains("interrupted funds_out market 03T00:00", await run.History(lease));
        Assert.Equal(LeaseState.Interrupted, (await run.Market.Find(lease)).State);
    }

    [Theory, EveryEngine]
    public async Task ALimitThatIsTakenAway_LetsPausedLeasesGoOn(Engine engine)
    {
        await using var run = await RunningLease.Open(engine);
        await run.Limit(240);
        var lease = await run.Run(until: "2026-01-05");
        await run.Until("2026-01-02T00:10");
        Assert.Equal(LeaseState.Interrupted, (await run.Market.Find(lease)).State);
        await run.Market.Do(s => new AccountChange(Without: ["creditLimit"]).Apply(s, run.Buyer));

        await run.Until("2026-01-04");

        Assert.Equal(LeaseState.Active, (await run.Market.Find(lease)).State);
        Assert.Contains("active paid_in market 02T00:10", await run.History(lease));
    }

    [Theory, EveryEngine]
    public async Task APausedLease_DoesNotGoOnBeforeThePayment_NorWhenItCameTooLate(Engine engine)
    {
        await using var run = await RunningLease.Open(engine);
        await run.Limit(240);
        var lease = await run.Run(until: "2026-01-05");
        await run.Until("2026-01-01T23:59");
        var paid = Books.At("2026-01-01T23:59") + Duration.FromSeconds(30);
        run.Market.Clock.MoveTo(paid);
        await run.PayIn(10);
        await run.Until(paid + Duration.FromSeconds(5));

        Assert.Equal(("paid_in", paid), await Last(run, lease));

        // 10 yuan are an hour. It was paused again; then the keeper was away for two hours, in which money came after the grace.
        await run.Until("2026-01-02T01:05");
        Assert.Equal(LeaseState.Interrupted, (await run.Market.Find(lease)).State);
        run.Market.Clock.MoveTo(Books.At("2026-01-02T03:00"));
        await run.PayIn(100);
        await run.Until("2026-01-02T03:30");

        Assert.Equal(LeaseState.Ended, (await run.Market.Find(lease)).State);
        Assert.Equal("funds_out", (await Last(run, lease)).Reason);
    }

    [Theory]
    [InlineData("2026-01-02T00:09", "02T00:30")]
    [InlineData("2026-01-02T00:45", "02T00:45")]
    public async Task AnInterruptionThatWasAnnounced_ComesAfterAPauseToo(string paid, string interrupted)
    {
        await using var run = await RunningLease.Open(Engine.Sqlite, "interruptible = 1, notice_minutes = 120");
        await run.Limit(240);
        var lease = await run.Run(until: "2026-01-05");
        await run.Until("2026-01-01T22:30");
        var provider = await run.Who(run.Provider);
        await run.Market.Do(s => new LeaseInterruption(InterruptionReason.Preempted).Begin(s, provider, lease));
        await run.Until(paid);
        Assert.Equal(("funds_out", LeaseState.Interrupted), (await run.Market.Find(lease)) is var l ? (l.Reason, l.State) : default);
        await run.PayIn(100);
        await run.Until("2026-01-02T04:00");

        Assert.Equal(
            [$"active paid_in market {paid[8..]}", $"interrupted preempted provider {interrupted}"],
            (await run.History(lease)).TakeLast(2));
    }

    /// <summary>The clock jumps three days while a keeper is at work: between any two of its looks.</summary>
    [Fact]
    public async Task AClockThatJumpsBetweenTwoLooks_ChangesNothing()
    {
        for (var looks = 0; looks < 8; looks++)
        {
            await using var run = await RunningLease.Open(Engine.Sqlite);
            await run.Limit(300);
            var lease = await run.Run(until: "2026-01-04T12:00");
            var clock = new JumpingClock(Books.At("2026-01-01T01:30"), Books.At("2026-01-05"), looks);
            await using var database = new Database(run.Market.Books.ConnectionString, clock);
            await LeaseKeeper.Tend(database, new());
            await run.Until("2026-01-05");

            Assert.Equal(
                ["interrupted funds_out market 02T05:59", "ended funds_out market 02T06:59"], (await run.History(lease)).TakeLast(2));
        }
    }

    [Theory, EveryEngine]
    public async Task KeepersAtTheSameTime_WarnPauseAndDoubtOnce(Engine engine)
    {
        await using var run = await RunningLease.Open(engine);
        await run.Limit(300);
        var leases = new List<LeaseId>();
        for (var i = 0; i < 4; i++) leases.Add(await run.Run(until: "2026-01-05", cards: "0.25"));
        run.Market.Clock.MoveTo(Books.At("2026-01-04"));
        await using var other = run.Market.Books.AnotherHost();
        await Task.WhenAll(new[] { run.Market.Database, other, run.Market.Database, other }.Select(database => Task.Run(async () =>
        {
            for (var tries = 0; ; tries++)
            {
                try
                {
                    await LeaseKeeper.Tend(database, new());
                    return;
                }
                catch (System.Data.Common.DbException e) when (e.IsTransient && tries < 5)
                {
                    // Two that locked each other out: the next round does its work.
                }
            }
        })));

        foreach (var lease in leases)
        {
            var history = await run.History(lease);
            Assert.Equal(history.Distinct(), history);
            Assert.Equal("ended funds_out market 02T06:59", history[^1]);
        }

        var warned = await run.Market.Look(s => s.Scalar<long>("SELECT COUNT(*) FROM live_event WHERE kind = 'funds.low'"));
        Assert.Equal(4, warned);
    }

    private static async Task<(string Reason, Instant At)> Last(RunningLease run, LeaseId lease) =>
        (await run.Market.Look(s => LeaseEvent.List(s, lease)))[^1] is var e ? (e.Reason, e.At) : default;

    private sealed class JumpingClock(Instant before, Instant after, int looks) : IClock
    {
        private int _asked;

        public Instant GetCurrentInstant() => Interlocked.Increment(ref _asked) <= looks ? before : after;
    }
}
