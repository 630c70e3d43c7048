using System.Text.Json.Serialization;

namespace Marketplace.Pricing;

/// <summary>A dense 16-bit rate in gigaflops (millionths of a PFLOPS), above zero to a million PFLOPS; written in PFLOPS.</summary>
[JsonConverter(typeof(QuantityJson.OfPetaflops))]
public readonly record struct Petaflops(long Gigaflops)
{
    /// <summary>What such a card does in 16 bits: the better of bf16 and fp16; <c>null</c> when it is not known, or none.</summary>
    public static Petaflops? Of(CardRates rates) => CardRates.Best(rates.Bf16Tflops, rates.Fp16Tflops) is > 0 and var tflops
        ? new Petaflops((long)Math.Round(tflops * 1_000, MidpointRounding.AwayFromZero))
        : null;

    /// <summary>Reads PFLOPS: a plain decimal number with at most six decimals.</summary>
    /// <exception cref="FormatException">Not such a number, not above zero, or above a million.</exception>
    public static Petaflops Parse(string text) => Fixed.Parse(text, 6) is > 0 and <= 1_000_000_000_000 and var gigaflops
        ? new(gigaflops)
        : throw new FormatException("PFLOPS are above 0 and at most 1000000");

    public override string ToString() => Fixed.Format(Gigaflops, 6, 0);
}
