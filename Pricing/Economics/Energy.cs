using System.Text.Json.Serialization;

namespace Marketplace.Pricing;

/// <summary>Energy in milliwatt-hours, zero or more; written in watt-hours.</summary>
[JsonConverter(typeof(QuantityJson.OfEnergy))]
public readonly record struct Energy(long MilliwattHours)
{
    /// <summary>Reads watt-hours: a plain decimal number with at most three decimals.</summary>
    /// <exception cref="FormatException">Not such a number, or negative.</exception>
    public static Energy Parse(string text) => Fixed.Parse(text, 3) is >= 0 and var milliwattHours
        ? new(milliwattHours)
        : throw new FormatException("energy is zero or more");

    /// <summary>The energy of one standard unit-hour when a card of so many units takes this much an hour; half-up.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The card has no units.</exception>
    public Energy PerStandardUnit(StandardUnits units)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(units.Micros, nameof(units));
        return new(Rating.DivideHalfUp((Int128)MilliwattHours * StandardUnits.MicrosPerUnit, units.Micros));
    }

    public override string ToString() => Fixed.Format(MilliwattHours, 3, 0);
}
