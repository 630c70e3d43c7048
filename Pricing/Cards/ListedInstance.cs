namespace Marketplace.Pricing;

/// <summary>
/// A row of a public price list as it stands there: a whole instance with one or more accelerators and its price. All fields are text,
/// empty
/// if the list does not say. <see cref="PriceList"/> turns it into a <see cref="ListedOffer"/>.
/// </summary>
/// <param name="Cloud">Who sells it, for example <c>aws</c> (column <c>cloud</c>).</param>
/// <param name="InstanceType">Its name there (<c>instance_type</c>).</param>
/// <param name="AcceleratorName">The accelerator as the list spells it (<c>accelerator_name</c>).</param>
/// <param name="AcceleratorCount">How many, perhaps a fraction (<c>accelerator_count</c>).</param>
/// <param name="GpuMemoryMiB">Memory of each in MiB (<c>gpu_memory_mib_each</c>).</param>
/// <param name="PriceUsdHour">Price of the whole instance per hour in USD (<c>price_usd_hour</c>).</param>
/// <param name="Region">Where (<c>region</c>).</param>
/// <param name="PriceScope"><c>instance</c>, or <c>accelerator-only</c> if the host is billed apart (<c>price_scope</c>).</param>
public sealed record ListedInstance(
    string Cloud,
    string InstanceType,
    string AcceleratorName,
    string AcceleratorCount,
    string GpuMemoryMiB,
    string PriceUsdHour,
    string Region,
    string PriceScope)
{
    /// <summary>The columns of a price list that are read; a list may have others.</summary>
    public static IReadOnlyList<string> Columns { get; } =
    [
        "cloud", "instance_type", "accelerator_name", "accelerator_count", "gpu_memory_mib_each", "price_usd_hour", "region",
        "price_scope",
    ];

    /// <summary>Takes the fields from a row by their column names, without blanks around them.</summary>
    /// <param name="field">The row: a column's text, <c>null</c> or empty if the row has none.</param>
    public static ListedInstance Of(Func<string, string?> field)
    {
        var f = Columns.Select(column => field(column)?.Trim() ?? "").ToArray();
        return new(f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7]);
    }
}
