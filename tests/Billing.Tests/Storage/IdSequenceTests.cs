using System.Collections.Concurrent;
using Marketplace.Contracts;
using NodaTime;

namespace Marketplace.Billing;

public sealed class IdSequenceTests
{
    private static readonly Instant Now = Books.At("2026-01-01");

    [Fact]
    public void Next_InOneMillisecond_SortsInTurn()
    {
        var ids = Enumerable.Range(0, 10_000).Select(_ => IdSequence.Next<LeaseId>(Now).Value).ToList();

        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.All(ids, id => Assert.Matches("^lease_[0-9a-hjkmnp-tv-z]{26}$", id));
    }

    [Fact]
    public void Next_LaterMilliseconds_SortLater()
    {
        // After whatever other tests have taken, so that the instants themselves are in charge.
        var start = Books.At("2100-01-01");
        var ids = Enumerable.Range(0, 1_000).Select(i => IdSequence.Next<LeaseId>(start + Duration.FromMilliseconds(i)).Value).ToList();

        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
    }

    [Fact]
    public void Next_TwoSessionsWithNeighbouringInstantsTakeTurns_EachSortsInTurn()
    {
        var pairs = Enumerable.Range(0, 1_000)
            .Select(_ =>
                (First: IdSequence.Next<UsageId>(Now).Value, Second: IdSequence.Next<UsageId>(Now + Duration.FromMilliseconds(1)).Value))
            .ToList();

        Assert.Equal(pairs.Select(p => p.First).Order(StringComparer.Ordinal), pairs.Select(p => p.First));
        Assert.Equal(pairs.Select(p => p.Second).Order(StringComparer.Ordinal), pairs.Select(p => p.Second));
    }

    [Fact]
    public async Task Next_ManyThreads_NeverGivesAnIdTwiceAndSortsWithinEach()
    {
        var all = new ConcurrentBag<List<string>>();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
            all.Add([.. Enumerable.Range(0, 5_000)
                .Select(_ => IdSequence.Next<UsageId>(Now + Duration.FromMilliseconds(thread % 3)).Value)]))));

        Assert.Equal(40_000, all.SelectMany(ids => ids).Distinct(StringComparer.Ordinal).Count());
        Assert.All(all, ids => Assert.Equal(ids.Order(StringComparer.Ordinal), ids));
    }
}
