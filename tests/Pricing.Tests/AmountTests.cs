using System.Text.Json;
using NodaTime;

namespace Marketplace.Pricing;

public sealed class AmountTests
{
    [Theory]
    [InlineData("0", "CNY", 0, "0.00")]
    [InlineData("12.5", "CNY", 1250, "12.50")]
    [InlineData("12.50", "CNY", 1250, "12.50")]
    [InlineData("-12.50", "CNY", -1250, "-12.50")]
    [InlineData("-0.01", "CNY", -1, "-0.01")]
    [InlineData("12.500", "CNY", 1250, "12.50")]
    [InlineData("1250", "JPY", 1250, "1250")]
    [InlineData("1.234", "KWD", 1234, "1.234")]
    [InlineData("1.2345", "CLF", 12345, "1.2345")]
    [InlineData("92233720368547758", "CNY", 9223372036854775800, "92233720368547758.00")]
    public void Money_PlainNumber_ReadsAndWrites(string text, string currency, long minor, string amount)
    {
        var money = Money.Parse(text, Currency.Of(currency));

        Assert.Equal(minor, money.Minor);
        Assert.Equal(amount, money.Amount);
        Assert.Equal($"{amount} {currency}", money.ToString());
        Assert.Equal(money, JsonSerializer.Deserialize<Money>(JsonSerializer.Serialize(money)));
    }

    [Theory]
    [InlineData("", "CNY")]
    [InlineData("abc", "CNY")]
    [InlineData("1e3", "CNY")]
    [InlineData("1,000.00", "CNY")]
    [InlineData(" 1", "CNY")]
    [InlineData("1 ", "CNY")]
    [InlineData("0x10", "CNY")]
    [InlineData("１２", "CNY")]
    [InlineData("--1", "CNY")]
    [InlineData("1.005", "CNY")]
    [InlineData("0.5", "JPY")]
    [InlineData("1.2345", "KWD")]
    [InlineData("92233720368547759", "CNY")]
    [InlineData("99999999999999999999999999999", "CNY")]
    [InlineData("1.00000000000000000000000000000000000000000000", "CNY")]
    public void Money_AnythingElse_IsRefused(string text, string currency) =>
        Assert.Throws<FormatException>(() => Money.Parse(text, Currency.Of(currency)));

    [Fact]
    public void Money_OfTwoCurrencies_DoesNotMixOrCompare()
    {
        Money yuan = new(1, Currency.Cny), dollar = new(1, Currency.Usd);

        Assert.Throws<InvalidOperationException>(() => yuan + dollar);
        Assert.Throws<InvalidOperationException>(() => yuan - dollar);
        Assert.Throws<InvalidOperationException>(() => yuan < dollar);
        Assert.NotEqual(yuan, dollar);
    }

    [Fact]
    public void Money_BeyondItsRange_ThrowsAndNeverWraps()
    {
        Money most = new(long.MaxValue, Currency.Cny), cent = new(1, Currency.Cny);

        Assert.Throws<OverflowException>(() => most + cent);
        Assert.Throws<OverflowException>(() => -most - cent - cent);
        Assert.Throws<OverflowException>(() => -new Money(long.MinValue, Currency.Cny));
    }

    [Theory]
    [InlineData("""{"amount":"12.50","currency":"CNY"}""", true)]
    [InlineData("""{"currency":"CNY","amount":"12.50"}""", true)]
    [InlineData("""{"amount":12.50,"currency":"CNY"}""", false)]
    [InlineData("""{"amount":"12.50"}""", false)]
    [InlineData("""{"amount":"12.50","currency":"cny"}""", false)]
    [InlineData("""{"amount":"12.50","currency":"CNY","note":"x"}""", false)]
    [InlineData("\"12.50 CNY\"", false)]
    public void Money_OnTheWire_IsAnObjectOfTwoStrings(string json, bool good)
    {
        if (good)
            Assert.Equal(new Money(1250, Currency.Cny), JsonSerializer.Deserialize<Money>(json));
        else
            Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Money>(json));
    }

    [Theory]
    [InlineData("8.90", "CNY", 8_900_000_000, "8.90")]
    [InlineData("0.000000001", "CNY", 1, "0.000000001")]
    [InlineData("1.39948", "USD", 1_399_480_000, "1.39948")]
    [InlineData("120", "JPY", 120_000_000_000, "120")]
    [InlineData("9223372036", "CNY", 9_223_372_036_000_000_000, "9223372036.00")]
    public void UnitPrice_PlainNumber_ReadsAndWrites(string text, string currency, long nanos, string amount)
    {
        var price = UnitPrice.Parse(text, Currency.Of(currency));

        Assert.Equal(nanos, price.Nanos);
        Assert.Equal(amount, price.Amount);
        Assert.Equal(price, JsonSerializer.Deserialize<UnitPrice>(JsonSerializer.Serialize(price)));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("0.0000000001")]
    [InlineData("9223372037")]
    [InlineData("free")]
    public void UnitPrice_AnythingElse_IsRefused(string text) => Assert.Throws<FormatException>(() => UnitPrice.Parse(text, Currency.Cny));

    [Theory]
    [InlineData("10", "2", "5.00", "20.00")]
    [InlineData("10", "0.3", "33.333333333", "3.00")]
    [InlineData("20", "0.3", "66.666666667", "6.00")]
    [InlineData("0.000000001", "2.392611", "0.00", "0.000000002")]
    public void UnitPrice_PerUnitAndTimesUnits_RoundAsTheySay(string perCard, string units, string perUnit, string timesUnits)
    {
        var price = UnitPrice.Parse(perCard, Currency.Cny);

        Assert.Equal(perUnit, price.PerStandardUnit(StandardUnits.Parse(units)).Amount);
        Assert.Equal(timesUnits, price.TimesStandardUnits(StandardUnits.Parse(units)).Amount);
    }

    [Fact]
    public void UnitPrice_PerUnitOfACardWithoutUnits_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new UnitPrice(1, Currency.Cny).PerStandardUnit(new(0)));

    [Theory]
    [InlineData("1", 1_000, "1")]
    [InlineData("0.001", 1, "0.001")]
    [InlineData("0.47", 470, "0.47")]
    [InlineData("8.000", 8_000, "8")]
    [InlineData("65535", 65_535_000, "65535")]
    public void CardCount_PlainNumber_ReadsAndWrites(string text, int millis, string written)
    {
        var count = CardCount.Parse(text);

        Assert.Equal(millis, count.Millis);
        Assert.Equal(written, count.ToString());
        Assert.Equal(millis % 1000 == 0, count.IsWhole);
        Assert.Equal(written, JsonSerializer.Serialize(count));
        Assert.Equal(count, JsonSerializer.Deserialize<CardCount>(written));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("0.0001")]
    [InlineData("65535.001")]
    [InlineData("1e1")]
    [InlineData("eight")]
    public void CardCount_AnythingElse_IsRefused(string text) => Assert.Throws<FormatException>(() => CardCount.Parse(text));

    [Fact]
    public void CardCount_ForADuration_IsExactToTheMillisecond()
    {
        Assert.Equal(CardSeconds.Parse("1800"), CardCount.Parse("0.5").For(Duration.FromHours(1)));
        Assert.Equal(new(1), CardCount.Parse("0.001").For(Duration.FromMilliseconds(1)));
        Assert.Throws<ArgumentException>(() => CardCount.Of(1).For(Duration.FromNanoseconds(1)));
    }

    [Theory]
    [InlineData("0", 0, "0")]
    [InlineData("3600", 3_600_000_000, "3600")]
    [InlineData("0.000001", 1, "0.000001")]
    public void CardSeconds_PlainNumber_ReadsAndWrites(string text, long micros, string written)
    {
        Assert.Equal(micros, CardSeconds.Parse(text).Micros);
        Assert.Equal(written, CardSeconds.Parse(text).ToString());
        Assert.Throws<FormatException>(() => CardSeconds.Parse("-" + "1"));
    }

    [Theory]
    [InlineData("1", "1.000")]
    [InlineData("2.392611", "2.392611")]
    [InlineData("0.99", "0.990")]
    public void StandardUnits_PlainNumber_ReadsAndWrites(string text, string written) =>
        Assert.Equal(written, StandardUnits.Parse(text).ToString());
}
