using System.Numerics;
using System.Runtime.InteropServices;

namespace Marketplace.Pricing;

/// <summary>
/// A floor with packages on it. Free cards are what the floor has less what the packages hold; nothing is ever held twice, since a
/// package is only placed where it fits.
/// </summary>
internal sealed class Allocation
{
    private readonly List<int>[] _unitsOn;
    private readonly ushort[][] _calendars; // of offers with a drain time

    public Allocation(Floor floor)
    {
        Floor = floor;
        Free = [.. floor.Free];
        _calendars = [.. floor.Calendars.Select(c => c.Length == 0 ? c : [.. c])];
        Placed = new Package?[floor.Units.Length];
        _unitsOn = new List<int>[floor.Offers.Length];
        for (var o = 0; o < _unitsOn.Length; o++) _unitsOn[o] = [];
    }

    public Floor Floor { get; }

    /// <summary>What is for sale still, T for each offer: held by nobody in the slot and in the drain time behind it.</summary>
    public ushort[] Free { get; }

    /// <summary>Each unit's package, or none.</summary>
    public Package?[] Placed { get; }

    /// <summary>The gains of all packages, in nanos.</summary>
    public Int128 Gain { get; private set; }

    public ReadOnlySpan<ushort> Row(int offer) => Free.AsSpan(offer * Floor.Slots, Floor.Slots);

    /// <summary>What nobody holds of the offer, with the drain time behind the last slot.</summary>
    public ReadOnlySpan<ushort> Calendar(int offer) => Floor.Offers[offer].Drain == 0 ? Row(offer) : _calendars[offer];

    /// <summary>The units that hold cards of the offer, in no order that means anything.</summary>
    public List<int> UnitsOn(int offer) => _unitsOn[offer];

    public bool Fits(Package package)
    {
        var slots = Floor.Options[package.Option].Slots;
        foreach (var part in package.Parts)
            if (!Windows.Holds(Row(part.Offer), part.Cards, package.Start, slots)) return false;
        return true;
    }

    public void Place(Package package)
    {
        ref readonly var option = ref Floor.Options[package.Option];
        foreach (var part in package.Parts)
        {
            Hold(part.Offer, (ushort)part.Cards, package.Start, option.Slots);
            _unitsOn[part.Offer].Add(option.Unit);
        }

        Placed[option.Unit] = package;
        Gain += package.Gain;
    }

    public Package Remove(int unit)
    {
        var package = Placed[unit]!;
        ref readonly var option = ref Floor.Options[package.Option];
        foreach (var part in package.Parts)
        {
            Hold(part.Offer, unchecked((ushort)-part.Cards), package.Start, option.Slots);
            _unitsOn[part.Offer].Remove(unit);
        }

        Placed[unit] = null;
        Gain -= package.Gain;
        return package;
    }

    public Allocation Copy()
    {
        var copy = new Allocation(Floor);
        foreach (var package in Placed)
            if (package is not null) copy.Place(package);
        return copy;
    }

    private void Hold(int offer, ushort cards, int start, int slots)
    {
        var row = Free.AsSpan(offer * Floor.Slots, Floor.Slots);
        var drain = Floor.Offers[offer].Drain;
        if (drain == 0)
        {
            Subtract(row.Slice(start, slots), cards);
            return;
        }

        var calendar = _calendars[offer].AsSpan();
        Subtract(calendar.Slice(start, slots + drain), cards);
        var (from, until) = (Math.Max(0, start - drain), Math.Min(row.Length, start + slots + drain));
        Windows.ForSale(calendar[from..], drain, row[from..until]);
    }

    // Wraps around on purpose: adding is subtracting the complement. That nothing falls below zero is what Fits is for.
    private static void Subtract(Span<ushort> window, ushort cards)
    {
        var vectors = MemoryMarshal.Cast<ushort, Vector<ushort>>(window);
        var many = new Vector<ushort>(cards);
        for (var i = 0; i < vectors.Length; i++) vectors[i] -= many;
        for (var i = vectors.Length * Vector<ushort>.Count; i < window.Length; i++) window[i] = unchecked((ushort)(window[i] - cards));
    }
}
