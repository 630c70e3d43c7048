using System.Collections.Concurrent;
using Marketplace.Billing;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>A host dies after any step of an auction; another goes on to the result of an undisturbed one.</summary>
public sealed class AuctionCrashTests
{
    private static readonly ConcurrentDictionary<Engine, Task<string>> Undisturbed = new();

    public static TheoryData<Engine, AuctionStep> Everywhere =>
        [.. from engine in Enum.GetValues<Engine>() from step in Enum.GetValues<AuctionStep>() select (engine, step)];

    [Theory, MemberData(nameof(Everywhere))]
    public async Task HostThatDiesAfterAnyStep_IsFollowedByTheSameResult(Engine engine, AuctionStep step)
    {
        await using var market = await AuctionMarket.Example(engine);
        var died = false;

        await Assert.ThrowsAsync<HostDied>(() => market.Desk(after: at =>
        {
            if (at != step) return;
            died = true;
            throw new HostDied();
        }).Run(Currency.Cny));

        Assert.True(died, $"nothing was done after {step}");
        await using var another = market.Market.Books.AnotherHost();
        await market.Desk(another).Tend(takeOver: true);
        if (step < AuctionStep.Gated) Assert.NotNull(await market.Desk(another).Run(Currency.Cny)); // the market was as it had been
        Assert.Equal(await Undisturbed.GetOrAdd(engine, Play), await market.Digest());
    }

    [Theory, EveryEngine]
    public async Task AFaultInTheCommit_KeepsNothingOfIt_AndTheGateStaysShut(Engine engine)
    {
        await using var market = await AuctionMarket.Example(engine);
        await Assert.ThrowsAsync<HostDied>(() => market.Desk(after: Die(AuctionStep.Cleared)).Run(Currency.Cny));
        var gated = await market.Digest();

        foreach (var step in Enum.GetValues<AuctionStep>().Where(s => s is > AuctionStep.Cleared and < AuctionStep.Committed))
        {
            await Assert.ThrowsAsync<HostDied>(() => market.Desk(after: Die(step)).Tend(takeOver: true));
            Assert.Equal(gated, await market.Digest());
        }

        Assert.Empty(await market.Sold());
        Assert.Equal(3, await market.Market.Look(s => s.Scalar<long>("SELECT COUNT(*) FROM bid WHERE gated_by IS NOT NULL")));
    }

    [Theory, EveryEngine]
    public async Task ManyHostsThatFinishTheSame_WriteItOnce(Engine engine)
    {
        await using var market = await AuctionMarket.Example(engine);
        await Assert.ThrowsAsync<HostDied>(() => market.Desk(after: Die(AuctionStep.Gated)).Run(Currency.Cny));
        var hosts = Enumerable.Range(0, 4).Select(_ => market.Market.Books.AnotherHost()).ToList();

        await Task.WhenAll(hosts.Select(host => Task.Run(() => market.Desk(host).Tend(takeOver: true))));

        foreach (var host in hosts) await host.DisposeAsync();
        Assert.Equal(await Undisturbed.GetOrAdd(engine, Play), await market.Digest());
    }

    /// <summary>An auction that is finished after its first hours have begun: the sellers have their time from the award on.</summary>
    [Theory, EveryEngine]
    public async Task AwardsThatComeLate_AreNoNoShowsAtOnce(Engine engine)
    {
        await using var market = await AuctionMarket.Example(engine);
        await Assert.ThrowsAsync<HostDied>(() => market.Desk(after: Die(AuctionStep.Gated)).Run(Currency.Cny));
        market.Market.Clock.Now = Books.At("2026-01-01T02:30");
        await market.Desk().Tend(takeOver: true);

        Assert.Equal([LeaseState.Awarded, LeaseState.Awarded], await StatesAt("2026-01-01T02:44"));
        Assert.Equal([LeaseState.Failed, LeaseState.Failed], await StatesAt("2026-01-01T02:45"));

        async Task<IEnumerable<LeaseState>> StatesAt(string now)
        {
            market.Market.Clock.Now = Books.At(now);
            await LeaseKeeper.Tend(market.Database, MarketBooks.Options);
            return (await market.Market.Leases()).Select(l => l.State);
        }
    }

    private static Action<AuctionStep> Die(AuctionStep after) => at =>
    {
        if (at == after) throw new HostDied();
    };

    private static async Task<string> Play(Engine engine)
    {
        await using var market = await AuctionMarket.Example(engine);
        await market.Run();
        return await market.Digest();
    }

    private sealed class HostDied : Exception;
}
