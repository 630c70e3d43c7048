using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>A made-up market of a few hundred bids, large enough to make every search run.</summary>
internal static class DryMarket
{
    private const int Pools = 4, OffersPerPool = 12, Bids = 400, Slots = 96;

    public static AuctionResult Clear()
    {
        var pools = Enumerable.Range(0, Pools).Select(i => new AuctionPool($"card-{i}", "node", "here", 70)).ToArray();
        var offers = pools.SelectMany(pool => Enumerable.Range(0, OffersPerPool).Select(i => new AuctionOffer
        {
            Id = $"{pool.Card}/{i}", Owner = $"seller {i}", Pool = pool, Ask = new(10_000_000_000 + (i * 700_000_000L), Currency.Cny),
            Lot = i % 3 == 0 ? 2 : 1, Free = [new(0, Slots, 8 + i)],
        })).ToList();
        var bids = Enumerable.Range(0, Bids).Select(i =>
        {
            var earliest = i % (Slots / 2);
            return new AuctionBid
            {
                Id = $"bid {i}", Buyer = $"buyer {i % 50}", Limit = new(9_000_000_000 + (i * 37_000_000L), Currency.Cny),
                PlacedAt = Instant.FromUnixTimeSeconds(i), Earliest = earliest, Latest = earliest + 24 + (i % 20), Cards = 1 + (i % 8),
                Slots = 2 + (i % 20), Spread = i % 5 == 0, MinPartCards = i % 7 == 0 ? 1 : 0,
                Pools = [new(pools[i % Pools], new(1_000_000)), new(pools[(i + 1) % Pools], new(900_000))],
            };
        }).ToList();
        var units = BidUnits.All(bids, offers).SelectMany(b => b.Units);
        return Clearing.Clear(AuctionSnapshot.Of(1, NodaConstants.UnixEpoch, Slots, Currency.Cny, new(), offers, units));
    }
}
