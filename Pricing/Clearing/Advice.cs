namespace Marketplace.Pricing;

/// <summary>
/// Looks for the smallest single change with which a losing bid would match what is left free, in a fixed order: later end, earlier start,
/// half the cards, spread, another tier, interruptible, a higher limit.
/// </summary>
internal static class Advice
{
    private static readonly int[] Steps = [1, 2, 4, 8, 16, 32, 48];

    /// <param name="now">The cheapest place in what is left free.</param>
    public static NearestMiss? Of(ClearedFloor cleared, AuctionBid bid, Claim claim, NeededPrice? now)
    {
        foreach (var (change, by, changed) in Changes(bid, cleared.Floor.Slots, now))
        {
            var options = cleared.Options(changed, out _);
            if (options.Length == 0) continue;
            var package = new Finder(cleared.Floor.With(claim, options), cleared.Left, starts: 64).Find(0);
            if (package is not null) return new(change, by, cleared.Match(options[package.Option], package));
        }

        return null;
    }

    private static IEnumerable<(Change Change, long By, AuctionBid Bid)> Changes(AuctionBid bid, int slots, NeededPrice? now)
    {
        foreach (var step in Steps)
            if (bid.Latest + step <= slots) yield return (Change.LaterEnd, step, bid with { Latest = bid.Latest + step });
        foreach (var step in Steps)
            if (bid.Earliest >= step) yield return (Change.EarlierStart, step, bid with { Earliest = bid.Earliest - step });
        if (bid.Cards > 1)
        {
            var half = (bid.Cards + 1) / 2;
            if (half >= bid.MinPartCards)
                yield return (Change.HalfTheCards, half, bid with { Cards = half, Pools = bid.PoolsOfHalf ?? bid.Pools });
        }

        if (!bid.Spread) yield return (Change.Spread, 0, bid with { Spread = true });
        if (Without(bid, Constraints.Tier) is { } tier) yield return (Change.OtherTier, 0, tier);
        if (Without(bid, Constraints.Interruptible) is { } interruptible) yield return (Change.Interruptible, 0, interruptible);
        if (now is null) yield break;
        // One nano more than the price, so that a gain is left where the price is the seller's ask.
        var limit = now.PerUnitHour.Nanos + 1;
        if (limit > bid.Limit.Nanos && Payable(bid, limit))
            yield return (Change.HigherLimit, limit, bid with { Limit = bid.Limit with { Nanos = limit } });
    }

    /// <summary>The bid with those pools too that fail nothing but this; null if there are none.</summary>
    private static AuctionBid? Without(AuctionBid bid, Constraints constraint) => bid.Pools.Any(p => p.Fails == constraint)
        ? bid with { Pools = [.. bid.Pools.Select(p => p.Fails == constraint ? p with { Fails = Constraints.None } : p)] }
        : null;

    private static bool Payable(AuctionBid bid, long limit) =>
        (Int128)limit * Int128.Max(bid.Amount?.Micros ?? 0, bid.Pools.Max(p => p.PerCard.Micros) * (Int128)bid.Cards * bid.Slots)
            <= (Int128)long.MaxValue * StandardUnits.MicrosPerUnit;
}
