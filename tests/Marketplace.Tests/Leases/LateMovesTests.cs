using Marketplace.Billing;
using Marketplace.Contracts;
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
