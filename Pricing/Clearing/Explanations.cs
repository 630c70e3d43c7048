namespace Marketplace.Pricing;

/// <summary>
/// Answers questions about one clearing. Reads a snapshot and its result and changes neither; safe to ask from many threads.
/// </summary>
public sealed class Explanations
{
    private readonly AuctionSnapshot _snapshot;
    private readonly AuctionResult _result;
    private readonly ClearedFloor _cleared;
    private readonly ILookup<int, Award> _on; // awards by the offer's row
    private readonly ILookup<string, int> _unitsOf; // by bid
    private readonly Dictionary<int, LossClass> _lost;
    private readonly ILookup<int, Option> _losersIn; // by pool

    /// <param name="snapshot">What was cleared.</param>
    /// <param name="result">What came of it.</param>
    /// <exception cref="ArgumentException">The result is of another snapshot.</exception>
    public Explanations(AuctionSnapshot snapshot, AuctionResult result)
    {
        if (result.SnapshotHash != snapshot.Hash) throw new ArgumentException("the result is of another snapshot", nameof(result));
        (_snapshot, _result, _cleared) = (snapshot, result, new(snapshot, result));
        _on = result.Awards.SelectMany(a => a.Parts.Select(p => (Row: _cleared.Rows[p.Offer], Award: a)))
            .ToLookup(x => x.Row, x => x.Award);
        _unitsOf = snapshot.Units.SelectMany((u, i) => u.Options.Select(o => o.BidId).Append(u.Id).Distinct(StringComparer.Ordinal)
            .Select(bid => (bid, i))).ToLookup(x => x.bid, x => x.i, StringComparer.Ordinal);
        _lost = result.Losers.ToDictionary(l => l.Unit, l => l.Class);
        _losersIn = _cleared.Floor.Options.Where(o => _lost.ContainsKey(o.Unit)).ToLookup(o => o.Pool);
    }

    /// <summary>
    /// Why a bid, or a part of it, got nothing, and what would have helped. A member of a group is explained as if it stood alone.
    /// </summary>
    /// <param name="bid">The bid as it was, with all pools of the market and why some will not do.</param>
    /// <exception cref="ArgumentException">The bid is not in this auction, or all of it was awarded.</exception>
    public LossExplanation Loss(AuctionBid bid)
    {
        // A member of a group that no pool would do for is in the group's unit without an option of its own.
        var units = _unitsOf[bid.Id].Any() || bid.Group is null ? _unitsOf[bid.Id] : _unitsOf[bid.Group];
        var lost = units.Where(_lost.ContainsKey).ToList();
        if (lost.Count == 0) throw new ArgumentException($"bid {bid.Id} has nothing in this auction that lost", nameof(bid));
        var claim = _cleared.Floor.Claims[lost[0]];
        var options = _cleared.Options(bid, out var cut);
        var carriers = Carriers(claim, options);
        var now = _cleared.Needed(claim, options, _cleared.Left);
        var (inTheWay, cheapest) = InTheWay(options, carriers);
        return new(
            _lost[lost[0]], Exclusions.Of(_cleared, bid, claim), carriers.Count, _cleared.Needed(claim, options, _cleared.Floor.Free), now,
            Advice.Of(_cleared, bid, claim, now), inTheWay, cheapest, cut);
    }

    /// <summary>
    /// The lowest limit with which the bid would have got something, all else as it was: its part of the market is cleared again with other
    /// limits, at most 26 times. It is exact where that part is cleared exactly.
    /// </summary>
    /// <returns>The limit, to a millionth of the step before it; null if 64 times the bid's does not win.</returns>
    public UnitPrice? CriticalLimit(AuctionBid bid)
    {
        var (low, high) = (bid.Limit.Nanos, bid.Limit.Nanos);
        for (var doubling = 0; ; doubling++)
        {
            if (doubling == 6 || high > long.MaxValue / 2) return null;
            high *= 2;
            if (Wins(bid, high)) break;
            low = high;
        }

        for (var step = 0; step < 20 && high - low > 1; step++)
        {
            var middle = low + ((high - low) / 2);
            if (Wins(bid, middle)) high = middle;
            else low = middle;
        }

        return new(high, _snapshot.Currency);
    }

    /// <summary>Why an offer, or part of it, was not sold.</summary>
    /// <param name="offer">The offer's number in the snapshot.</param>
    public UnsoldOffer Unsold(int offer)
    {
        var floor = _cleared.Floor;
        var row = floor.Offers[_cleared.Rows[offer]];
        var left = _cleared.Left.AsSpan(_cleared.Rows[offer] * floor.Slots, floor.Slots);
        var idle = Idle(_cleared.Rows[offer]);
        var prices = _result.Prices[row.Pool].Slots;
        var (free, above, resting) = (0, 0, 0);
        for (var t = 0; t < floor.Slots; t++)
        {
            if (left[t] == 0 && idle[t] > 0) resting++;
            if (left[t] == 0) continue;
            free++;
            if (prices[t].State == SlotState.Traded && row.Ask > prices[t].Price!.Value.Nanos) above++;
        }

        var (fitting, best) = (0, -1L);
        foreach (var option in _losersIn[row.Pool])
        {
            var cards = floor.CardsOn(option, row);
            if (cards == 0 || Windows.Find(left, cards, option.Slots, option.Earliest, option.Latest, StartPolicy.Earliest) < 0) continue;
            fitting++;
            best = Math.Max(best, (option.Value - 1) / ((long)cards * option.Slots));
        }

        return new(free, above, resting, fitting, best < 0 ? null : new UnitPrice(best, _snapshot.Currency));
    }

    /// <summary>Everything about an award, for the buyer's and the auditor's records.</summary>
    public Receipt Receipt(Award award)
    {
        var pool = _cleared.Floor.Offers[_cleared.Rows[award.Parts[0].Offer]].Pool;
        return Pricing.Receipt.Of(_snapshot, _result, award, _result.Components.First(c => c.Pools.Contains(pool)), _result.Prices[pool]);
    }

    /// <summary>An offer's cards that were for sale and that no package uses, slot by slot: those that rest are among them.</summary>
    private int[] Idle(int row)
    {
        var idle = new int[_cleared.Floor.Slots];
        for (var t = 0; t < idle.Length; t++) idle[t] = _cleared.Floor.Row(row)[t];
        foreach (var award in _on[row])
        {
            var cards = award.Parts.Single(p => _cleared.Rows[p.Offer] == row).Cards;
            for (var t = award.Start; t < award.Start + _cleared.Option(award).Slots; t++) idle[t] -= cards;
        }

        return idle;
    }

    private HashSet<int> Carriers(Claim claim, Option[] options)
    {
        var floor = _cleared.Floor.With(claim, options);
        var carriers = new HashSet<int>();
        foreach (var option in options)
        {
            for (var o = floor.FirstOffer[option.Pool]; o < floor.FirstOffer[option.Pool + 1]; o++)
            {
                ref readonly var offer = ref floor.Offers[o];
                if (offer.Ask > option.Ceiling) break;
                var cards = option.Spread ? offer.Lot : floor.CardsOn(option, offer);
                if (cards == 0 || option.GainOver(offer.Ask, Math.Max(cards, option.Cards)) <= 0) continue;
                if (Windows.Find(floor.Row(o), cards, option.Slots, option.Earliest, option.Latest, StartPolicy.Earliest) >= 0)
                    carriers.Add(o);
            }
        }

        return carriers;
    }

    private (int Count, UnitPrice? Cheapest) InTheWay(Option[] options, HashSet<int> carriers)
    {
        if (options.Length == 0) return (0, null);
        var (from, until) = (options.Min(o => o.Earliest), options.Max(o => o.Latest));
        var packages = carriers.SelectMany(o => _on[o].Where(a => IsInTheWay(a, _cleared.Floor.Offers[o].Drain))).Distinct().ToList();
        if (packages.Count == 0) return (0, null);
        var cheapest = packages.Min(a => _cleared.Option(a).Value.Nanos / ((long)a.Cards * _cleared.Option(a).Slots));
        return (packages.Count, new UnitPrice(cheapest, _snapshot.Currency));

        bool IsInTheWay(Award award, int drain) => award.Start < until + drain && award.Start + _cleared.Option(award).Slots + drain > from;
    }

    /// <summary>Whether the bid gets something with that limit, all else as it was.</summary>
    private bool Wins(AuctionBid bid, long limit)
    {
        var mine = _unitsOf[bid.Id].Select(u => _snapshot.Units[u]).ToList();
        var raised = mine.Select(u => u with
        {
            Limit = u.Options.Any(o => o.BidId == bid.Id) ? new(limit, _snapshot.Currency) : u.Limit,
            Options = [.. u.Options.Select(o => o.BidId == bid.Id ? o with { Value = Raised(o, bid.Limit.Nanos, limit) } : o)],
        }).ToList();
        var near = Near(mine.SelectMany(u => u.Options).Select(o => o.Pool));
        var units = _snapshot.Units.Except(mine).Where(u => u.Options.Any(o => near.Contains(o.Pool))).Concat(raised);
        var snapshot = AuctionSnapshot.Of(
            _snapshot.Number, _snapshot.Gate, _snapshot.Slots, _snapshot.Currency, _snapshot.Parameters,
            _snapshot.Offers.Where(o => near.Contains(o.Pool)), units);
        return Clearing.Clear(snapshot).Awards.Any(a => snapshot.Units[a.Unit].Options[a.Option].BidId == bid.Id);
    }

    private ExactAmount Raised(PackageOption option, long from, long to)
    {
        // Values were rounded down per card-hour; raising in proportion stays within a nano per card-hour of rounding anew.
        var value = (Int128)option.Value.Nanos * to / from;
        return new((long)Int128.Min(value, long.MaxValue), _snapshot.Currency);
    }

    /// <summary>All pools of the components that those pools belong to.</summary>
    private HashSet<AuctionPool> Near(IEnumerable<AuctionPool> pools)
    {
        var numbers = pools.Select(p => _cleared.Pool(p)!.Value).ToHashSet();
        var near = numbers.Select(n => _snapshot.Pools[n]).ToHashSet();
        foreach (var component in _result.Components)
            if (component.Pools.Any(numbers.Contains)) near.UnionWith(component.Pools.Select(p => _snapshot.Pools[p]));
        return near;
    }
}
