using System.Text.Json.Serialization;

namespace Marketplace.Pricing;

/// <summary>
/// Power usage effectiveness: what the site draws over what its machines draw (ISO/IEC 30134-2), in thousandths. From 1 to 5;
/// <see cref="One"/> is the machines alone, and the default of the type is not valid.
/// </summary>
[JsonConverter(typeof(QuantityJson.OfPue))]
public readonly record struct Pue(int Thousandths)
{
    public static Pue One { get; } = new(1_000);

    /// <summary>Reads a plain decimal number with at most three decimals, from 1 to 5.</summary>
    /// <exception cref="FormatException">Not such a number.</exception>
    public static Pue Parse(string text) => Fixed.Parse(text, 3) is >= 1_000 and <= 5_000 and var thousandths
        ? new((int)thousandths)
        : throw new FormatException("PUE is from 1 to 5");

    public override string ToString() => Fixed.Format(Thousandths, 3, 0);
}
