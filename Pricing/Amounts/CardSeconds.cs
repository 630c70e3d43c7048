using System.Text.Json.Serialization;

namespace Marketplace.Pricing;

/// <summary>
/// Metered use: cards times seconds, in millionths of a card-second. A thousandth of a card for a millisecond is exactly one.
/// </summary>
[JsonConverter(typeof(QuantityJson.OfCardSeconds))]
public readonly record struct CardSeconds(long Micros) : IComparable<CardSeconds>
{
    public const long MicrosPerCardSecond = 1_000_000;

    public const long MicrosPerCardHour = 3_600 * MicrosPerCardSecond;

    public static CardSeconds Zero => default;

    /// <summary>Reads a plain decimal number of card-seconds with at most six decimals.</summary>
    /// <exception cref="FormatException">Not such a number, or negative.</exception>
    public static CardSeconds Parse(string text)
    {
        var micros = Fixed.Parse(text, 6);
        return micros >= 0 ? new(micros) : throw new FormatException("a quantity is zero or more");
    }

    /// <summary>In card-hours, half-up to two decimals, for reading only.</summary>
    public string CardHours => Fixed.Format(Rating.DivideHalfUp(Micros, MicrosPerCardHour / 100), 2, 2);

    public static CardSeconds operator +(CardSeconds left, CardSeconds right) => new(left.Micros + right.Micros);

    public static CardSeconds operator -(CardSeconds left, CardSeconds right) => new(left.Micros - right.Micros);

    public static bool operator <(CardSeconds left, CardSeconds right) => left.Micros < right.Micros;

    public static bool operator >(CardSeconds left, CardSeconds right) => left.Micros > right.Micros;

    public static bool operator <=(CardSeconds left, CardSeconds right) => left.Micros <= right.Micros;

    public static bool operator >=(CardSeconds left, CardSeconds right) => left.Micros >= right.Micros;

    public int CompareTo(CardSeconds other) => Micros.CompareTo(other.Micros);

    public override string ToString() => Fixed.Format(Micros, 6, 0);
}
