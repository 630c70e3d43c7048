using Marketplace.Billing;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>What is set aside for a bid that does not divide evenly: for the cards and hours that it asks for, and no more.</summary>
public sealed class PartHoldTests
{
    private static readonly long PerCardHour = MarketBooks.Price("9").TimesStandardUnits(MarketBooks.H100Units).Nanos;

    /// <summary>Nine cards in eight parts are one of two and seven of one; of what is left the dear part may be one.</summary>
    [Theory, EveryEngine]
    public async Task Place_InUnevenParts_HoldsForItsCardsAndNoMore(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var buyer = await market.Buyer();
        var bid = await market.Place(buyer, MarketBooks.Wanted(cards: "9") with { MinPartCards = 1 });
        Assert.Equal((8, Held(9 * 4)), (bid.Parts, bid.Held));

        foreach (var (filled, cards) in new[] { (1, 8), (6, 3), (7, 2) })
        {
            await market.Do(s => s.Execute("UPDATE bid SET filled = @filled WHERE bid_id = @BidId", new { filled, bid.BidId }));
            await market.Do(s => BidBook.SetHold(s, bid));
            Assert.Equal(Held(cards * 4), (await market.Find(bid)).Held);
        }
    }

    /// <summary>Parts in time may run at once, and of each the first 24 hours count.</summary>
    [Theory]
    [InlineData(9, 1, 9)] // 2 + 7 x 1
    [InlineData(60, 25, 48)] // 30 + 30
    [InlineData(49, 24, 48)] // 25 + 24
    [InlineData(47, 23, 47)] // 24 + 23
    [InlineData(7, 7, 7)]
    public async Task Place_InUnevenPartsInTime_HoldsForTheFirstDayOfEach(int hours, int part, int held)
    {
        await using var market = await MarketBooks.Open(Engine.Sqlite);
        var draft = MarketBooks.Wanted(cards: "1", hours: hours, until: "2026-01-10") with { MinPartHours = part };

        Assert.Equal(Held(held), (await market.Place(await market.Buyer(), draft)).Held);
    }

    /// <summary>Eight equal parts of the largest would be more than 64 bits hold; the bid as it is worded is not.</summary>
    [Theory, EveryEngine]
    public async Task Place_NearTheMostThatABidMayCost_IsHeldFor(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var draft = MarketBooks.Wanted(cards: "161", hours: 24, perUnit: "990000") with { MinPartCards = 20 };

        var bid = await market.Place(await market.Buyer(), draft);

        Assert.Equal(Held(MarketBooks.Price("990000").TimesStandardUnits(MarketBooks.H100Units).Nanos, 161 * 24), bid.Held);
    }

    private static Money Held(long cardHours) => Held(PerCardHour, cardHours);

    /// <summary>With 6 % tax, rounded up to the fen.</summary>
    private static Money Held(long perCardHour, long cardHours) =>
        new((long)((((Int128)perCardHour * cardHours * 106) + 999_999_999) / 1_000_000_000), Currency.Cny);
}
