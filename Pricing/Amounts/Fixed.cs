using System.Globalization;

namespace Marketplace.Pricing;

/// <summary>
/// Plain decimal text to integers at a fixed scale and back: the one door between what people write and what we count with.
/// </summary>
internal static class Fixed
{
    /// <summary>Reads <c>-12.5</c> at two decimals as -1250. No exponent, no thousands separator, no blanks.</summary>
    /// <exception cref="FormatException">Not such a number, more decimals than <paramref name="decimals"/>, or out of range.</exception>
    public static long Parse(string text, int decimals)
    {
        const NumberStyles plain = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        if (text is null || text.Length > 40 || !decimal.TryParse(text, plain, CultureInfo.InvariantCulture, out var value))
            throw new FormatException("not a plain decimal number such as 12.50");
        if (decimal.Round(value, decimals) != value)
            throw new FormatException($"at most {decimals} decimals");
        if (Math.Abs(value) > long.MaxValue / Currency.Pow10(decimals))
            throw new FormatException("out of range");
        return (long)(value * Currency.Pow10(decimals));
    }

    /// <summary>
    /// Writes an integer at <paramref name="scale"/> with at least <paramref name="least"/> decimals and no further trailing zeros.
    /// </summary>
    public static string Format(long value, int scale, int least)
    {
        var number = Math.Abs((decimal)value) / Currency.Pow10(scale);
        var text = number.ToString("F" + scale, CultureInfo.InvariantCulture);
        if (scale > least)
        {
            var keep = text.Length - (scale - least);
            while (text.Length > keep && text[^1] == '0') text = text[..^1];
            if (text[^1] == '.') text = text[..^1];
        }

        return value < 0 ? "-" + text : text;
    }
}
