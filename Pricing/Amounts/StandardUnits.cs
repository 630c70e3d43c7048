using System.Text.Json.Serialization;

namespace Marketplace.Pricing;

/// <summary>
/// Standard Compute Units (SCU, SCU-H or effective SCU, as the name beside it says) in millionths. One reference card R0 is 1.
/// Zero or more; zero means that the card cannot do the work.
/// </summary>
[JsonConverter(typeof(QuantityJson.OfStandardUnits))]
public readonly record struct StandardUnits(long Micros) : IComparable<StandardUnits>
{
    public const long MicrosPerUnit = 1_000_000;

    /// <summary>Reads a plain decimal number with at most six decimals.</summary>
    /// <exception cref="FormatException">Not such a number, or negative.</exception>
    public static StandardUnits Parse(string text)
    {
        var micros = Fixed.Parse(text, 6);
        return micros >= 0 ? new(micros) : throw new FormatException("units are zero or more");
    }

    public static StandardUnits operator +(StandardUnits left, StandardUnits right) => new(left.Micros + right.Micros);

    public static bool operator <(StandardUnits left, StandardUnits right) => left.Micros < right.Micros;

    public static bool operator >(StandardUnits left, StandardUnits right) => left.Micros > right.Micros;

    public static bool operator <=(StandardUnits left, StandardUnits right) => left.Micros <= right.Micros;

    public static bool operator >=(StandardUnits left, StandardUnits right) => left.Micros >= right.Micros;

    public int CompareTo(StandardUnits other) => Micros.CompareTo(other.Micros);

    public override string ToString() => Fixed.Format(Micros, 6, 3);
}
