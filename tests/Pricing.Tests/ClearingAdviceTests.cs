namespace Marketplace.Pricing;

/// <summary>
/// What a losing bid is advised is true: the bid with that one change, in the same market, is served. Proven where the market is cleared
/// exactly: what fits the cards that were left adds to the largest gain, and without the bid nothing gains more than before.
/// </summary>
public sealed class ClearingAdviceTests
{
    private const int Markets = 400;

    [Fact]
    public void Nearest_OfAnyLosingBid_WouldHaveMatched()
    {
        var (tried, broken) = (new Dictionary<Change, int>(), new List<string>());
        for (var seed = 70_000; seed < 70_000 + Markets; seed++)
        {
            foreach (var (bid, advice, served) in Followed(seed, Follow))
            {
                tried[advice.Change] = tried.GetValueOrDefault(advice.Change) + 1;
                if (!served) broken.Add($"seed {seed}, {bid.Id}: {advice.Change} {advice.By}");
            }
        }

        Assert.Empty(broken);
        Assert.True(tried.Values.Sum() >= 500 && tried.Count >= 6, string.Join(", ", tried));
    }

    /// <summary>The twin that fails: a bid that changes nothing loses again.</summary>
    [Fact]
    public void Nearest_ThatIsNotFollowed_DoesNotMatch() =>
        Assert.Contains(Enumerable.Range(70_000, 20).SelectMany(seed => Followed(seed, (bid, _) => bid)), x => !x.Served);

    private static IEnumerable<(AuctionBid Bid, NearestMiss Advice, bool Served)> Followed(
        int seed, Func<AuctionBid, NearestMiss, AuctionBid> follow)
    {
        var market = WithConstraints(ClearingMarkets.Small(seed), seed);
        var snapshot = market.Snapshot();
        var result = Clearing.Clear(snapshot);
        if (!IsExact(result)) yield break;
        var told = new Explanations(snapshot, result);
        var units = snapshot.Units.Select(u => u.Id).ToList();
        var served = result.Awards.Select(a => units[a.Unit]).ToHashSet(StringComparer.Ordinal);
        foreach (var bid in market.Bids.Where(b => units.Contains(UnitOf(b)) && !served.Contains(UnitOf(b))))
        {
            if (told.Loss(bid).Nearest is not { } advice) continue;
            var changed = market with { Bids = [.. market.Bids.Select(b => b.Id == bid.Id ? follow(b, advice) : b)] };
            var again = changed.Snapshot();
            var cleared = Clearing.Clear(again);
            if (IsExact(cleared)) yield return (bid, advice, cleared.Awards.Any(a => again.Units[a.Unit].Id == UnitOf(bid)));
        }
    }

    /// <summary>One pool in four is of the wrong tier, or interruptible, to every other bid.</summary>
    private static GeneratedMarket WithConstraints(GeneratedMarket market, int seed)
    {
        var random = new Random(seed);
        return market with { Bids = [.. market.Bids.Select(b => random.Next(2) == 0 ? b : b with { Pools = [.. b.Pools.Select(Fail)] })] };

        BidPool Fail(BidPool pool) => random.Next(4) switch
        {
            0 => pool with { Fails = Constraints.Tier },
            1 when random.Next(2) == 0 => pool with { Fails = Constraints.Interruptible },
            _ => pool,
        };
    }

    private static AuctionBid Follow(AuctionBid bid, NearestMiss advice) => advice.Change switch
    {
        Change.LaterEnd => bid with { Latest = bid.Latest + (int)advice.By },
        Change.EarlierStart => bid with { Earliest = bid.Earliest - (int)advice.By },
        Change.HalfTheCards => bid with { Cards = (int)advice.By },
        Change.Spread => bid with { Spread = true },
        Change.OtherTier => Without(bid, Constraints.Tier),
        Change.Interruptible => Without(bid, Constraints.Interruptible),
        _ => bid with { Limit = new(advice.By, Currency.Cny) },
    };

    private static AuctionBid Without(AuctionBid bid, Constraints constraint) => bid with
    {
        Pools = [.. bid.Pools.Select(p => p.Fails == constraint ? p with { Fails = Constraints.None } : p)],
    };

    private static string UnitOf(AuctionBid bid) => bid.Group ?? bid.Id;

    private static bool IsExact(AuctionResult result) => result.Components.All(c => c.IsExact);
}
