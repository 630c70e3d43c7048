namespace Marketplace.Pricing;

/// <summary>What b3 of the worked example is told, the unsold half of offer B, and a receipt.</summary>
public sealed class ClearingExplanationTests
{
    private static readonly ClearingExample Market = new();
    private static readonly AuctionSnapshot Snapshot = Market.Snapshot();
    private static readonly AuctionResult Result = Clearing.Clear(Snapshot);
    private static readonly Explanations Told = new(Snapshot, Result);

    [Fact]
    public void Loss_OfTheThirdBid_SaysWhatItWouldHaveNeeded()
    {
        var loss = Told.Loss(Market.Bids[2]);

        Assert.Equal(LossClass.LostToHigher, loss.Class);
        Assert.Equal(("14.00", "7.00"), (loss.Needed!.PerCardHour.Amount, loss.Needed.PerUnitHour.Amount));
        Assert.Null(loss.NeededNow); // A is full, and B has one pair left
        Assert.Equal(new Exclusion(Constraints.Price, 1, 1), Assert.Single(loss.Excluded));
        Assert.Equal((1, 1), (loss.Carriers, loss.InTheWay));
        Assert.Equal("18.00", loss.CheapestInTheWay!.Value.Amount);
    }

    [Fact]
    public void Loss_OfTheThirdBid_AdvisesToEndTwoHoursLater()
    {
        var nearest = Told.Loss(Market.Bids[2]).Nearest!;

        Assert.Equal((Change.LaterEnd, 2L), (nearest.Change, nearest.By));
        Assert.Equal((2, 3, "10.00"), (nearest.Match.Start, nearest.Match.Cards, nearest.Match.PerCardHour.Amount));
    }

    [Fact]
    public void Loss_OfABidForAnHourInWhichTheCardRests_SaysWhatIsInItsWayAndWhenTheRestIsOver()
    {
        var market = ClearingExample.Resting(until: 3);
        var snapshot = market.Snapshot();
        var told = new Explanations(snapshot, Clearing.Clear(snapshot));

        var loss = told.Loss(market.Bids[1]);

        Assert.Equal((LossClass.Paradox, 1, 1), (loss.Class, loss.Carriers, loss.InTheWay));
        Assert.Equal(("10.00", null, "18.00"), (loss.Needed!.PerCardHour.Amount, loss.NeededNow, loss.CheapestInTheWay!.Value.Amount));
        Assert.Equal((Change.LaterEnd, 1L, 3), (loss.Nearest!.Change, loss.Nearest.By, loss.Nearest.Match.Start));
        var unsold = told.Unsold(0);
        Assert.Equal((1, 0, 1, 0), (unsold.FreeSlots, unsold.AbovePrice, unsold.RestingSlots, unsold.Fitting));
    }

    [Fact]
    public void Loss_WhereTheOfferEndsBeforeItsCardsHaveRested_IsOfTheCalendar()
    {
        var market = ClearingExample.Resting(until: 4);
        market.Offers[0] = market.Offers[0] with { Free = [new(0, 3, 1)] }; // sold until 2, at rest until 3
        var snapshot = market.Snapshot();
        var result = Clearing.Clear(snapshot);

        var loss = new Explanations(snapshot, result).Loss(market.Bids[1]);

        Assert.Equal((LossClass.NoOffer, 0), (loss.Class, loss.Carriers));
        Assert.Equal(new Exclusion(Constraints.Calendar, 1, 1), Assert.Single(loss.Excluded));
        Assert.Equal([SlotState.Traded, SlotState.Traded, SlotState.Closed, SlotState.Closed],
            result.Prices[0].Slots.Select(s => s.State));
    }

    [Fact]
    public void CriticalLimit_OfTheThirdBid_IsJustAboveTwentyFiveThirds()
    {
        var limit = Told.CriticalLimit(Market.Bids[2])!.Value;

        Assert.InRange(limit.Nanos, 8_333_333_333, 8_333_400_000);
        var market = new ClearingExample();
        market.Bids[2] = market.Bids[2] with { Limit = UnitPrice.Parse("8.34", Currency.Cny) };
        var snapshot = market.Snapshot();
        var result = Clearing.Clear(snapshot);
        Assert.Equal(["b1", "b3"], result.Awards.Select(a => snapshot.Units[a.Unit].Id));
        Assert.Equal(72_080_000_000, result.GainNanos);
        Assert.Equal("14.00", result.Prices[0].Slots[0].Price!.Value.Amount);
        Assert.Equal(LossClass.Paradox, Assert.Single(result.Losers).Class);
    }

    [Fact]
    public void Loss_ByEachConstraint_CountsEachOfferOnceUnderItsFirst()
    {
        var market = new ClearingExample();
        var far = ClearingExample.X with { Region = "far" };
        market.Offers.Add(ClearingExample.Offer("C", 9, "1") with { Pool = far });
        market.Offers.Add(ClearingExample.Offer("D", 2, "1"));
        market.Offers.Add(ClearingExample.Offer("E", 9, "1", slots: 1));
        market.Offers.Add(ClearingExample.Offer("F", 9, "1") with { MinSlots = 3 });
        market.Offers.Add(ClearingExample.Offer("G", 9, "1") with { Owner = "buyer b3" });
        var failing = new BidPool(far, StandardUnits.Parse("2")) { Fails = Constraints.Region };
        market.Bids[2] = market.Bids[2] with { Pools = [.. market.Bids[2].Pools, failing] };
        market.Bids.Add(ClearingExample.Bid("b9", 9, 2, 0, 2, "100")); // takes what G has
        var snapshot = market.Snapshot();

        var loss = new Explanations(snapshot, Clearing.Clear(snapshot)).Loss(market.Bids[2]);

        Assert.Equal(
            [
                new(Constraints.Region, 1, 1), new(Constraints.Owner, 1, 1), new(Constraints.Duration, 1, 1),
                new(Constraints.Calendar, 1, 1), new(Constraints.CardCount, 1, 1), new Exclusion(Constraints.Price, 1, 1),
            ],
            loss.Excluded);
    }

    [Theory]
    [InlineData(Change.EarlierStart)]
    [InlineData(Change.HalfTheCards)]
    [InlineData(Change.Spread)]
    [InlineData(Change.OtherTier)]
    [InlineData(Change.Interruptible)]
    [InlineData(Change.HigherLimit)]
    public void Nearest_OfEachKind_IsFound(Change change)
    {
        var market = new ClearingExample();
        market.Offers.Clear();
        market.Bids.Clear();
        var bid = ClearingExample.Bid("b", 4, 4, 0, 4, "9");
        var other = ClearingExample.X with { Tier = "single" };
        market.Offers.Add(change switch
        {
            Change.EarlierStart => ClearingExample.Offer("A", 4, "10"),
            Change.HalfTheCards => ClearingExample.Offer("A", 2, "10"),
            Change.Spread => ClearingExample.Offer("A", 3, "13"),
            Change.HigherLimit => ClearingExample.Offer("A", 4, "20"),
            _ => ClearingExample.Offer("A", 4, "10") with { Pool = other },
        });
        if (change == Change.EarlierStart) bid = bid with { Earliest = 1, Slots = 3, MinPartSlots = 0 };
        if (change == Change.EarlierStart) market.Offers[0] = market.Offers[0] with { Free = [new(0, 3, 4)] };
        if (change == Change.Spread) market.Offers.Add(ClearingExample.Offer("B", 1, "10") with { MinSlots = 4 });
        if (change == Change.Spread) market.Offers[0] = market.Offers[0] with { Lot = 3 };
        var missing = change == Change.OtherTier ? Constraints.Tier : Constraints.Interruptible;
        bid = bid with { Pools = [.. bid.Pools, new(other, StandardUnits.Parse("2")) { Fails = missing }] };
        market.Bids.Add(bid);
        var snapshot = market.Snapshot();

        var nearest = new Explanations(snapshot, Clearing.Clear(snapshot)).Loss(bid).Nearest;

        Assert.Equal(change, nearest!.Change);
    }

    [Fact]
    public void Unsold_OfB_SaysThatItsPairsFitNobodyElse()
    {
        var unsold = Told.Unsold(1);

        Assert.Equal((4, 0), (unsold.FreeSlots, unsold.AbovePrice));
        Assert.Equal((0, null), (unsold.Fitting, unsold.WouldHaveSoldAt));
    }

    [Fact]
    public void Unsold_OfAnOfferAboveThePrice_SaysAtWhatItWouldHaveSold()
    {
        var market = new ClearingExample();
        market.Offers.Add(ClearingExample.Offer("C", 3, "15"));
        var snapshot = market.Snapshot();

        var unsold = new Explanations(snapshot, Clearing.Clear(snapshot)).Unsold(2);

        Assert.Equal((4, 2, 1), (unsold.FreeSlots, unsold.AbovePrice, unsold.Fitting));
        Assert.Equal("11.999999999", unsold.WouldHaveSoldAt!.Value.Amount);
    }

    [Fact]
    public void Receipt_OfAnAward_AddsUp()
    {
        var receipt = Told.Receipt(Result.Awards[0]);

        Assert.Equal(("b1", SettlementClass.Uniform, true), (receipt.BidId, receipt.Class, receipt.IsExact));
        Assert.Equal(["14.00", "14.00"], receipt.Prices.Select(p => p.Amount));
        Assert.Equal(("112.00", "144.00", "32.00"), (receipt.Pay.Amount, receipt.Bid.Amount, receipt.Saving.Amount));
        Assert.Equal((Int128)0, receipt.DifferenceNanos);
        Assert.Equal(receipt.Pay.Nanos, receipt.Lines.Sum(l => l.Pay.Nanos));
        Assert.DoesNotContain(receipt.Lines, l => l.MaskedOffer == "A");
        Assert.Equal((Snapshot.Hash, Result.Hash), (receipt.InputHash, receipt.ResultHash));
    }

    [Fact]
    public void Loss_OfABidThatWon_IsRefused() => Assert.Throws<ArgumentException>(() => Told.Loss(Market.Bids[0]));
}
