using System.Globalization;

namespace Marketplace.Pricing;

/// <summary>
/// A slice of a TPU pod as price lists name it: <c>tpu-v5p-128</c>. The number counts tensor cores, two to a chip, in versions 2, 3, 4
/// and 5p,
/// and chips in v5litepod (v5e) and v6e. Google's documentation says so, and the lists agree: v4-8 costs 12.88 USD, which is 4 chips at
/// 3.22.
/// </summary>
internal readonly record struct TpuSlice(string Version, int Size)
{
    internal bool CountsCores => Version is "v2" or "v3" or "v4" or "v5p";

    /// <summary>Chips of the slice; zero if its size is no whole number of chips.</summary>
    internal int Chips => !CountsCores ? Size : Size % 2 == 0 ? Size / 2 : 0;

    /// <summary>The name under which the registry knows a chip of it.</summary>
    internal string Chip => Version == "v5litepod" ? "tpu v5e" : $"tpu {Version}";

    internal static TpuSlice? Of(string acceleratorName) =>
        acceleratorName.Split('-') is ["tpu", "v2" or "v3" or "v4" or "v5p" or "v5litepod" or "v6e", { Length: <= 6 } size]
            && int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new(acceleratorName.Split('-')[1], number)
            : null;
}
