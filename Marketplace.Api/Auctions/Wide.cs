using System.Globalization;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>Sums of many amounts, wider than an amount: 128 bits of nanos, told as plain decimal text.</summary>
internal static class Wide
{
    private const long PerUnit = 1_000_000_000;

    /// <summary>Such as <c>72.5</c>: no zeros behind.</summary>
    public static string Text(Int128 nanos)
    {
        var (whole, rest) = Int128.DivRem(Int128.Abs(nanos), PerUnit);
        var text = whole.ToString(CultureInfo.InvariantCulture);
        if (rest != 0) text += "." + rest.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0');
        return nanos < 0 ? "-" + text : text;
    }

    /// <summary>As an amount, cut to its range: only a price times cards that nobody could pay lies outside.</summary>
    public static ExactAmount Amount(Int128 nanos, Currency currency) =>
        new((long)Int128.Clamp(nanos, -long.MaxValue, long.MaxValue), currency);
}
