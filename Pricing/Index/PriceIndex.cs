namespace Marketplace.Pricing;

/// <summary>What one trade adds to an index value.</summary>
/// <param name="Trade">The trade.</param>
/// <param name="CountedTenths">The part of its volume between the trims, in tenths of a thousandth of a unit-hour, so that it is whole;
/// zero: cut off altogether.</param>
public sealed record IndexedTrade(ClearedTrade Trade, Int128 CountedTenths)
{
    /// <summary>The part of its volume that counted, half-up to the thousandth of a unit-hour, for reading.</summary>
    public UnitHours Counted => new((long)((CountedTenths + 5) / 10));
}

/// <summary>
/// The price of a set of trades: the volume-weighted mean of what is left when a tenth of the volume is cut off at each end, half-up to the
/// nano. The same trades give the same price, in whatever order they come.
/// </summary>
/// <param name="Price">Per unit-hour; <c>null</c> when no trade counts.</param>
/// <param name="Volume">Of the trades that count, before the trim.</param>
/// <param name="Trades">Every trade that counts, cheapest first, with the part of it that the trim leaves.</param>
/// <param name="Sellers">Distinct owners who sold.</param>
/// <param name="Buyers">Distinct owners who bought.</param>
public sealed record PriceIndex(UnitPrice? Price, UnitHours Volume, IReadOnlyList<IndexedTrade> Trades, int Sellers, int Buyers)
{
    /// <summary>The version of the rules in this room's README; a published value names it.</summary>
    public const string Method = "2026.1";

    /// <summary>Fewer distinct sellers or buyers than this, and one of them can set the price.</summary>
    public const int FewestParties = 3;

    /// <summary>A tenth of the volume goes at each end.</summary>
    internal const int TrimTenths = 1;

    /// <summary>Too few parties to trust; published all the same, and flagged.</summary>
    public bool IsThin => Sellers < FewestParties || Buyers < FewestParties;

    /// <exception cref="InvalidOperationException">The trades are of several currencies.</exception>
    public static PriceIndex Of(IEnumerable<ClearedTrade> trades)
    {
        var sorted = ClearedTrade.Sorted(trades);
        var total = Int128.Zero;
        foreach (var trade in sorted) total += trade.Volume.Millis;

        // All volumes times ten: then the borders at one tenth and nine tenths of the total are whole numbers.
        var (low, high) = (total * TrimTenths, total * (10 - TrimTenths));
        var (before, sum) = (Int128.Zero, Int128.Zero);
        var indexed = new List<IndexedTrade>(sorted.Length);
        foreach (var trade in sorted)
        {
            var after = before + ((Int128)trade.Volume.Millis * 10);
            var counted = Int128.Max(0, Int128.Min(after, high) - Int128.Max(before, low));
            sum += counted * trade.Price.Nanos;
            indexed.Add(new(trade, counted));
            before = after;
        }

        var weight = high - low;
        return new(
            weight > 0 ? new UnitPrice((long)((sum + (weight / 2)) / weight), sorted[0].Price.Currency) : null,
            new((long)total), indexed,
            sorted.Select(t => t.Seller).Distinct(StringComparer.Ordinal).Count(),
            sorted.Select(t => t.Buyer).Distinct(StringComparer.Ordinal).Count());
    }
}
