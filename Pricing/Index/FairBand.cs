namespace Marketplace.Pricing;

/// <summary>Where a price stands against a fair band.</summary>
public enum BandPlace
{
    Below,
    Within,
    Above,
}

/// <summary>
/// The prices within which the middle eight tenths of the volume of a window changed hands: from p10 to p90. An ask outside of it, in
/// either direction, is worth a second look: too dear, or too good to be true.
/// </summary>
/// <param name="Low">p10, per unit-hour: a tenth of the volume was traded at or below it.</param>
/// <param name="High">p90: nine tenths were.</param>
public sealed record FairBand(UnitPrice Low, UnitPrice High)
{
    /// <summary>How many days a window has, the last one included.</summary>
    public const int Days = 7;

    /// <summary>The band of these trades; <c>null</c> when there are none or too few parties made them.</summary>
    /// <exception cref="InvalidOperationException">The trades are of several currencies.</exception>
    public static FairBand? Of(IEnumerable<ClearedTrade> trades)
    {
        var index = PriceIndex.Of(trades);
        return index is { Price: not null, IsThin: false } ? new(Quantile(index, 1), Quantile(index, 9)) : null;
    }

    /// <summary>A price on the border is within.</summary>
    public BandPlace Place(UnitPrice price)
    {
        if (price.Currency != Low.Currency) throw new InvalidOperationException($"{price} and {Low} are of different currencies");
        return price.Nanos < Low.Nanos ? BandPlace.Below : price.Nanos > High.Nanos ? BandPlace.Above : BandPlace.Within;
    }

    /// <summary>The lowest price at or below which so many tenths of the volume were traded.</summary>
    private static UnitPrice Quantile(PriceIndex index, int tenths)
    {
        var volume = Int128.Zero;
        foreach (var (trade, _) in index.Trades)
        {
            volume += trade.Volume.Millis;
            if (volume * 10 >= (Int128)index.Volume.Millis * tenths) return trade.Price;
        }

        throw new InvalidOperationException("A band has volume");
    }
}
