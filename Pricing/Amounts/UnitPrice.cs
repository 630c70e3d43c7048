using System.Text.Json.Serialization;

namespace Marketplace.Pricing;

/// <summary>
/// The price of one card-hour or of one SCU-hour, in nanos of its currency; which of the two, the name of the variable says.
/// Zero or more. Range up to 9.2e9 currency units.
/// </summary>
[JsonConverter(typeof(AmountJson.OfUnitPrice))]
public readonly record struct UnitPrice(long Nanos, Currency Currency)
{
    /// <summary>Reads a plain decimal number with at most nine decimals.</summary>
    /// <exception cref="FormatException">Not a plain decimal number, negative, too many decimals, or out of range.</exception>
    public static UnitPrice Parse(string amount, Currency currency)
    {
        var nanos = Fixed.Parse(amount, 9);
        return nanos >= 0 ? new(nanos, currency) : throw new FormatException("a price is zero or more");
    }

    /// <summary>The number without its currency, with the currency's decimals or as many more as it needs.</summary>
    public string Amount => Fixed.Format(Nanos, 9, Currency.Exponent);

    /// <summary>
    /// What one standard unit-hour costs when a card of <paramref name="units"/> costs this much per card-hour; half-up to the nano.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The card has no units.</exception>
    public UnitPrice PerStandardUnit(StandardUnits units)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(units.Micros, nameof(units));
        return new(Rating.DivideHalfUp((Int128)Nanos * StandardUnits.MicrosPerUnit, units.Micros), Currency);
    }

    /// <summary>The most a card-hour may cost when a standard unit-hour may cost this much: rounded down, in the buyer's favour.</summary>
    public UnitPrice TimesStandardUnits(StandardUnits units) =>
        new((long)((Int128)Nanos * units.Micros / StandardUnits.MicrosPerUnit), Currency);

    /// <summary>Two components of one price.</summary>
    /// <exception cref="InvalidOperationException">They are of different currencies.</exception>
    public static UnitPrice operator +(UnitPrice left, UnitPrice right) => left.Currency == right.Currency
        ? left with { Nanos = left.Nanos + right.Nanos }
        : throw new InvalidOperationException($"{left} and {right} are of different currencies");

    public override string ToString() => $"{Amount} {Currency}";
}
