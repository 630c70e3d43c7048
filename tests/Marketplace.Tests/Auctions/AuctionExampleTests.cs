using Marketplace.Billing;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>The worked example of docs/clearing.md on the books: what is sold, at which price, and what everybody is told.</summary>
public sealed class AuctionExampleTests
{
    [Theory, EveryEngine]
    public async Task Example_IsAwardedAsTheBookSays(Engine engine)
    {
        await using var market = await AuctionMarket.Example(engine);

        var auction = await market.Run();

        Assert.Equal(["b1: A 4 x 14.00 from 0 for 2, uniform 112.00", "b2: B 2 x 14.00 from 0 for 2, uniform 56.00"], await market.Sold());
        Assert.Equal((1, AuctionState.Cleared, 2, 3, "72", "72"),
            (auction.Number, auction.State, auction.Offers, auction.Bids, auction.Gain, auction.Bound));
        Assert.Equal(new Dictionary<string, int> { ["exact"] = 1 }, auction.Lanes);
        var prices = await market.Market.Look(s => AuctionBook.Prices(s, auction.AuctionId));
        Assert.Equal(
            ["Traded 14.00 6 0-2", "Indicative 10.00 0 2-4"],
            prices.Select(p => $"{p.State} {p.Price.Amount} {p.Cards} {Hour(p.FromAt)}-{Hour(p.UntilAt)}"));
        var offers = await market.Market.Look(s => OfferBook.Open(s, auction.Gate, auction.End));
        Assert.Equal("2026-01-01T01:00 0, 2026-01-01T03:00 4, 2026-01-01T05:00 0", await market.Market.Calendar(offers[0]));
        Assert.Equal("2026-01-01T01:00 2, 2026-01-01T03:00 4, 2026-01-01T05:00 0", await market.Market.Calendar(offers[1]));

        double Hour(NodaTime.Instant at) => (at - auction.Gate).TotalHours;
    }

    [Theory, EveryEngine]
    public async Task Receipts_SayItToTheNano_AndHoldsAreLetGo(Engine engine)
    {
        await using var market = await AuctionMarket.Example(engine);
        var auction = await market.Run();

        var bids = await market.Market.Look(s => BidBook.List(s, null, null, null, 10));
        var b1 = Assert.Single(bids, b => b.Reference == "b1");
        var receipt = Assert.Single(await market.Market.Look(s => AwardBook.Of(s, b1)));

        Assert.Equal((BidState.Matched, BidState.Matched, BidState.Open), (b1.State, bids.Single(b => b.Reference == "b2").State,
            bids.Single(b => b.Reference == "b3").State));
        Assert.Equal((auction.SnapshotHash, auction.ResultHash, Lane.Exact, true), (
            receipt.InputHash, receipt.ResultHash, receipt.Lane, receipt.IsExact));
        Assert.Equal(("112.00", "112.00", "0.00", "144.00", "32.00"), (
            receipt.Pay.Amount, receipt.AtPrice.Amount, receipt.Difference.Amount, receipt.Bid!.Value.Amount,
            receipt.Saving!.Value.Amount));
        var line = Assert.Single(receipt.Lines);
        Assert.Equal(("14.00", "0.00"), (line.Price.Amount, line.Residue.Amount));
        Assert.NotNull(line.LeaseId);
        Assert.Null(line.OfferId);
        Assert.Null(await market.Market.Look(s => Funds.HeldFor(s, b1.BidId.Value)));
        Assert.NotNull(await market.Market.Look(s => Funds.HeldFor(s, bids.Single(b => b.Reference == "b3").BidId.Value)));
    }

    [Theory, EveryEngine]
    public async Task TheLoser_IsToldWhatItWouldHaveTaken(Engine engine)
    {
        await using var market = await AuctionMarket.Example(engine);
        var auction = await market.Run();
        var b3 = (await market.Market.Look(s => BidBook.List(s, null, BidState.Open, null, 10))).Single();

        var told = await market.Explain(b3.BidId, withLimit: true);

        Assert.Equal((auction.AuctionId, LossClass.LostToHigher), (told.AuctionId!.Value, told.Class!.Value));
        Assert.Equal("14.00", told.Needed!.PerUnitHour.Amount);
        Assert.Equal((Change.LaterEnd, 2L, "10.00"), (told.Nearest!.Change, told.Nearest.By, told.Nearest.Match.PerCardHour.Amount));
        Assert.Equal(auction.Gate + NodaTime.Duration.FromHours(2), told.Nearest.Match.From);
        Assert.InRange(told.CriticalLimit!.Value.Nanos, 16_660_000_000, 16_690_000_000); // 2 x 8.34
        Assert.Contains(told.Excluded, e => e is { Constraint: Constraints.Price, First: 1 });
    }

    [Theory, EveryEngine]
    public async Task AnUnsoldOffer_IsToldWhoWouldHaveBought(Engine engine)
    {
        await using var market = await AuctionMarket.Example(engine);
        await market.Run();
        var b = (await market.Market.Look(s => OfferBook.Open(s, AuctionMarket.Gate, AuctionMarket.Gate + NodaTime.Duration.FromHours(1))))
            .Single(o => o.Name == "B");

        var unsold = await market.Market.Look(s => ExplanationBook.Of(s, b));

        Assert.Equal((4, 4, 0), (unsold.SoldCardHours, unsold.FreeHours, unsold.AbovePrice));
    }

    [Theory, EveryEngine]
    public async Task Journal_ClearedAgain_GivesTheSameBytes(Engine engine)
    {
        await using var market = await AuctionMarket.Example(engine);
        var auction = await market.Run();

        var bytes = await market.Market.Look(s => AuctionBook.Bytes(s, auction.AuctionId));
        var snapshot = AuctionSnapshot.Read(bytes);
        var again = Clearing.Clear(snapshot, threads: 1);

        Assert.Equal((auction.SnapshotHash, auction.ResultHash), (snapshot.Hash, again.Hash));
    }

    [Theory, EveryEngine]
    public async Task ABidThatWasInNoAuction_IsToldHowItWouldFareNow_AndNothingOfOtherBids(Engine engine)
    {
        await using var market = await AuctionMarket.Example(engine);
        var bids = await market.Market.Look(s => BidBook.List(s, null, null, null, 10));

        var winner = await market.Explain(bids.Single(b => b.Reference == "b1").BidId);
        var loser = await market.Explain(bids.Single(b => b.Reference == "b3").BidId);

        // Alone, each would have what it wants at the cheapest ask: what others bid is not to be seen in it.
        Assert.Equal((null, null, "10.00"), (winner.AuctionId, winner.Class, winner.WouldGet!.PerCardHour.Amount));
        Assert.Equal((null, null, "10.00"), (loser.AuctionId, loser.Class, loser.WouldGet!.PerCardHour.Amount));
        Assert.Equal(0, await market.Market.Look(s => s.Scalar<long>("SELECT COUNT(*) FROM auction")));
        Assert.Equal(0, await market.Market.Look(s => s.Scalar<long>("SELECT COUNT(*) FROM offer WHERE gated_by IS NOT NULL")));
    }
}
