namespace Marketplace.Pricing;

/// <summary>
/// Ranks claims by gain over a power of their size in whole numbers, so that the order is the same on every machine. The root of the size
/// is the rule with the best worst case known for packages (Lehmann, O'Callaghan and Shoham 2002).
/// </summary>
internal static class SizeWeight
{
    private const int Bits = 16;

    /// <summary>size to the power of eighths/8, in 65,536ths, rounded down; eighths is 0, 4, 5 or 8.</summary>
    public static ulong Of(int size, int eighths)
    {
        var half = Root((ulong)size << (2 * Bits));
        return eighths switch
        {
            0 => 1UL << Bits,
            4 => half,
            5 => (half * Root(Root(half << Bits) << Bits)) >> Bits,
            8 => (ulong)size << Bits,
            _ => throw new ArgumentOutOfRangeException(nameof(eighths)),
        };
    }

    /// <summary>gain / weight, to the nano and rounded down.</summary>
    public static ulong Key(long gain, ulong weight)
    {
        var (whole, rest) = Math.DivRem((ulong)gain, weight);
        return (whole << Bits) + ((rest << Bits) / weight);
    }

    private static ulong Root(ulong value)
    {
        var root = (ulong)Math.Sqrt(value); // within one of the whole root; the next two lines make it exact
        while ((UInt128)root * root > value) root--;
        while ((UInt128)(root + 1) * (root + 1) <= value) root++;
        return root;
    }
}
