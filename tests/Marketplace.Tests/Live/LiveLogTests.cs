using Marketplace.Billing;

namespace Marketplace;

/// <summary>The order of what happened: who has seen a position has seen all before it, whoever wrote and whoever numbered.</summary>
public sealed class LiveLogTests
{
    private static readonly LiveFilter All = new(null, []);

    [Fact]
    public async Task Position_OfWhatWasSaidFirstAndCommittedLast_IsTheLater()
    {
        await using var market = await MarketBooks.Open(Engine.PostgreSql);
        await using var slow = await market.Database.Write();
        await LiveLog.Say(slow, "test.slow", "a", new { });
        await market.Do(session => LiveLog.Say(session, "test.quick", "b", new { }));

        Assert.Equal(1, await LiveLog.Number(market.Database));
        Assert.Equal(["1 test.quick"], await Told(market, 0));
        await slow.Commit();
        Assert.Equal(2, await LiveLog.Number(market.Database));

        Assert.Equal(["2 test.slow"], await Told(market, 1));
    }

    [Theory]
    [EveryEngine]
    public async Task Positions_WithManyWritersAndTwoHostsThatNumber_AreSeenByAReaderOnceAndWithoutAGap(Engine engine)
    {
        const int writers = 6, each = 30;
        await using var market = await MarketBooks.Open(engine);
        await using var other = market.Books.AnotherHost();
        using var done = new CancellationTokenSource();
        var writing = Enumerable.Range(0, writers).Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < each; i++)
            {
                await using var session = await market.Database.Write();
                await LiveLog.Say(session, "test.said", $"{w}/{i}", new { });
                await Task.Yield();
                await LiveLog.Say(session, "test.said", $"{w}/{i}+", new { });
                await session.Commit();
            }
        })).ToArray();
        var numbering = new[] { market.Database, other }.Select(host => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested) await LiveLog.Number(host);
        })).ToArray();
        var reading = Task.Run(() => Read(market.Database, writers * each * 2));

        await Task.WhenAll(writing);
        var seen = await reading.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await done.CancelAsync();
        await Task.WhenAll(numbering);

        Assert.Equal(Enumerable.Range(1, writers * each * 2).Select(i => (long)i), seen.Select(e => e.Position));
        Assert.Equal(writers * each * 2, seen.Select(e => e.Subject).Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [EveryEngine]
    public async Task Prune_LetsGoWhatIsOld_EvenIfNobodyHadSeenIt_AndRemembersHowFar(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var options = new MarketplaceOptions { LiveDays = 7 };
        await market.Do(session => LiveLog.Say(session, "test.old", "a", new { }));
        market.Clock.Now = Books.At("2026-01-08T00:30");
        await market.Do(session => LiveLog.Say(session, "test.new", "b", new { }));

        await LivePruner.Tend(market.Database, options);
        Assert.Equal(0, await market.Look(LiveLog.Pruned));
        market.Clock.Now = Books.At("2026-01-08T01:01");
        await LivePruner.Tend(market.Database, options);

        Assert.Equal(1, await market.Look(LiveLog.Pruned));
        Assert.Equal(["2 test.new"], await Told(market, 0));
    }

    [Theory]
    [EveryEngine]
    public async Task Event_IsSeenByThoseItIsToldTo_AndByWhoSeesAll(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (one, two) = (await market.Buyer("One"), await market.Buyer("Two"));
        await market.Do(async session =>
        {
            await LiveLog.Say(session, "bid.placed", "a", new { }, one);
            await LiveLog.Say(session, "bid.awarded", "b", new { }, one, two);
            await LiveLog.Say(session, "auction.cleared", "c", new { });
        });
        var last = await LiveLog.Number(market.Database);

        Assert.Equal(["a", "b", "c"], await Shown(new(one, [])));
        Assert.Equal(["b", "c"], await Shown(new(two, [])));
        Assert.Equal(["a", "b", "b", "c"], await Shown(All));
        Assert.Equal(["b"], await Shown(new(one, ["bid.aw", "lease."])));

        async Task<IEnumerable<string>> Shown(LiveFilter filter) =>
            (await market.Look(session => LiveFeed.Read(session, 0, last, filter, 100))).Events.Select(e => e.Subject);
    }

    private static async Task<IEnumerable<string>> Told(MarketBooks market, long after) =>
        (await market.Look(session => LiveLog.Between(session, null, after, long.MaxValue, 100))).Select(e => $"{e.Position} {e.Kind}");

    /// <summary>Reads as a stream does: up to the last position, from the one it has seen.</summary>
    private static async Task<IReadOnlyList<LiveEvent>> Read(Database database, int count)
    {
        var seen = new List<LiveEvent>();
        var position = 0L;
        while (seen.Count < count)
        {
            await using var session = await database.Read();
            var passage = await LiveFeed.Read(session, position, await LiveLog.Last(session), All, 50);
            seen.AddRange(passage.Events);
            position = passage.Reached;
        }

        return seen;
    }
}
