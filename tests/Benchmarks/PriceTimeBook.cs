using System.Diagnostics;
using Marketplace.Pricing;

namespace Marketplace.Benchmarks;

/// <summary>
/// The plainest continuous book: one good, limit orders by price and time, an order takes what it crosses and rests with what is left.
/// Its speed on markets of one slot and one pool is what an exchange without windows, gangs and substitution would reach here.
/// </summary>
internal sealed class PriceTimeBook
{
    private readonly PriorityQueue<(long Price, int Cards), (long, long)> _asks = new();
    private readonly PriorityQueue<(long Price, int Cards), (long, long)> _bids = new();
    private long _time;

    internal long Traded { get; private set; }

    internal void Sell(long price, int cards) => Cross(_bids, _asks, price, cards, sells: true);

    internal void Buy(long price, int cards) => Cross(_asks, _bids, price, cards, sells: false);

    /// <summary>Orders a second over a stream of random ones, half of them sales.</summary>
    internal static (double OrdersPerSecond, long Traded) Measure(int orders, int seed)
    {
        var random = new Random(seed);
        var stream = Enumerable.Range(0, orders).Select(_ => (Price: random.NextInt64(800, 1_200), Cards: random.Next(1, 9))).ToArray();
        var book = new PriceTimeBook();
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < stream.Length; i++)
        {
            if (i % 2 == 0) book.Sell(stream[i].Price, stream[i].Cards);
            else book.Buy(stream[i].Price, stream[i].Cards);
        }

        return (orders / watch.Elapsed.TotalSeconds, book.Traded);
    }

    /// <summary>The same stream as one auction of one pool and slot: units a second through the clearing.</summary>
    internal static double MeasureAuction(int orders, int seed)
    {
        var random = new Random(seed);
        var pool = new AuctionPool("card", "single", "here", 100);
        var gate = NodaTime.Instant.FromUtc(2026, 1, 1, 0, 0);
        var offers = Enumerable.Range(0, orders / 2).Select(i => new AuctionOffer
        {
            Id = $"o{i:000000}",
            Owner = "seller",
            Pool = pool,
            Ask = new(random.NextInt64(800, 1_200) * 1_000_000, Currency.Cny),
            Free = [new(0, 1, random.Next(1, 9))],
        });
        var units = Enumerable.Range(0, orders / 2).Select(i =>
        {
            var (limit, cards) = (random.NextInt64(800, 1_200) * 1_000_000, random.Next(1, 9));
            return new AuctionUnit
            {
                Id = $"b{i:000000}",
                Owner = "buyer",
                Limit = new(limit, Currency.Cny),
                PlacedAt = gate,
                Options =
                [
                    new($"b{i:000000}", pool, cards, 1, 0, 1, new(cards * 1_000_000L), new(limit * cards, Currency.Cny)) { Spread = true },
                ],
            };
        });
        var snapshot = AuctionSnapshot.Of(1, gate, 1, Currency.Cny, new(), offers, units);
        var watch = Stopwatch.StartNew();
        Clearing.Clear(snapshot);
        return orders / watch.Elapsed.TotalSeconds;
    }

    private void Cross(
        PriorityQueue<(long Price, int Cards), (long, long)> against, PriorityQueue<(long Price, int Cards), (long, long)> own,
        long price, int cards, bool sells)
    {
        while (cards > 0 && against.TryPeek(out var top, out var rank) && (sells ? top.Price >= price : top.Price <= price))
        {
            var taken = Math.Min(cards, top.Cards);
            Traded += taken;
            cards -= taken;
            against.Dequeue();
            if (top.Cards > taken) against.Enqueue((top.Price, top.Cards - taken), rank);
        }

        if (cards > 0) own.Enqueue((price, cards), (sells ? price : -price, _time++));
    }
}
