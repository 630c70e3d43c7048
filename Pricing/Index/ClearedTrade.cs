namespace Marketplace.Pricing;

/// <summary>A trade as the index sees it.</summary>
/// <param name="Key">Tells trades apart, and orders those of one price; ordinal.</param>
/// <param name="Seller">Who owns the selling side.</param>
/// <param name="Buyer">Who owns the buying side.</param>
/// <param name="Price">Per unit-hour of the board.</param>
/// <param name="Volume">Unit-hours of the leased window, as agreed; what was used of them later does not matter here.</param>
public sealed record ClearedTrade(string Key, string Seller, string Buyer, UnitPrice Price, UnitHours Volume)
{
    /// <summary>Both sides belong to one owner: no market made this price.</summary>
    public bool IsSelfTrade => Seller == Buyer;

    /// <summary>The trades that count, cheapest first, equal prices by key: the one order in which volume is cut.</summary>
    /// <exception cref="InvalidOperationException">They are of several currencies.</exception>
    internal static ClearedTrade[] Sorted(IEnumerable<ClearedTrade> trades)
    {
        var sorted = trades.Where(t => !t.IsSelfTrade && t.Volume.Millis > 0).ToArray();
        if (Array.Exists(sorted, t => t.Price.Currency != sorted[0].Price.Currency))
            throw new InvalidOperationException("Trades of several currencies have no common price");
        Array.Sort(sorted, (a, b) => a.Price.Nanos != b.Price.Nanos
            ? a.Price.Nanos.CompareTo(b.Price.Nanos)
            : string.CompareOrdinal(a.Key, b.Key));
        return sorted;
    }
}
