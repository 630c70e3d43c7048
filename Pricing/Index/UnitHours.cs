using System.Text.Json.Serialization;

namespace Marketplace.Pricing;

/// <summary>
/// A volume of trade: standard units (or cores, on the CPU board) times hours, in thousandths. Zero or more; a year of the largest lease of
/// the largest card is a hundred thousandth of the range, so that sums of trades do not overflow.
/// </summary>
[JsonConverter(typeof(QuantityJson.OfUnitHours))]
public readonly record struct UnitHours(long Millis)
{
    /// <summary>What that much use is on cards of so many units each, half-up to the thousandth.</summary>
    public static UnitHours Of(CardSeconds use, StandardUnits perCard) => new(
        Rating.DivideHalfUp((Int128)use.Micros * perCard.Micros, CardSeconds.MicrosPerCardHour * (StandardUnits.MicrosPerUnit / 1_000)));

    /// <summary>Reads a plain decimal number with at most three decimals.</summary>
    /// <exception cref="FormatException">Not such a number, or negative.</exception>
    public static UnitHours Parse(string text)
    {
        var millis = Fixed.Parse(text, 3);
        return millis >= 0 ? new(millis) : throw new FormatException("a volume is zero or more");
    }

    public static UnitHours operator +(UnitHours left, UnitHours right) => new(left.Millis + right.Millis);

    public override string ToString() => Fixed.Format(Millis, 3, 0);
}
