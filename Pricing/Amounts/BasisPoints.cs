using System.Text.Json.Serialization;

namespace Marketplace.Pricing;

/// <summary>
/// A part of a whole (a tax or commission rate, a derate) in basis points, 1/100 of a percent: 600 is 6 %, on the wire 0.06. From 0 to
/// 10,000.
/// </summary>
[JsonConverter(typeof(QuantityJson.OfBasisPoints))]
public readonly record struct BasisPoints
{
    public BasisPoints(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Whole);
        Value = value;
    }

    public const int Whole = 10_000;

    public int Value { get; }

    /// <summary>Reads a plain decimal number from 0 to 1 with at most four decimals.</summary>
    /// <exception cref="FormatException">Not such a number.</exception>
    public static BasisPoints Parse(string text) =>
        Fixed.Parse(text, 4) is >= 0 and <= Whole and var parts
            ? new((int)parts)
            : throw new FormatException("a part is from 0 to 1");

    public override string ToString() => $"{Fixed.Format(Value, 2, 0)} %";
}
