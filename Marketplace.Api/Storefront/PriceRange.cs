using System.Globalization;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>
/// The spread of the prices that are shown. The median of an even number of prices is the lower of the two in the middle: a price that
/// somebody asks.
/// </summary>
public sealed record PriceRange(UnitPrice Cheapest, UnitPrice Median, UnitPrice Dearest, int Count)
{
    /// <summary>The spread of these prices, all of one currency; null when there are none.</summary>
    public static PriceRange? Of(IEnumerable<UnitPrice> prices)
    {
        var sorted = prices.OrderBy(p => p.Nanos).ToArray();
        return sorted.Length == 0 ? null : new(sorted[0], sorted[(sorted.Length - 1) / 2], sorted[^1], sorted.Length);
    }

    /// <summary>
    /// Where a price stands between the cheapest (0) and the dearest (1), for drawing: by ratio, so that one offer at thirty times the
    /// price of the others does not press them all into one corner.
    /// </summary>
    public double Place(UnitPrice price)
    {
        var span = Log(Dearest) - Log(Cheapest);
        return span <= 0 ? 0.5 : Math.Clamp((Log(price) - Log(Cheapest)) / span, 0, 1);
    }

    private static double Log(UnitPrice price) => Math.Log(Math.Max(1, price.Nanos));
}

/// <summary>Numbers as drawings spell them.</summary>
internal static class Svg
{
    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
