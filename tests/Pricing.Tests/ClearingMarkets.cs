using NodaTime;

namespace Marketplace.Pricing;

/// <summary>
/// Markets by seed. Asks and buyers' limits are independent draws around the worth of a card; nothing here comes from a real market. Cards
/// rest after packages where it says so.
/// </summary>
internal static class ClearingMarkets
{
    internal static readonly Instant Gate = Instant.FromUtc(2026, 1, 1, 0, 0);

    /// <summary>6 to 14 slots, 1 to 3 pools, 2 to 5 offers, 4 to 10 bids of every kind, up to about 30 units.</summary>
    /// <param name="rests">Cards of some offers rest after each package.</param>
    internal static GeneratedMarket Small(int seed, bool rests = true)
    {
        var random = new Random(seed);
        var slots = random.Next(6, 15);
        var pools = Pools(random.Next(1, 4), random);
        var offers = Enumerable.Range(0, random.Next(2, 6)).Select(i => Offer(random, $"o{i}", pools, slots, 8, 12)).ToList();
        var bids = Enumerable.Range(0, random.Next(4, 11)).Select(i => Bid(random, $"b{i:00}", pools, slots, 6)).ToList();
        var market = new GeneratedMarket(slots, offers, bids);
        return rests ? market.Resting(seed) : market;
    }

    /// <summary>Two or three units in a few slots: small enough to try everything. Cards of some offers rest.</summary>
    internal static GeneratedMarket Tiny(int seed)
    {
        var random = new Random(seed);
        var slots = random.Next(3, 6);
        var pools = Pools(random.Next(1, 3), random);
        var offers = Enumerable.Range(0, random.Next(1, 4)).Select(i => Offer(random, $"o{i}", pools, slots, 4, 4)).ToList();
        var bids = Enumerable.Range(0, random.Next(2, 5))
            .Select(i => Bid(random, $"b{i}", pools, slots, 4) with { MinPartCards = 0 }).ToList();
        return new GeneratedMarket(slots, offers, bids).Resting(seed);
    }

    /// <summary>24 slots, 3 pools, 10 offers, 40 bids.</summary>
    /// <param name="rests">Cards of some offers rest after each package.</param>
    internal static GeneratedMarket Middle(int seed, bool rests = true)
    {
        var random = new Random(seed);
        var pools = Pools(3, random);
        var offers = Enumerable.Range(0, 10).Select(i => Offer(random, $"o{i}", pools, 24, 12, 24)).ToList();
        var bids = Enumerable.Range(0, 40).Select(i => Bid(random, $"b{i:00}", pools, 24, 8)).ToList();
        var market = new GeneratedMarket(24, offers, bids);
        return rests ? market.Resting(seed) : market;
    }

    /// <summary>One pool, cards alone, one hour: the market of the textbooks.</summary>
    internal static GeneratedMarket OneSlot(int seed)
    {
        var random = new Random(seed);
        var pools = Pools(1, random);
        var offers = Enumerable.Range(0, random.Next(1, 6)).Select(i => Offer(random, $"o{i}", pools, 1, 4, 1) with
        {
            Lot = 1,
            MinSlots = 1,
            MaxSlots = 1,
            Owner = $"s{i}",
        }).ToList();
        var bids = Enumerable.Range(0, random.Next(1, 15)).Select(i => new AuctionBid
        {
            Id = $"b{i:00}", Buyer = $"buyer{i}", Limit = Price(random, 100), PlacedAt = Gate,
            Earliest = 0, Latest = 1, Cards = 1, Slots = 1,
            Pools = [new(pools[0].Pool, new(pools[0].Units))],
        }).ToList();
        return new(1, offers, bids);
    }

    /// <summary>
    /// Many pools and offers over two weeks. At 100 the bids want about as many card-hours as the offers have. The pools of a bid are
    /// neighbours in the list, so that all pools hang together.
    /// </summary>
    internal static GeneratedMarket Large(int seed, int offers, int bids, int slots = AuctionSnapshot.TwoWeeks, int demandPercent = 100)
    {
        var random = new Random(seed);
        var pools = Pools(Math.Max(2, offers / 80), random);
        var posted = Enumerable.Range(0, offers)
            .Select(i => Sparse(random, Offer(random, $"o{i:00000}", pools, slots, 16, 240), slots)).ToList();
        var longest = Math.Clamp(128 * demandPercent / 100, 1, slots / 2);
        var wanted = Enumerable.Range(0, bids).Select(i =>
        {
            var bid = Bid(random, $"b{i:000000}", pools, slots, longest);
            if (bid.Amount is { } amount) bid = bid with { Amount = new(amount.Micros * longest / 4) };
            var hours = Math.Max(bid.Slots, longest / 2);
            var earliest = random.Next(0, slots - hours + 1);
            return bid with { Earliest = earliest, Latest = Math.Min(slots, earliest + hours + random.Next(0, 48)) };
        }).ToList();
        return new(slots, posted, wanted);
    }

    /// <summary>Single cards for one hour within a window: no gang is ever in the way.</summary>
    internal static GeneratedMarket OneHour(int seed, int offers, int bids, int slots)
    {
        var random = new Random(seed);
        var pools = Pools(Math.Max(1, offers / 40), random);
        var posted = Enumerable.Range(0, offers).Select(i => Offer(random, $"o{i:00000}", pools, slots, 16, slots) with
        {
            Lot = 1,
            MinSlots = 1,
            MaxSlots = slots,
        }).ToList();
        var wanted = Enumerable.Range(0, bids).Select(i =>
        {
            var earliest = random.Next(0, slots);
            var pool = pools[random.Next(pools.Count)];
            return new AuctionBid
            {
                Id = $"b{i:000000}", Buyer = $"buyer{i}", Limit = Price(random, 100), PlacedAt = Gate - Duration.FromSeconds(i),
                Earliest = earliest, Latest = Math.Min(slots, earliest + 1 + random.Next(12)), Cards = 1, Slots = 1,
                Pools = [new(pool.Pool, new(pool.Units))],
            };
        }).ToList();
        return new(slots, posted, wanted);
    }

    private static List<(AuctionPool Pool, long Units)> Pools(int count, Random random) =>
    [
        .. Enumerable.Range(0, count).Select(i => (
            new AuctionPool($"card{i % 17:00}", i % 3 == 0 ? "node" : "single", $"region{i / 17:00}", 70 + (i % 3 * 10)),
            random.NextInt64(200_000, 4_000_000))),
    ];

    private static AuctionOffer Offer(
        Random random, string id, List<(AuctionPool Pool, long Units)> pools, int slots, int mostCards, int longest)
    {
        var (pool, units) = pools[random.Next(pools.Count)];
        var lot = random.Next(4) == 0 ? random.Next(2, 5) : 1;
        var cards = Math.Max(lot, random.Next(1, mostCards + 1));
        var runs = new List<CalendarRun>();
        for (var from = 0; from < slots;)
        {
            var until = Math.Min(slots, from + random.Next(Math.Max(1, slots / 3), slots + 1));
            runs.Add(new(from, until, random.Next(3) == 0 ? random.Next(0, cards + 1) : cards));
            from = until;
        }

        var shortest = random.Next(5) == 0 ? random.Next(1, 4) : 1;
        return new()
        {
            Id = id, Owner = $"s{random.Next(0, 1_000)}", Pool = pool, Lot = lot,
            Ask = new(Price(random, 40).Nanos * units / 1_000_000, Currency.Cny),
            MinSlots = shortest, MaxSlots = random.Next(5) == 0 ? Math.Max(shortest, longest / 2) : slots + shortest, Free = runs,
        };
    }

    /// <summary>The offer with most of its time already taken: free for some hours to some days at a time, two fifths of all.</summary>
    private static AuctionOffer Sparse(Random random, AuctionOffer offer, int slots)
    {
        var cards = offer.Free.Max(r => r.Cards);
        var runs = new List<CalendarRun>();
        for (var from = random.Next(0, 72); from < slots; from += random.Next(24, 120))
        {
            var until = Math.Min(slots, from + random.Next(12, 84));
            runs.Add(new(from, until, cards));
            from = until;
        }

        return offer with { Free = runs };
    }

    private static AuctionBid Bid(Random random, string id, List<(AuctionPool Pool, long Units)> pools, int slots, int longest)
    {
        var kind = random.Next(10);
        var hours = random.Next(1, Math.Min(slots, longest) + 1);
        var earliest = random.Next(0, slots - hours + 1);
        var latest = random.Next(earliest + hours, slots + 1);
        var first = random.Next(pools.Count);
        var cards = 1 << random.Next(0, 4);
        if (random.Next(3) == 0) cards = random.Next(1, 9);
        var bid = new AuctionBid
        {
            Id = id, Buyer = random.Next(20) == 0 ? $"s{random.Next(0, 1_000)}" : $"buyer {id}",
            Group = random.Next(8) == 0 ? $"x{id[..^1]}" : null,
            Limit = Price(random, 60), PlacedAt = Gate - Duration.FromMinutes(random.Next(1, 1_000)),
            Earliest = earliest, Latest = latest, Cards = cards, Slots = hours,
            ExactCards = random.Next(6) == 0, Spread = kind == 0,
            MinPartCards = kind is 1 or 2 && cards > 1 ? random.Next(1, cards) : 0,
            MinPartSlots = kind == 3 && hours > 1 ? random.Next(1, hours) : 0,
            Pools =
            [
                .. Enumerable.Range(0, Math.Min(pools.Count, random.Next(1, 4))).Select(i => pools[(first + i) % pools.Count])
                    .Select(p => new BidPool(p.Pool, new(p.Units))),
            ],
        };
        if (bid.Group is not null) bid = bid with { Buyer = $"buyer {bid.Group}" };
        return kind is 4 or 5
            ? bid with { Cards = 0, Slots = 0, MinPartSlots = 0, Amount = new(random.NextInt64(1, 20) * 1_000_000), MaxCards = 16 }
            : bid;
    }

    /// <summary>A price around one per unit-hour, up to that many percent to either side; whole thousandths.</summary>
    private static UnitPrice Price(Random random, int percent) =>
        new(random.NextInt64(Math.Max(1, 100 - percent) * 10, (100 + percent) * 10) * 1_000_000, Currency.Cny);
}

/// <summary>Offers and bids over some slots.</summary>
internal sealed record GeneratedMarket(int Slots, IReadOnlyList<AuctionOffer> Offers, IReadOnlyList<AuctionBid> Bids)
{
    internal AuctionParameters Parameters { get; init; } = new();

    /// <summary>
    /// The market with cards that rest after each package in about a third of its offers, for one slot or some; every other one of those
    /// may sell to the end of its calendar. All else is as it was.
    /// </summary>
    internal GeneratedMarket Resting(int seed)
    {
        var random = new Random(-seed);
        return this with { Offers = [.. Offers.Select(Rests)] };

        AuctionOffer Rests(AuctionOffer offer)
        {
            if (random.Next(3) > 0 || offer.Free.Count == 0) return offer;
            var drain = random.Next(2) == 0 ? 1 : random.Next(2, 5);
            var last = offer.Free[^1];
            return offer with
            {
                DrainSlots = drain,
                Free = random.Next(2) == 0 ? offer.Free : [.. offer.Free.SkipLast(1), last with { Until = last.Until + drain }],
            };
        }
    }

    internal AuctionSnapshot Snapshot() => AuctionSnapshot.Of(
        1, ClearingMarkets.Gate, Slots, Currency.Cny, Parameters, Offers, BidUnits.All(Bids, Offers).SelectMany(b => b.Units));
}
