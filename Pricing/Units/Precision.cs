using System.Collections.Frozen;

namespace Marketplace.Pricing;

/// <summary>A number format that work is done in. tf32 counts 32 bits: that is how it lies in memory.</summary>
public enum Precision
{
    Fp4,
    Int8,
    Fp8,
    Bf16,
    Fp16,
    Tf32,
    Fp32,
    Fp64,
}

/// <summary>The lore of number formats: names, bits, levels, and the ladder by which work falls back to what a card can do.</summary>
public static class Precisions
{
    private static readonly FrozenDictionary<string, Precision> ByName =
        Enum.GetValues<Precision>().ToFrozenDictionary(Name, StringComparer.Ordinal);

    private static readonly FrozenDictionary<Precision, Precision[]> Ladders = new Dictionary<Precision, Precision[]>
    {
        [Precision.Fp4] = Read("fp4 fp8 int8 bf16 fp16 tf32 fp32"),
        [Precision.Fp8] = Read("fp8 int8 bf16 fp16 tf32 fp32"),
        [Precision.Int8] = Read("int8 fp8 fp16 bf16 tf32 fp32"),
        [Precision.Bf16] = Read("bf16 fp16 tf32 fp32"),
        [Precision.Fp16] = Read("fp16 bf16 tf32 fp32"),
        [Precision.Tf32] = Read("tf32 fp32"),
        [Precision.Fp32] = Read("fp32"),
        [Precision.Fp64] = Read("fp64"),
    }.ToFrozenDictionary();

    /// <summary>Lower case, as in <c>bf16</c>.</summary>
    public static string Name(this Precision precision) => precision.ToString().ToLowerInvariant();

    /// <exception cref="FormatException">No such precision.</exception>
    public static Precision Parse(string name) =>
        ByName.TryGetValue(name, out var precision)
            ? precision
            : throw new FormatException($"'{name}' is no precision; known are {string.Join(", ", ByName.Values.Order().Select(Name))}");

    /// <summary>Bits that one number takes in memory.</summary>
    public static int Bits(this Precision precision) => precision switch
    {
        Precision.Fp4 => 4,
        Precision.Int8 or Precision.Fp8 => 8,
        Precision.Bf16 or Precision.Fp16 => 16,
        Precision.Tf32 or Precision.Fp32 => 32,
        Precision.Fp64 => 64,
        _ => throw new ArgumentOutOfRangeException(nameof(precision)),
    };

    /// <summary>How exact it is, for a floor: fp8 and int8 are peers, bf16 and fp16 are peers, tf32 is below fp32.</summary>
    public static int Level(this Precision precision) => precision switch
    {
        Precision.Fp4 => 0,
        Precision.Int8 or Precision.Fp8 => 1,
        Precision.Bf16 or Precision.Fp16 => 2,
        Precision.Tf32 => 3,
        Precision.Fp32 => 4,
        Precision.Fp64 => 5,
        _ => throw new ArgumentOutOfRangeException(nameof(precision)),
    };

    /// <summary>The precisions at which such work may run, best first, itself included. Work in fp64 has no other.</summary>
    public static IReadOnlyList<Precision> Ladder(this Precision precision) => Ladders[precision];

    /// <summary>The same without an enumerator, for code that runs once per offer.</summary>
    internal static ReadOnlySpan<Precision> Rungs(this Precision precision) => Ladders[precision];

    private static Precision[] Read(string names) => [.. names.Split(' ').Select(n => Enum.Parse<Precision>(n, ignoreCase: true))];
}
