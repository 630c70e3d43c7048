using System.Text.Json.Serialization;

namespace Marketplace.Pricing;

/// <summary>Electrical power in milliwatts, above zero to a megawatt; written in watts.</summary>
[JsonConverter(typeof(QuantityJson.OfPower))]
public readonly record struct Power(long Milliwatts)
{
    private const long Most = 1_000_000_000;

    /// <summary>The board power of a card as its maker states it; <c>null</c> when it is not known, which is never guessed.</summary>
    public static Power? Of(Card card) => card.PowerWatts is > 0 and <= 1_000_000 and var watts
        ? new Power((long)Math.Round(watts * 1_000, MidpointRounding.AwayFromZero))
        : null;

    /// <summary>Reads watts: a plain decimal number with at most three decimals.</summary>
    /// <exception cref="FormatException">Not such a number, not above zero, or above a megawatt.</exception>
    public static Power Parse(string text) => Fixed.Parse(text, 3) is > 0 and <= Most and var milliwatts
        ? new(milliwatts)
        : throw new FormatException("power is above 0 and at most 1000000 W");

    public override string ToString() => Fixed.Format(Milliwatts, 3, 0);
}
