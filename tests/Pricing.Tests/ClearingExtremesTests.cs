using NodaTime;

namespace Marketplace.Pricing;

/// <summary>The largest numbers that are let in, and the ones that are not.</summary>
public sealed class ClearingExtremesTests
{
    private static readonly AuctionPool Pool = new("card", "single", "here", 100);

    [Fact]
    public void Clear_OfEveryCardForTwoWeeksAtTheDearest_IsExactToTheNano()
    {
        var (cards, slots) = (CardCount.MaxCards, AuctionSnapshot.TwoWeeks);
        var most = long.MaxValue / ((long)cards * slots);
        var market = new GeneratedMarket(
            slots, [Offer("a", cards, most - 1), Offer("b", cards, most - 2)],
            [Bid("x", cards, slots, most), Bid("y", cards, slots, most)]);
        var snapshot = market.Snapshot();

        var result = Clearing.Clear(snapshot);

        Assert.Equal(2, result.Awards.Count);
        Assert.Empty(ClearingLaw.Breaches(snapshot, result));
        Assert.Equal((Int128)3 * cards * slots, result.GainNanos);
    }

    [Fact]
    public void Clear_OfManyOfTheDearest_SumsBeyond64Bits()
    {
        var offers = Enumerable.Range(0, 5).Select(i => Offer($"o{i}", 9, 0) with { Free = [new(0, 2, 9)] }).ToList();
        var bids = Enumerable.Range(0, 5).Select(i => Bid($"b{i}", 9, 1, 1_000_000_000L * 1_000_000_000)).ToList();
        foreach (var parameters in new AuctionParameters[] { new(), new() { ExactUnits = 0 }, new() { SearchUnits = 0 } })
        {
            var snapshot = new GeneratedMarket(2, offers, bids) { Parameters = parameters }.Snapshot();

            var result = Clearing.Clear(snapshot);

            Assert.Equal(5, result.Awards.Count);
            Assert.True(result.GainNanos > long.MaxValue);
            Assert.Empty(ClearingLaw.Breaches(snapshot, result));
        }
    }

    [Fact]
    public void Clear_OfAsksBeyondAllValues_TradesNothing()
    {
        var market = new GeneratedMarket(2, [Offer("a", 4, long.MaxValue)], [Bid("x", 1, 2, 1)]);
        var snapshot = (market with { Offers = [market.Offers[0] with { Free = [new(0, 2, 4)] }] }).Snapshot();

        var result = Clearing.Clear(snapshot);

        Assert.Empty(result.Awards);
        Assert.Equal(LossClass.OutOfMoney, Assert.Single(result.Losers).Class);
    }

    [Fact]
    public void Units_OfABidWorthMoreThan64Bits_AreRefused()
    {
        var bid = Bid("x", CardCount.MaxCards, AuctionSnapshot.TwoWeeks, 1_000_000_000L * 1_000_000_000);

        var refusal = Assert.Throws<ArgumentException>(() => BidUnits.All([bid], []));

        Assert.Contains("bid x is worth more than 9.2e9 CNY", refusal.Message, StringComparison.Ordinal);
        Assert.Single(BidUnits.All([bid with { Cards = 9, Slots = 1 }], []));
    }

    private static AuctionOffer Offer(string id, int cards, long ask) => new()
    {
        Id = id,
        Owner = "seller",
        Pool = Pool,
        Ask = new(ask, Currency.Cny),
        Free = [new(0, AuctionSnapshot.TwoWeeks, cards)],
    };

    private static AuctionBid Bid(string id, int cards, int slots, long limit) => new()
    {
        Id = id,
        Buyer = id,
        Limit = new(limit, Currency.Cny),
        PlacedAt = Instant.FromUtc(2026, 1, 1, 0, 0),
        Earliest = 0,
        Latest = Math.Max(slots, 2),
        Cards = cards,
        Slots = slots,
        Pools = [new(Pool, new(StandardUnits.MicrosPerUnit))],
    };
}
