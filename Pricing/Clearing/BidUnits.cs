namespace Marketplace.Pricing;

/// <summary>The units of a bid, or of a group of bids that exclude each other.</summary>
/// <param name="Units">In the order of parts; empty if no pool will do.</param>
/// <param name="PoolsCut">Pools that would do but were left out, because a unit has options in at most 8: those with the least value per
/// card-hour over the cheapest ask.</param>
public sealed record BidUnits(IReadOnlyList<AuctionUnit> Units, IReadOnlyList<AuctionPool> PoolsCut)
{
    /// <summary>The most pools in one unit.</summary>
    public const int MostPools = 8;

    /// <summary>The most options of one unit in one pool.</summary>
    public const int MostShapes = 4;

    /// <summary>The most parts of a divisible bid.</summary>
    public const int MostParts = 8;

    /// <summary>The units of all bids, groups taken together.</summary>
    /// <param name="offers">What the cheapest ask of each pool is read from.</param>
    /// <exception cref="ArgumentException">A bid contradicts itself or its value is out of range; the message names it.</exception>
    public static IReadOnlyList<BidUnits> All(IEnumerable<AuctionBid> bids, IEnumerable<AuctionOffer> offers)
    {
        var cheapest = new Dictionary<AuctionPool, long>();
        foreach (var offer in offers)
            cheapest[offer.Pool] = Math.Min(offer.Ask.Nanos, cheapest.GetValueOrDefault(offer.Pool, long.MaxValue));
        var all = bids.ToList();
        return
        [
            .. all.Where(b => b.Group is null).Select(b => Of([b], cheapest)),
            .. all.Where(b => b.Group is not null).GroupBy(b => b.Group, StringComparer.Ordinal).Select(g => Of([.. g], cheapest)),
        ];
    }

    /// <summary>The units of one bid, or of all members of one group.</summary>
    /// <param name="members">One bid, or the bids of a group, in any order.</param>
    /// <param name="cheapest">The lowest ask of each pool, nanos per card-hour.</param>
    /// <exception cref="ArgumentException">A bid contradicts itself or its value is out of range; the message names it.</exception>
    public static BidUnits Of(IReadOnlyList<AuctionBid> members, IReadOnlyDictionary<AuctionPool, long> cheapest)
    {
        var bids = members.OrderBy(b => b.Id, StringComparer.Ordinal).ToList();
        foreach (var bid in bids) Check(bid);
        var isGroup = bids.Count > 1 || bids[0].Group is not null;
        if (bids.Exists(b => b.Buyer != bids[0].Buyer))
            throw new ArgumentException($"group {bids[0].Group} has bids of several buyers");
        // A divisible member of a group is whole or nothing there: two of its parts would be two awards.
        var parts = isGroup ? [bids.SelectMany(b => Options(b, b.Cards, b.Slots, b.Amount))] : Parts(bids[0]).ToList();
        var cut = new HashSet<AuctionPool>();
        var units = parts.Select((options, part) => new AuctionUnit
        {
            Id = isGroup ? bids[0].Group! : bids[0].Id,
            Part = part,
            Owner = bids[0].Buyer,
            Limit = bids.MaxBy(b => b.Limit.Nanos)!.Limit,
            PlacedAt = bids.Max(b => b.PlacedAt), // joining a group never gains time
            Options = Limited([.. options], cheapest, cut),
        }).ToList();
        return new(units, [.. cut.Order()]);
    }

    private static void Check(AuctionBid bid)
    {
        var name = $"bid {bid.Id}";
        if (bid.Earliest < 0 || bid.Latest <= bid.Earliest) throw new ArgumentException($"{name} has an empty window");
        if (bid.Limit.Nanos <= 0) throw new ArgumentException($"{name} has a limit of nothing");
        if (bid.MinPartCards > 0 && bid.MinPartSlots > 0) throw new ArgumentException($"{name} is divisible by cards or in time, not both");
        if (bid.Amount is { } amount)
        {
            if (amount.Micros <= 0 || bid.Cards != 0 || bid.Slots != 0)
                throw new ArgumentException($"{name} is for an amount above nothing, or for cards and hours, not both");
            if (bid.MinCards < 1 || bid.MaxCards < bid.MinCards || bid.MaxCards > CardCount.MaxCards)
                throw new ArgumentException($"{name} has shapes outside 1 to {CardCount.MaxCards} cards");
            if (bid.MinPartSlots > 0) throw new ArgumentException($"{name} is for an amount, which is divisible by cards only");
        }
        else if (bid.Cards is < 1 or > CardCount.MaxCards || bid.Slots < 1)
        {
            throw new ArgumentException($"{name} wants 1 to {CardCount.MaxCards} cards for an hour or more");
        }
    }

    /// <summary>The equal parts of a divisible bid (the first ones larger by one where it does not divide); else the bid itself.</summary>
    private static IEnumerable<IEnumerable<PackageOption>> Parts(AuctionBid bid)
    {
        if (bid.Amount is { } amount)
        {
            var parts = bid.MinPartCards > 0 ? Math.Clamp(bid.MaxCards / bid.MinPartCards, 1, MostParts) : 1;
            return Even(amount.Micros, parts).Select(micros => Options(
                parts == 1 ? bid : bid with { MinCards = bid.MinPartCards, MaxCards = bid.MaxCards / parts }, 0, 0, new(micros)));
        }

        if (bid.MinPartCards > 0)
            return Even(bid.Cards, bid.Cards / bid.MinPartCards).Select(n => Options(bid, (int)n, bid.Slots, null));
        if (bid.MinPartSlots > 0)
            return Even(bid.Slots, bid.Slots / bid.MinPartSlots).Select(d => Options(bid, bid.Cards, (int)d, null));
        return [Options(bid, bid.Cards, bid.Slots, null)];
    }

    private static IEnumerable<long> Even(long whole, int wanted)
    {
        var parts = Math.Clamp(wanted, 1, MostParts);
        return Enumerable.Range(0, parts).Select(i => (whole / parts) + (i < whole % parts ? 1 : 0));
    }

    private static IEnumerable<PackageOption> Options(AuctionBid bid, int cards, int slots, StandardUnits? amount)
    {
        foreach (var pool in bid.Pools.Where(p => p.Fails == Constraints.None))
        {
            if (amount is { } work)
            {
                foreach (var shape in Shapes(bid, pool, work)) yield return shape;
            }
            else if (pool.PerCard.Micros > 0 && bid.Latest - bid.Earliest >= slots)
            {
                var size = (long)cards * slots;
                var perCardHour = (Int128)bid.Limit.Nanos * pool.PerCard.Micros / StandardUnits.MicrosPerUnit; // rounded down
                var value = perCardHour * size;
                if (value > 0) yield return Option(bid, pool.Pool, cards, slots, (Int128)pool.PerCard.Micros * size, value);
            }
        }
    }

    /// <summary>
    /// Up to four gangs that do the work, each twice the one before. Hours are rounded up, but the value is that of the work alone: what is
    /// left over of the last hour is not charged to the buyer.
    /// </summary>
    private static IEnumerable<PackageOption> Shapes(AuctionBid bid, BidPool pool, StandardUnits work)
    {
        var value = (Int128)bid.Limit.Nanos * work.Micros / StandardUnits.MicrosPerUnit;
        for (int shape = 0, cards = bid.MinCards; shape < MostShapes && cards <= bid.MaxCards; shape++, cards *= 2)
        {
            var perCard = shape < pool.PerCardByShape.Count ? pool.PerCardByShape[shape] : pool.PerCard;
            if (perCard.Micros <= 0 || value <= 0) continue;
            var perHour = (Int128)perCard.Micros * cards;
            var hours = (work.Micros + perHour - 1) / perHour;
            if (hours <= bid.Latest - bid.Earliest) yield return Option(bid, pool.Pool, cards, (int)hours, work.Micros, value);
        }
    }

    private static PackageOption Option(AuctionBid bid, AuctionPool pool, int cards, int slots, Int128 work, Int128 value)
    {
        if (value > long.MaxValue || work > long.MaxValue)
            throw new ArgumentException($"bid {bid.Id} is worth more than 9.2e9 {bid.Limit.Currency}");
        return new(bid.Id, pool, cards, slots, bid.Earliest, bid.Latest, new((long)work), new((long)value, bid.Limit.Currency))
        {
            Spread = bid.Spread, ExactCards = bid.ExactCards,
        };
    }

    /// <summary>At most 8 pools of 4 options each: those with the most value per card-hour over the pool's cheapest ask.</summary>
    private static List<PackageOption> Limited(
        List<PackageOption> options, IReadOnlyDictionary<AuctionPool, long> cheapest, HashSet<AuctionPool> cut)
    {
        var pools = options.GroupBy(o => o.Pool).ToList();
        var kept = pools.OrderByDescending(g => g.Max(Margin)).ThenBy(g => g.Key).Take(MostPools).ToList();
        cut.UnionWith(pools.Except(kept).Select(g => g.Key));
        return [.. kept.SelectMany(g => g.OrderByDescending(Margin).Take(MostShapes))];

        // A pool without offers has no ask to compare with and comes last.
        Int128 Margin(PackageOption option) =>
            (option.Value.Nanos / ((long)option.Cards * option.Slots)) - (Int128)cheapest.GetValueOrDefault(option.Pool, long.MaxValue);
    }
}
