using Marketplace.Billing;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>What parties try in the seconds between the end of a window and the keeper's next look.</summary>
public sealed class LateMovesTests
{
    [Theory, EveryEngine]
    public async Task AfterItsWindow_NobodyEndsOrChangesALease_AndTheKeeperEndsItWhenItWasOver(Engine engine)
    {
        await using var run = await RunningLease.Open(engine, "interruptible = 1");
        var lease = await run.Run(until: "2026-01-02");
        var paused = await run.Run(until: "2026-01-02");
        var provider = await run.Who(run.Provider);
        await run.Until("2026-01-01T12:00");
        await run.Market.Do(s => LeaseProbe.Judge(s, lease, 0.35));
        await run.Market.Do(s => new LeaseInterruption(InterruptionReason.Preempted).Begin(s, provider, paused));
        run.Market.Clock.MoveTo(Books.At("2026-01-02T00:05"));

        await Over(s => LeaseBook.End(s, run.Buyer, lease));
        await Over(s => LeaseBook.End(s, run.Provider, lease));
        await Over(s => LeaseBook.Fail(s, provider, lease, "it broke"));
        await Over(s => LeaseBook.Reject(s, run.Buyer, lease));
        await Over(s => LeaseInterruption.Resume(s, provider, paused));

        var running = await run.Market.Find(lease);
        Assert.Equal(UsageStatus.Quarantined, await run.Use(running, Books.At("2026-01-02"), Books.At("2026-01-02T00:05")));
        await run.Until("2026-01-02T00:06");
        foreach (var id in new[] { lease, paused })
        {
            var ended = await run.Market.Find(id);
            Assert.Equal((LeaseState.Ended, "run_out", Books.At("2026-01-02")), (ended.State, ended.Reason, ended.EndedAt));
        }

        Assert.Equal(Books.At("2026-01-02"), Assert.Single(await run.Market.Look(s => Interruption.Of(s, paused))).UntilAt);

        async Task Over(Func<Session, Task> act) =>
            Assert.Contains("was over at", (await run.Market.Refused(act)).Message, StringComparison.Ordinal);
    }

    /// <summary>A price that no rule of ours would write stands for a fault of ours: what a no-show of it costs cannot be said.</summary>
    [Theory, EveryEngine]
    public async Task ALeaseThatCannotBeEnded_StopsNoOther_AndIsNotPassedOverInSilence(Engine engine)
    {
        await using var run = await RunningLease.Open(engine);
        var broken = (await run.Market.Rent(run.Buyer, MarketBooks.Wish(until: "2026-01-03"))).LeaseId;
        var whole = await run.Run(until: "2026-01-03");
        await run.Market.Do(s => s.Execute(
            "UPDATE agreement SET price_nanos = 9223372036854775807 WHERE lease_id = @broken", new { broken }));
        run.Market.Clock.MoveTo(Books.At("2026-01-04"));

        await Assert.ThrowsAsync<AggregateException>(() => LeaseKeeper.Tend(run.Market.Database, new()));

        Assert.Equal(LeaseState.Awarded, (await run.Market.Find(broken)).State);
        var ended = await run.Market.Find(whole);
        Assert.Equal((LeaseState.Ended, Books.At("2026-01-03")), (ended.State, ended.EndedAt));
    }

    [Theory, EveryEngine]
    public async Task ALeaseThatIsReclaimed_HoldsOnlyWhatIsLeftOfIt(Engine engine)
    {
        await using var run = await RunningLease.Open(engine, "interruptible = 1, own_use_first = 1");
        await run.Limit(1_000);
        var lease = await run.Run(until: "2026-01-03", cards: "2");
        var offer = (await run.Market.Find(lease)).OfferId;

        await run.Market.Do(s => OwnUseBook.Take(
            s, run.Provider, offer, new(CardCount.Of(1_000), Books.At("2026-01-01T06:00"), Books.At("2026-01-01T12:00"))));

        Assert.Equal("120.00", (await run.Market.Look(s => Funds.HeldFor(s, lease.Value)))!.Value.Amount);
    }

    [Theory, EveryEngine]
    public async Task AnInterruptionWhoseEndIsReadEarlier_IsNoLessThanNothing(Engine engine)
    {
        await using var run = await RunningLease.Open(engine);
        var lease = await run.Run();
        var provider = await run.Who(run.Provider);
        await run.Until("2026-01-01T12:00");
        await run.Market.Do(s => new LeaseInterruption(InterruptionReason.ForceMajeure).Begin(s, provider, lease));

        // Who resumes may have waited for the one who interrupted, and has the earlier time.
        await run.Market.Do(async s =>
        {
            var held = (await LeaseBook.Hold(s, lease))!;
            await LeaseBook.Move(
                s, held, LeaseState.Active, "resumed", LeaseActor.Provider, Books.At("2026-01-01T12:00") - Duration.FromMilliseconds(3));
        });

        var gap = Assert.Single(await run.Market.Look(s => Interruption.Of(s, lease)));
        Assert.Equal(gap.FromAt, gap.UntilAt);
    }
}
