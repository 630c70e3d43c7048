using FsCheck;
using FsCheck.Fluent;

namespace Marketplace.Pricing;

public sealed class RatingTests
{
    /// <summary>Months of a large lease in pieces: up to 27,000 card-hours a piece, prices up to 4,000 per card-hour.</summary>
    private static readonly Gen<(long Price, long[] Pieces)> Usage =
        from price in Whole(0, 4_000_000_000_000)
        from pieces in Whole(0, 100_000_000_000_000).NonEmptyListOf()
        select (price, pieces.Take(40).ToArray());

    [Fact]
    public void Lines_OfAThirdOfACentMore_Bill033Then034()
    {
        var first = Rating.Round(ExactAmount.Parse("0.333", Currency.Cny));
        var both = Rating.Round(ExactAmount.Parse("0.666", Currency.Cny));

        Assert.Equal("0.33", first.Amount);
        Assert.Equal("0.34", (both - first).Amount);
    }

    [Theory]
    [InlineData("1.00", 3_600_000_000, "1.00")]
    [InlineData("1.00", 1, "0.00")]
    [InlineData("3.60", 1, "0.000000001")]
    [InlineData("1.80", 1, "0.000000001")]
    [InlineData("1.799999999", 1, "0.00")]
    [InlineData("0.01", 1_800_000_000, "0.005")]
    public void Charge_OfUse_IsHalfUpToTheNano(string price, long micros, string amount) =>
        Assert.Equal(amount, Rating.Charge(UnitPrice.Parse(price, Currency.Cny), new(micros)).Amount);

    [Theory]
    [InlineData("0.005", "0.01")]
    [InlineData("0.004999999", "0.00")]
    [InlineData("-0.005", "-0.01")]
    [InlineData("-0.004999999", "0.00")]
    [InlineData("1.015", "1.02")]
    public void Round_AtTheHalf_GoesAwayFromZero(string exact, string amount) =>
        Assert.Equal(amount, Rating.Round(ExactAmount.Parse(exact, Currency.Cny)).Amount);

    [Theory]
    [InlineData("100.00", 600, "6.00")]
    [InlineData("0.08", 600, "0.00")]
    [InlineData("0.09", 600, "0.01")]
    [InlineData("-0.09", 600, "-0.01")]
    [InlineData("12.34", 10_000, "12.34")]
    [InlineData("12.34", 0, "0.00")]
    public void Share_OfAnAmount_IsHalfUp(string of, int basisPoints, string share) =>
        Assert.Equal(share, Rating.Share(Money.Parse(of, Currency.Cny), new(basisPoints)).Amount);

    [Theory]
    [InlineData(15, new[] { 20, 2, 3 }, new long[] { 12, 1, 2 })]
    [InlineData(-15, new[] { 20, 2, 3 }, new long[] { -12, -1, -2 })]
    [InlineData(10, new[] { 1, 1, 1 }, new long[] { 4, 3, 3 })]
    [InlineData(-10, new[] { 1, 1, 1 }, new long[] { -4, -3, -3 })]
    [InlineData(0, new[] { 1, 1 }, new long[] { 0, 0 })]
    [InlineData(1, new[] { 0, 1, 0 }, new long[] { 0, 1, 0 })]
    public void Split_ByWeights_GivesTheRestToTheLargestRemainderThenTheEarlier(long total, int[] weights, long[] parts) =>
        Assert.Equal(parts, Rating.Split(new(total, Currency.Cny), weights).Select(p => p.Minor));

    [Theory]
    [InlineData(new int[0])]
    [InlineData(new[] { 0, 0 })]
    [InlineData(new[] { 2, -1 })]
    public void Split_WithoutPositiveWeights_IsRefused(int[] weights) =>
        Assert.Throws<ArgumentException>(() => Rating.Split(new(1, Currency.Cny), weights));

    [Fact]
    public void Split_OfAnything_AddsUpAndMirrorsItsCredit()
    {
        var cases =
            from total in Whole(-1_000_000_000_000, 1_000_000_000_000)
            from weights in Gen.Choose(0, 10_000).NonEmptyListOf()
            where weights.Any(w => w > 0)
            select (total, weights: weights.ToArray());
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var parts = Rating.Split(new(c.total, Currency.Cny), c.weights).Select(p => p.Minor).ToArray();
            var credit = Rating.Split(new(-c.total, Currency.Cny), c.weights).Select(p => -p.Minor).ToArray();
            var sum = c.weights.Sum(w => (long)w);
            return parts.Sum() == c.total
                && parts.SequenceEqual(credit)
                && parts.Zip(c.weights).All(p => Int128.Abs(((Int128)p.First * sum) - ((Int128)c.total * p.Second)) < sum);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Charge_OfUseCutIntoPieces_NeverChangesTheSum() =>
        Prop.ForAll(Usage.ToArbitrary(), u =>
        {
            UnitPrice price = new(u.Price, Currency.Cny);
            CardSeconds metered = default;
            var charged = ExactAmount.Zero(Currency.Cny);
            foreach (var piece in u.Pieces)
            {
                metered += new CardSeconds(piece);
                charged += Rating.Charge(price, metered) - charged;
            }

            return charged == Rating.Charge(price, new(u.Pieces.Sum()));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Lines_OfALeaseCutOverDocuments_AddUpToOneDocument() =>
        Prop.ForAll(Usage.ToArbitrary(), u =>
        {
            UnitPrice price = new(u.Price, Currency.Cny);
            CardSeconds metered = default;
            var billed = Money.Zero(Currency.Cny);
            foreach (var month in u.Pieces)
            {
                metered += new CardSeconds(month);
                var line = Rating.Round(Rating.Charge(price, metered)) - billed;
                billed += line;
                if (line.Minor < 0) return false;
            }

            return billed == Rating.Round(Rating.Charge(price, new(u.Pieces.Sum())));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void DivideHalfUp_OfAnything_IsNearestAndSymmetric() =>
        Prop.ForAll(
            Whole(long.MinValue + 1, long.MaxValue).ToArbitrary(),
            Whole(1, 1_000_000_000_000).ToArbitrary(),
            (dividend, divisor) =>
            {
                var quotient = Rating.DivideHalfUp(dividend, divisor);
                var twice = 2 * ((Int128)dividend - ((Int128)quotient * divisor));
                return Int128.Abs(twice) <= divisor
                    && (Int128.Abs(twice) < divisor || Int128.Sign(twice) != Math.Sign(dividend))
                    && Rating.DivideHalfUp(-(Int128)dividend, divisor) == -quotient;
            }).QuickCheckThrowOnFailure();

    private static Gen<long> Whole(long least, long most) =>
        from high in Gen.Choose(0, int.MaxValue)
        from low in Gen.Choose(0, int.MaxValue)
        from lowest in Gen.Choose(0, 3)
        select (long)(least + ((((((Int128)high << 31) | (long)low) << 2) | (long)lowest) % ((Int128)most - least + 1)));
}
