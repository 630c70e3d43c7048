namespace Marketplace.Pricing;

/// <summary>A floor after its clearing: what is left free, and what a place costs at the published prices.</summary>
internal sealed class ClearedFloor
{
    private readonly AuctionSnapshot _snapshot;
    private readonly Int128[][] _sums; // of prices before each slot, by pool

    public ClearedFloor(AuctionSnapshot snapshot, AuctionResult result)
    {
        (_snapshot, Floor) = (snapshot, Floor.Of(snapshot));
        Rows = new int[Floor.Offers.Length];
        for (var o = 0; o < Rows.Length; o++) Rows[Floor.Offers[o].Global] = o;
        var left = new Allocation(Floor);
        foreach (var award in result.Awards)
        {
            Part[] parts = [.. award.Parts.Select(p => new Part(Rows[p.Offer], p.Cards))];
            left.Place(new(Floor.FirstOption[award.Unit] + award.Option, award.Start, parts, Gain: 0));
        }

        Left = left.Free;
        Prices = result.Prices;
        _sums = [.. result.Prices.Select(Sums)];
    }

    public Floor Floor { get; }

    /// <summary>An offer's row on the floor, by its number in the snapshot.</summary>
    public int[] Rows { get; }

    /// <summary>Cards that are for sale still after the awards.</summary>
    public ushort[] Left { get; }

    public IReadOnlyList<PoolPrices> Prices { get; }

    public PackageOption Option(Award award) => _snapshot.Units[award.Unit].Options[award.Option];

    /// <summary>The bid's options, those of equal parts once; a member of a group as if it stood alone.</summary>
    public Option[] Options(AuctionBid bid, out IReadOnlyList<AuctionPool> cut)
    {
        var cheapest = new Dictionary<AuctionPool, long>();
        foreach (var pool in bid.Pools)
        {
            if (Pool(pool.Pool) is { } p && Floor.FirstOffer[p] < Floor.FirstOffer[p + 1])
                cheapest[pool.Pool] = Floor.Offers[Floor.FirstOffer[p]].Ask;
        }

        // In a group a bid is whole or nothing, and so is what it is told.
        var alone = bid.Group is null ? bid : bid with { Group = null, MinPartCards = 0, MinPartSlots = 0 };
        var made = BidUnits.Of([alone], cheapest);
        cut = made.PoolsCut;
        return
        [
            .. made.Units.SelectMany(u => u.Options).Distinct().Select((o, i) => (Option: o, Number: i, Pool: Pool(o.Pool)))
                .Where(x => x.Pool is not null).Select(x => new Option(0, x.Number, x.Pool!.Value, x.Option)),
        ];
    }

    /// <summary>The pool's number; null if the auction has no such pool.</summary>
    public int? Pool(AuctionPool pool)
    {
        var (low, high) = (0, _snapshot.Pools.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_snapshot.Pools[middle].CompareTo(pool) < 0) low = middle + 1;
            else high = middle;
        }

        return low < _snapshot.Pools.Count && _snapshot.Pools[low] == pool ? low : null;
    }

    /// <summary>The place of the least price per effective SCU-hour, on those free cards, at the published prices or the seller's ask where
    /// that is higher; null if none has room.</summary>
    public NeededPrice? Needed(Claim claim, Option[] options, ushort[] free)
    {
        var floor = Floor.With(claim, options);
        var best = default(NeededPrice);
        foreach (var option in options)
        {
            for (var start = option.Earliest; start <= option.LastStart; start++)
            {
                var most = best is null ? Int128.MaxValue : (Int128)best.PerUnitHour.Nanos * option.Work / StandardUnits.MicrosPerUnit;
                if (option.Cards * Over(option.Pool, start, option.Slots) >= most) continue;
                if (Cheapest(floor, option, start, free, most) is not { } place) continue;
                best = At(option, start, place.Cards, place.Cost);
            }
        }

        return best;
    }

    /// <summary>What a package would pay and per what, by the formula of settlement.</summary>
    public NeededPrice Match(Option option, Package package)
    {
        var cost = Int128.Zero;
        foreach (var part in package.Parts)
            cost += part.Cards * AtLeast(option.Pool, package.Start, option.Slots, Floor.Offers[part.Offer].Ask);
        return At(option, package.Start, package.Cards, Int128.Min(cost, option.Value));
    }

    private NeededPrice At(Option option, int start, int cards, Int128 cost) => new(
        _snapshot.Pools[option.Pool], start, cards, Up(cost, option.Size),
        Up(cost * StandardUnits.MicrosPerUnit, Math.Max(1, option.Work)));

    private UnitPrice Up(Int128 dividend, long divisor) =>
        new((long)Int128.Min((dividend + divisor - 1) / divisor, long.MaxValue), _snapshot.Currency);

    private (int Cards, Int128 Cost)? Cheapest(Floor floor, Option option, int start, ushort[] free, Int128 most)
    {
        var best = default((int Cards, Int128 Cost)?);
        var (needed, sum) = (option.Cards, Int128.Zero);
        for (var o = floor.FirstOffer[option.Pool]; o < floor.FirstOffer[option.Pool + 1]; o++)
        {
            ref readonly var offer = ref floor.Offers[o];
            if (!option.Spread && (Int128)offer.Ask * option.Size >= most) break; // offers come by ask
            var row = free.AsSpan(o * floor.Slots, floor.Slots);
            if (!option.Spread)
            {
                var cards = floor.CardsOn(option, offer);
                if (cards == 0 || !Windows.Holds(row, cards, start, option.Slots)) continue;
                var cost = cards * AtLeast(option.Pool, start, option.Slots, offer.Ask);
                if (cost < most) (best, most) = ((cards, cost), cost);
                continue;
            }

            if (offer.Owner == floor.Claims[0].Owner || option.Slots < offer.MinSlots || option.Slots > offer.MaxSlots) continue;
            var lots = Math.Min(
                Windows.Min(row.Slice(start, option.Slots)) / offer.Lot,
                option.ExactCards ? needed / offer.Lot : (needed + offer.Lot - 1) / offer.Lot);
            needed -= lots * offer.Lot;
            sum += lots * offer.Lot * AtLeast(option.Pool, start, option.Slots, offer.Ask);
            if (needed <= 0) return sum < most ? (option.Cards - needed, sum) : null;
        }

        return best;
    }

    private Int128 Over(int pool, int start, int slots) => _sums[pool][start + slots] - _sums[pool][start];

    private Int128 AtLeast(int pool, int start, int slots, long ask)
    {
        var sum = Int128.Zero;
        for (var t = start; t < start + slots; t++) sum += Math.Max(ask, Prices[pool].Slots[t].Price?.Nanos ?? 0);
        return sum;
    }

    private Int128[] Sums(PoolPrices prices)
    {
        var sums = new Int128[Floor.Slots + 1];
        for (var t = 0; t < Floor.Slots; t++) sums[t + 1] = sums[t] + (prices.Slots[t].Price?.Nanos ?? 0);
        return sums;
    }
}
