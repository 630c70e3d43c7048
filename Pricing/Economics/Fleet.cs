namespace Marketplace.Pricing;

/// <summary>A number of cards and what they cost to buy, told by the card or by their PFLOPS of FP16.</summary>
public static class Fleet
{
    /// <summary>Capital is often quoted for so many PFLOPS of FP16.</summary>
    public const long QuotedGigaflops = 100_000_000;

    /// <summary>How many cards have that rate together; half-up to the thousandth of a card.</summary>
    /// <exception cref="FormatException">None, or more than <see cref="CardCount.MaxCards"/>.</exception>
    public static CardCount Cards(Petaflops together, Petaflops perCard)
    {
        var millis = Rating.DivideHalfUp((Int128)together.Gigaflops * CardCount.MillisPerCard, perCard.Gigaflops);
        return millis is > 0 and <= (long)CardCount.MaxCards * CardCount.MillisPerCard
            ? new((int)millis)
            : throw new FormatException($"that is {Fixed.Format(millis, 3, 0)} cards; it is more than 0 and at most {CardCount.MaxCards}");
    }

    /// <summary>What so many cards cost at a price each; half-up to the minor unit.</summary>
    public static Money Capex(Money perCard, CardCount cards) =>
        new(Rating.DivideHalfUp((Int128)perCard.Minor * cards.Millis, CardCount.MillisPerCard), perCard.Currency);

    /// <summary>What so many PFLOPS cost at a price for a hundred; half-up to the minor unit.</summary>
    public static Money Capex(Money per100Petaflops, Petaflops together) =>
        new(Rating.DivideHalfUp((Int128)per100Petaflops.Minor * together.Gigaflops, QuotedGigaflops), per100Petaflops.Currency);

    /// <summary>What one card costs when so many cost that much together; half-up to the minor unit.</summary>
    public static Money PerCard(Money capex, CardCount cards) =>
        new(Rating.DivideHalfUp((Int128)capex.Minor * CardCount.MillisPerCard, cards.Millis), capex.Currency);
}
