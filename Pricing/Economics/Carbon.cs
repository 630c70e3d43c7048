using System.Text.Json.Serialization;

namespace Marketplace.Pricing;

/// <summary>Carbon dioxide, or what warms as much, in milligrams, zero or more; written in grams.</summary>
[JsonConverter(typeof(QuantityJson.OfCarbon))]
public readonly record struct Carbon(long Milligrams)
{
    /// <summary>Reads grams: a plain decimal number with at most three decimals.</summary>
    /// <exception cref="FormatException">Not such a number, negative, or more than ten kilograms.</exception>
    public static Carbon Parse(string text) => Fixed.Parse(text, 3) is >= 0 and <= 10_000_000 and var milligrams
        ? new(milligrams)
        : throw new FormatException("grams are from 0 to 10000");

    public override string ToString() => Fixed.Format(Milligrams, 3, 0);
}
