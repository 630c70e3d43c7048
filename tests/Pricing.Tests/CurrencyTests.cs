namespace Marketplace.Pricing;

public sealed class CurrencyTests
{
    [Fact]
    public void Exponent_OfEveryCurrency_IsIsosMinorUnit()
    {
        var rows = SharedTables.Rows("data/time-zones/minor_units.csv");

        Assert.NotEmpty(rows);
        foreach (var row in rows)
        {
            // Gold, drawing rights and test codes have no minor unit: nothing is billed in them.
            var known = Currency.TryOf(row["code"], out var currency);
            int? exponent = row["iso4217_minor_units"] == "N.A." ? null : row.Whole("iso4217_minor_units");
            Assert.True(known == exponent is not null, $"{row["code"]} is {(known ? "" : "not ")}known");
            if (known) Assert.True(currency!.Exponent == exponent, $"{row["code"]} has {exponent} digits, not {currency.Exponent}");
        }
    }

    [Theory]
    [InlineData("CNY", 2, 10_000_000)]
    [InlineData("JPY", 0, 1_000_000_000)]
    [InlineData("KWD", 3, 1_000_000)]
    [InlineData("CLF", 4, 100_000)]
    public void Of_ACode_KnowsItsNanos(string code, int exponent, long nanos)
    {
        var currency = Currency.Of(code);

        Assert.Equal((exponent, nanos), (currency.Exponent, currency.NanosPerMinor));
        Assert.Same(currency, Currency.Of(code));
    }

    [Theory]
    [InlineData("cny")]
    [InlineData("")]
    [InlineData("XXX")]
    [InlineData("HRK")]
    public void Of_AnythingElse_IsRefused(string code) => Assert.Throws<FormatException>(() => Currency.Of(code));
}
