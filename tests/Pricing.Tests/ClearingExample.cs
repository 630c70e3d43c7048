using NodaTime;

namespace Marketplace.Pricing;

/// <summary>
/// The market of docs/clearing.md: pool X, four slots, offers A and B, three bids; and short words to make others like it.
/// </summary>
internal sealed class ClearingExample
{
    internal static readonly Instant Gate = Instant.FromUtc(2026, 1, 1, 0, 0);

    internal static readonly AuctionPool X = new("X", "node", "here", 100);

    private static readonly StandardUnits TwoPerCard = StandardUnits.Parse("2");

    internal List<AuctionOffer> Offers { get; } = [Offer("A", 4, "10"), Offer("B", 4, "14", lot: 2)];

    internal List<AuctionBid> Bids { get; } =
    [
        Bid("b1", 4, 2, 0, 2, "9"),
        Bid("b2", 2, 2, 0, 3, "8"),
        Bid("b3", 3, 2, 0, 2, "6"),
    ];

    internal AuctionParameters Parameters { get; set; } = new();

    /// <summary>A has six cards, b2 bids less, and a second gang of four comes in.</summary>
    internal static ClearingExample First()
    {
        var market = new ClearingExample();
        market.Offers[0] = Offer("A", 6, "10");
        market.Bids[1] = Bid("b2", 2, 2, 0, 3, "6");
        market.Bids.Add(Bid("b4", 4, 2, 0, 2, "9"));
        return market;
    }

    /// <summary>As the first, but b2 bids 6.5, B sells single cards and b4 wants one.</summary>
    internal static ClearingExample Second()
    {
        var market = First();
        market.Offers[1] = Offer("B", 4, "14");
        market.Bids[1] = Bid("b2", 2, 2, 0, 3, "6.5");
        market.Bids[3] = Bid("b4", 1, 2, 0, 2, "9");
        return market;
    }

    /// <summary>
    /// One card that rests for an hour, and two bids in a row for it: the first for hours 0 and 1, the second for an hour from 2 on.
    /// </summary>
    /// <param name="until">When the second bid must have ended.</param>
    internal static ClearingExample Resting(int until)
    {
        var market = new ClearingExample();
        market.Offers.Clear();
        market.Offers.Add(Offer("A", 1, "10", slots: 5) with { DrainSlots = 1 });
        market.Bids.Clear();
        market.Bids.Add(Bid("b1", 1, 2, 0, 2, "9"));
        market.Bids.Add(Bid("b2", 1, 1, 2, until, "8"));
        return market;
    }

    internal static AuctionOffer Offer(string id, int cards, string ask, int lot = 1, int slots = 4) => new()
    {
        Id = id, Owner = "seller " + id, Pool = X, Ask = UnitPrice.Parse(ask, Currency.Cny), Lot = lot, Free = [new(0, slots, cards)],
    };

    internal static AuctionBid Bid(string id, int cards, int slots, int earliest, int latest, string limit) => new()
    {
        Id = id, Buyer = "buyer " + id, Limit = UnitPrice.Parse(limit, Currency.Cny),
        PlacedAt = Gate - Duration.FromHours(1), Earliest = earliest, Latest = latest, Cards = cards, Slots = slots,
        Pools = [new(X, TwoPerCard)],
    };

    internal AuctionSnapshot Snapshot(int slots = 4) => AuctionSnapshot.Of(
        1, Gate, slots, Currency.Cny, Parameters, Offers, BidUnits.All(Bids, Offers).SelectMany(b => b.Units));
}
