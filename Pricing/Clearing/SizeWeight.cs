namespace Marketplace.Pricing;

/// <summary>
/// Ranks claims by gain over a power of their size in whole numbers, so that the order is the same on every machine. The root of the size
/// is the rule with the best worst case known for packages (Lehmann, O'Callaghan and Shoham 2002).
/// </summary>
internal static class SizeWeight
{
    private const int Bits = 16;

    /// <summary>The size to the power of quarters/4, in 65,536ths, rounded down; quarters is 0, 1, 2 or 4.</summary>
    public static ulong Of(int size, int quarters)
    {
        var half = Root((ulong)size << (2 * Bits));
        return quarters switch
        {
            0 => 1UL << Bits,
            1 => Root(half << Bits),
            2 => half,
            4 => (ulong)size << Bits,
            _ => throw new ArgumentOutOfRangeException(nameof(quarters)),
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
