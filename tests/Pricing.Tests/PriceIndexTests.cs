using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Marketplace.Pricing;

public sealed class PriceIndexTests
{
    private static readonly Gen<(long Price, long Volume)[]> Trades =
        (from price in Gen.Choose(0, 40)
         from volume in Gen.Choose(0, 30)
         select ((long)price * 1_000_000_007, (long)volume)).NonEmptyListOf().Select(t => t.Take(40).ToArray());

    [Theory]
    [InlineData("", null)]
    [InlineData("4@10", "4.00")]
    [InlineData("4@5 6@5", "5.00")]
    [InlineData("1@1 4@8 100@1", "4.00")] // a tenth at each end is exactly the two outliers
    [InlineData("1@2 4@7 100@1", "3.625")] // half of the cheap one is inside: (1 x 1 + 4 x 7) / 8
    [InlineData("0@1 0.000000001@1", "0.000000001")] // half-up at half a nano
    [InlineData("5@0", null)]
    public void Index_OfTrades_IsTheMeanOfTheMiddleEightTenthsOfTheVolume(string trades, string? price) =>
        Assert.Equal(price, PriceIndex.Of(Read(trades)).Price?.Amount);

    [Fact]
    public void Index_IsWhatASlowFormulaSays() => Prop.ForAll(Arb.From(Trades), trades =>
    {
        var index = PriceIndex.Of(trades.Select((t, i) => Trade($"t{i:d3}", t.Price, t.Volume)));

        return index.Price?.Nanos == Slowly(trades);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Index_OfTradesInAnotherOrder_IsTheSameToTheLastTrade() => Prop.ForAll(Arb.From(Trades), trades =>
    {
        var cleared = trades.Select((t, i) => Trade($"t{i:d3}", t.Price, t.Volume)).ToArray();
        var (one, other) = (PriceIndex.Of(cleared), PriceIndex.Of(cleared.Reverse()));

        return one.Price == other.Price && one.Trades.SequenceEqual(other.Trades);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Counted_OfAllTrades_IsEightTenthsOfTheVolume() => Prop.ForAll(Arb.From(Trades), trades =>
    {
        var index = PriceIndex.Of(trades.Select((t, i) => Trade($"t{i:d3}", t.Price, t.Volume)));

        return index.Trades.Aggregate(Int128.Zero, (sum, t) => sum + t.CountedTenths) == (Int128)index.Volume.Millis * 8;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Index_LeavesOutTradesWithOneOwnerOnBothSides()
    {
        var index = PriceIndex.Of([.. Read("4@10"), new("self", "o", "o", new(400_000_000_000, Currency.Cny), new(1_000_000))]);

        Assert.Equal(("4.00", 10_000L, 1), (index.Price!.Value.Amount, index.Volume.Millis, index.Trades.Count));
    }

    [Theory]
    [InlineData(3, 3, false)]
    [InlineData(2, 3, true)]
    [InlineData(3, 2, true)]
    public void Thin_IsFewerThanThreeOnEitherSide(int sellers, int buyers, bool thin)
    {
        var trades = Enumerable.Range(0, 12)
            .Select(i => new ClearedTrade($"t{i}", $"s{i % sellers}", $"b{i % buyers}", new(1, Currency.Cny), new(1_000)));

        var index = PriceIndex.Of(trades);

        Assert.Equal((sellers, buyers, thin), (index.Sellers, index.Buyers, index.IsThin));
    }

    [Fact]
    public void Index_OfTwoCurrencies_IsNone() => Assert.Throws<InvalidOperationException>(
        () => PriceIndex.Of([Trade("a", 1, 1), Trade("b", 1, 1) with { Price = new(1, Currency.Usd) }]));

    [Fact]
    public void Index_OfTheLargestTrades_DoesNotOverflow()
    {
        // The dearest ask there can be, for the most cards, for a year, a hundred thousand times.
        var volume = UnitHours.Of(CardCount.Of(CardCount.MaxCards).For(NodaTime.Duration.FromDays(366)), new(8_000_000));
        var trades = Enumerable.Range(0, 100_000)
            .Select(i => new ClearedTrade($"{i}", "s", "b", new(1_000_000_000_000_000, Currency.Cny), volume));

        Assert.Equal("1000000.00", PriceIndex.Of(trades).Price?.Amount);
    }

    [Fact]
    public void Volume_IsUnitsTimesHours()
    {
        // 4 cards of 2.393 SCU for 36 hours.
        var use = CardCount.Of(4).For(NodaTime.Duration.FromHours(36));

        Assert.Equal("344.592", UnitHours.Of(use, StandardUnits.Parse("2.393")).ToString());
    }

    [Theory]
    [InlineData("0.001", GangTier.SingleCard)]
    [InlineData("1", GangTier.SingleCard)]
    [InlineData("1.001", GangTier.Node)]
    [InlineData("8", GangTier.Node)]
    [InlineData("8.001", GangTier.MultiNode)]
    public void Tier_IsByTheCardsOfTheLease(string cards, GangTier tier) => Assert.Equal(tier, GangTiers.Of(CardCount.Parse(cards)));

    [Theory]
    [InlineData("h100-sxm5-80gb", "SCU")]
    [InlineData("sw26010-pro", "SCU-H")]
    public void BoardUnit_IsTheUnitOfTheCardsBoard(string id, string name)
    {
        var card = CardRegistry.Default.Find(id)!;
        var units = name == "SCU" ? card.Scu : card.ScuH;

        Assert.Equal((units is { Micros: > 0 } ? units : null, name), (BoardUnit.Of(card), BoardUnit.Name(card.Board)));
    }

    [Fact]
    public void BoardUnit_OfACpu_IsItsCores() => Assert.All(
        CardRegistry.Default.Cards.Where(c => c.Board == Board.Cpu),
        c => Assert.Equal(c.Cores * StandardUnits.MicrosPerUnit, BoardUnit.Of(c)?.Micros));

    [Theory]
    [InlineData("1@1 2@8 3@1", "1.00", "2.00")] // exactly a tenth is sold at the lowest price
    [InlineData("1@1 2@9 3@2", "2.00", "3.00")] // a little less than a tenth is, and a little more than a tenth above
    public void Band_IsFromTheTenthToTheNinetiethPercentOfTheVolume(string trades, string low, string high)
    {
        var band = FairBand.Of(Several(trades))!;

        Assert.Equal((low, high), (band.Low.Amount, band.High.Amount));
    }

    [Theory]
    [InlineData("0.999999999", BandPlace.Below)]
    [InlineData("1.00", BandPlace.Within)]
    [InlineData("2.00", BandPlace.Within)]
    [InlineData("2.000000001", BandPlace.Above)]
    public void Place_OnTheBorder_IsWithin(string price, BandPlace place) =>
        Assert.Equal(place, FairBand.Of(Several("1@1 2@8 3@1"))!.Place(UnitPrice.Parse(price, Currency.Cny)));

    [Fact]
    public void Band_OfTooFewParties_IsNone() => Assert.Null(FairBand.Of(Read("1@10 2@10")));

    private static ClearedTrade Trade(string key, long nanos, long millis) => new(key, "s", "b", new(nanos, Currency.Cny), new(millis));

    /// <summary>Reads <c>price@volume</c>, one seller and one buyer.</summary>
    private static ClearedTrade[] Read(string trades) =>
    [
        .. trades.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(t => t.Split('@')).Select((t, i) =>
            new ClearedTrade($"t{i}", "s", "b", UnitPrice.Parse(t[0], Currency.Cny), UnitHours.Parse(t[1]))),
    ];

    /// <summary>The same trades cut in three, each part by other parties.</summary>
    private static IEnumerable<ClearedTrade> Several(string trades) =>
        from trade in Read(trades)
        from i in Enumerable.Range(0, 3)
        select trade with { Key = $"{trade.Key}{i}", Seller = $"s{i}", Buyer = $"b{i}" };

    /// <summary>Each tenth of a thousandth as a price of its own; a tenth of them goes at each end, the rest is averaged.</summary>
    private static long? Slowly((long Price, long Volume)[] trades)
    {
        var each = trades.SelectMany(t => Enumerable.Repeat(t.Price, (int)t.Volume * 10)).Order().ToList();
        var kept = each.Skip(each.Count / 10).Take(each.Count - (2 * (each.Count / 10))).ToList();
        if (kept.Count == 0) return null;
        var twice = kept.Aggregate(BigInteger.Zero, (sum, price) => sum + (2 * price));
        return (long)((twice + kept.Count) / (2 * kept.Count));
    }
}
