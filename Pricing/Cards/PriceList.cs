using System.Globalization;

namespace Marketplace.Pricing;

/// <summary>
/// Reads public price lists of whole instances into offers per card. The card comes from what the cloud documents about the instance type
/// (<c>instances.csv</c>), else from the accelerator's name, its memory and a form factor in the instance type's name.
/// TPU slices carry their size in the name; README says how it is counted.
/// </summary>
public static class PriceList
{
    private static readonly Instance[] Documented =
    [
        .. CsvTable.Embedded("instances.csv", "cloud", "instance", "accelerator", "cards", "card", "why").Rows.Select(r => new Instance(
            r.Required("cloud"), r["instance"], r["accelerator"],
            r["cards"].Length == 0 ? null : CardCount.Parse(r["cards"]),
            CardRegistry.Default.Find(r["card"]) ?? throw r.Wrong("card", "is no card of the registry"),
            r.Required("why"))),
    ];

    /// <summary>Reads a list. Rows are judged one by one, except that slices of different sizes at one price show a placeholder.</summary>
    /// <param name="registry">The cards that are known; left out: those that ship.</param>
    public static IReadOnlyList<ListingOutcome> Read(IEnumerable<ListedInstance> rows, CardRegistry? registry = null)
    {
        var all = rows.Select(row => (Row: row, Slice: TpuSlice.Of(row.AcceleratorName))).ToArray();
        var placeholders = all
            .Where(p => p.Slice is not null)
            .GroupBy(p => (p.Row.Cloud, p.Slice!.Value.Version, p.Row.Region, p.Row.PriceUsdHour), p => p.Slice!.Value.Size)
            .Where(g => g.Distinct().Skip(1).Any())
            .Select(g => g.Key)
            .ToHashSet();
        return [.. all.Select(p =>
            p.Slice is { } slice && placeholders.Contains((p.Row.Cloud, slice.Version, p.Row.Region, p.Row.PriceUsdHour))
                ? No(p.Row, ListingRefusal.PlaceholderPrice,
                    $"slices of different sizes cost {p.Row.PriceUsdHour} USD in {p.Row.Region}: a placeholder")
                : Read(p.Row, registry))];
    }

    /// <summary>Reads one row.</summary>
    public static ListingOutcome Read(ListedInstance row, CardRegistry? registry = null)
    {
        registry ??= CardRegistry.Default;
        if (row.AcceleratorName.Length == 0) return No(row, ListingRefusal.NoAccelerator, "the row names no accelerator");
        if (row.PriceUsdHour.Length == 0) return No(row, ListingRefusal.NoPrice, "the row has no price");
        if (Price(row.PriceUsdHour) is not { } price) return No(row, ListingRefusal.BadPrice, $"'{row.PriceUsdHour}' is no price");
        if (row.Region.Length == 0) return No(row, ListingRefusal.NoRegion, "the row has no region");
        if (MemoryGiB(row.GpuMemoryMiB) is not { } listed)
            return No(row, ListingRefusal.BadMemory, $"'{row.GpuMemoryMiB}' is no memory size in MiB");
        int? memory = listed == 0 ? null : listed;
        var notes = new List<string>();
        if (Count(row, notes) is not { } count) return No(row, ListingRefusal.BadCount, $"'{row.AcceleratorCount}' is no count of cards");

        var documented = Array.Find(Documented, i => i.Is(row));
        if (documented?.Cards is { } stated) count = stated;
        var card = documented is null
            ? ByName(registry, row, memory)
            : Documents(registry.Find(documented.Card.Id) ?? documented.Card, documented.Why);
        notes.AddRange(card.Assumptions);
        if (!count.IsWhole && count < CardCount.Of(1)) notes.Add($"a part of a card: {count}");
        if (row.PriceScope == "accelerator-only") notes.Add("the price is for the accelerators only; the host is billed apart");
        var nanos = Rating.DivideHalfUp((Int128)price.Nanos * CardCount.MillisPerCard, count.Millis);
        var offer = new ListedOffer(card, count, new(nanos, Currency.Usd), row.Region, notes);
        if (offer.UnratedReason is { } reason) notes.Add($"not rated: {reason}; sold by card-hour");
        return new(row, offer, null, null);

        CardResolution Documents(Card card, string why) => new(row.AcceleratorName, memory, CardMatch.Found, card, [card], null, [why]);
    }

    /// <summary>An instance type often names the form factor that the accelerator's name leaves out.</summary>
    private static CardResolution ByName(CardRegistry registry, ListedInstance row, int? memory)
    {
        if (TpuSlice.Of(row.AcceleratorName) is { } slice) return registry.Resolve(slice.Chip, memory);
        if (FormFactor(row.InstanceType) is { } form
            && registry.Resolve($"{row.AcceleratorName} {form}", memory) is { Match: CardMatch.Found } found)
            return found with { Name = row.AcceleratorName, Assumptions = [$"the instance type says {form}", .. found.Assumptions] };
        return registry.Resolve(row.AcceleratorName, memory);
    }

    private static string? FormFactor(string instanceType)
    {
        // NVLink is a cable between cards, NVL a form factor.
        var name = instanceType.Replace("nvlink", "", StringComparison.OrdinalIgnoreCase);
        return Array.Find(["sxm", "pcie", "nvl"], form => name.Contains(form, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The cards of a row; for a TPU slice its chips, as the name counts them.</summary>
    private static CardCount? Count(ListedInstance row, List<string> notes)
    {
        CardCount listed;
        try
        {
            listed = CardCount.Parse(row.AcceleratorCount);
        }
        catch (FormatException)
        {
            return null;
        }

        if (TpuSlice.Of(row.AcceleratorName) is not { } slice) return listed;
        if (!listed.IsWhole || slice.Chips == 0 || (long)slice.Chips * listed.Millis > CardCount.Of(CardCount.MaxCards).Millis) return null;
        notes.Add(slice.CountsCores
            ? $"the name counts {slice.Size} tensor cores, two to a chip: {slice.Chips} chips"
            : $"the name counts {slice.Chips} chips");
        return new(slice.Chips * listed.Millis);
    }

    /// <summary>Zero if the row does not say, <c>null</c> if what it says is no size.</summary>
    private static int? MemoryGiB(string mebibytes) =>
        mebibytes.Length == 0 ? 0
        : !int.TryParse(mebibytes, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? null
        : value is >= 512 and <= 100_000_000 ? (value + 512) / 1024
        : null;

    private static UnitPrice? Price(string text)
    {
        try
        {
            var price = UnitPrice.Parse(text, Currency.Usd);
            return price.Nanos > 0 && price.Nanos <= long.MaxValue / CardCount.MillisPerCard ? price : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static ListingOutcome No(ListedInstance row, ListingRefusal refusal, string reason) => new(row, null, refusal, reason);

    /// <summary>What a cloud documents about an instance type. An ending dot stands for every size of the family.</summary>
    private sealed record Instance(string Cloud, string Type, string Accelerator, CardCount? Cards, Card Card, string Why)
    {
        internal bool Is(ListedInstance row) =>
            row.Cloud == Cloud
            && (Accelerator.Length == 0 || Accelerator == row.AcceleratorName)
            && (Type.EndsWith('.') ? row.InstanceType.StartsWith(Type, StringComparison.Ordinal) : Type == row.InstanceType);
    }
}
