namespace Marketplace.Pricing;

public sealed class CardsFileTests
{
    [Fact]
    public void CardsFile_EachRow_StartsWithAVendorAndAModel()
    {
        var cards = File.ReadLines(SharedFiles.Require("data/cards.csv")).Skip(1).Select(row => row.Split(',')).ToList();

        Assert.NotEmpty(cards);
        Assert.All(cards, card => Assert.True(card.Length >= 2 && card[0].Length > 0 && card[1].Length > 0));
    }
}
