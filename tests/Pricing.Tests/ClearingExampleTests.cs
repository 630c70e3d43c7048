namespace Marketplace.Pricing;

/// <summary>The worked example and its two variants, to the nano.</summary>
public sealed class ClearingExampleTests
{
    [Fact]
    public void Example_IsClearedAsTheBookSays()
    {
        var snapshot = new ClearingExample().Snapshot();

        var result = Clearing.Clear(snapshot);

        Assert.Equal(["b1: A 4 at 0, Uniform 112", "b2: B 2 at 0, Uniform 56"], Awards(snapshot, result));
        Assert.Equal(["Traded 14.00", "Traded 14.00", "Indicative 10.00", "Indicative 10.00"], Prices(result));
        Assert.Equal(["b3: LostToHigher"], Losers(snapshot, result));
        Assert.Equal(72, Yuan(result.GainNanos));
        Assert.Equal(72, Yuan(result.BoundNanos));
        Assert.Equal(Lane.Exact, Assert.Single(result.Components).Lane);
    }

    [Fact]
    public void FirstVariant_PaysTheMarginalBidAsBid()
    {
        var snapshot = ClearingExample.First().Snapshot();

        var result = Clearing.Clear(snapshot);

        Assert.Equal(
            ["b1: A 4 at 0, Uniform 112", "b2: A 2 at 0, PaidAsBid 48", "b4: B 4 at 0, Uniform 112"], Awards(snapshot, result));
        Assert.Equal("Traded 14.00", Prices(result)[0]);
        Assert.Equal(104, Yuan(result.GainNanos));
    }

    [Fact]
    public void SecondVariant_SupplementsTheDearSellerOnly()
    {
        var snapshot = ClearingExample.Second().Snapshot();

        var result = Clearing.Clear(snapshot);

        Assert.Equal(
            ["b1: A 4 at 0, Uniform 80", "b2: A 2 at 0, Uniform 40", "b4: B 1 at 0, Supplement 28"], Awards(snapshot, result));
        Assert.Equal("Traded 10.00", Prices(result)[0]);
        Assert.Equal(20, Yuan(result.Awards[2].AtPrice));
        Assert.Equal(["b3: Paradox"], Losers(snapshot, result));
        Assert.Equal(84, Yuan(result.GainNanos));
    }

    [Fact]
    public void SecondVariant_WithTheSellersShare_GoesUpToTheLowestWinningValue()
    {
        var market = ClearingExample.Second();
        market.Parameters = new() { SellerShare = new(10_000) };
        var snapshot = market.Snapshot();

        var result = Clearing.Clear(snapshot);

        Assert.Equal("Traded 13.00", Prices(result)[0]);
        Assert.Equal(
            ["b1: A 4 at 0, Uniform 104", "b2: A 2 at 0, Uniform 52", "b4: B 1 at 0, Supplement 28"], Awards(snapshot, result));
    }

    /// <summary>Without the rest the second bid would begin in hour 2; nobody pays for that hour.</summary>
    [Fact]
    public void CardsThatRest_AreSoldAgainAnHourLater()
    {
        var snapshot = ClearingExample.Resting(until: 4).Snapshot();

        var result = Clearing.Clear(snapshot);

        Assert.Equal(["b1: A 1 at 0, Uniform 20", "b2: A 1 at 3, Uniform 10"], Awards(snapshot, result));
        Assert.Equal(["Traded 10.00", "Traded 10.00", "Indicative 10.00", "Traded 10.00"], Prices(result));
        Assert.Equal(22, Yuan(result.GainNanos));
        Assert.Equal(22, Yuan(result.BoundNanos));
    }

    [Fact]
    public void CardsThatRest_AreNotSoldToABidThatCannotWait()
    {
        var snapshot = ClearingExample.Resting(until: 3).Snapshot();

        var result = Clearing.Clear(snapshot);

        Assert.Equal(["b1: A 1 at 0, Uniform 20"], Awards(snapshot, result));
        Assert.Equal(["Traded 10.00", "Traded 10.00", "Indicative 10.00", "Indicative 10.00"], Prices(result));
        Assert.Equal(["b2: Paradox"], Losers(snapshot, result));
    }

    private static string[] Awards(AuctionSnapshot snapshot, AuctionResult result) => [.. result.Awards.Select(a =>
        $"{snapshot.Units[a.Unit].Id}: {string.Join(" + ", a.Parts.Select(p => $"{snapshot.Offers[p.Offer].Id} {p.Cards}"))} "
        + $"at {a.Start}, {a.Class} {Yuan(a.Pay.Nanos)}")];

    private static string[] Prices(AuctionResult result) =>
        [.. Assert.Single(result.Prices).Slots.Select(s => $"{s.State} {s.Price?.Amount}")];

    private static string[] Losers(AuctionSnapshot snapshot, AuctionResult result) =>
        [.. result.Losers.Select(l => $"{snapshot.Units[l.Unit].Id}: {l.Class}")];

    private static long Yuan(Int128 nanos) => (long)(nanos / 1_000_000_000);
}
