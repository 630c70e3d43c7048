using Microsoft.Extensions.Configuration;

namespace Marketplace;

public class MarketplaceOptionsTests
{
    [Theory]
    [InlineData("Database", "nonsense")]
    [InlineData("Database", "Foo=bar")]
    [InlineData("RabbitMq", "http://broker")]
    [InlineData("OperatorKey", "secret")]
    [InlineData("OperatorKey", "a key that has blanks in it")]
    [InlineData("TestClock", "maybe")]
    [InlineData("TestClockStart", "2026-01-01")]
    [InlineData("Roles", "api,boss")]
    [InlineData("Roles", " ")]
    [InlineData("CommissionBasisPoints", "10001")]
    [InlineData("CommissionBasisPoints", "5%")]
    [InlineData("IndexFinalDays", "31")]
    [InlineData("IndexFinalDays", "-1")]
    [InlineData("Name", " ")]
    [InlineData("Databse", "Data Source=x")]
    public void Read_ValueThatCannotBe_FailsWithTheKey(string key, string value)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new($"{MarketplaceOptions.Section}:{key}", value)]).Build();

        var failure = Assert.Throws<InvalidOperationException>(() => MarketplaceOptions.Read(configuration));

        Assert.Contains(key, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Nothing_GivesTheDefaults()
    {
        var options = MarketplaceOptions.Read(new ConfigurationBuilder().Build());

        Assert.Equal(new MarketplaceOptions(), options);
        Assert.False(options.TestClock);
        Assert.Equal(500, options.CommissionBasisPoints);
    }
}
