namespace Marketplace.Pricing;

/// <summary>
/// A price for each offer's slot, on top of its ask, at which contested slots are about as much wanted as they are free; whoever rests
/// wants them too. At any such prices <c>sum of free x price + what each unit would gain at best</c> is at least what any set of awards
/// gains (Lagrangian relaxation).
/// </summary>
internal sealed class Multipliers
{
    private const int Steps = 250;

    private readonly Floor _floor;
    private readonly IReadOnlyList<List<Package>> _placements;
    private readonly int[] _rows; // the offers that are in any placement
    private readonly int _width; // slots of an offer: the auction's and the longest drain time behind them
    private readonly long[] _price;
    private readonly Int128[] _sum;

    private Multipliers(Floor floor, IReadOnlyList<List<Package>> placements)
    {
        (_floor, _placements) = (floor, placements);
        _rows = [.. placements.SelectMany(p => p).SelectMany(p => p.Parts).Select(p => p.Offer).Distinct().Order()];
        _width = floor.Slots + (floor.Offers.Length == 0 ? 0 : floor.Offers.Max(o => o.Drain));
        _price = new long[floor.Offers.Length * _width];
        _sum = new Int128[floor.Offers.Length * (_width + 1)];
    }

    /// <summary>No set of awards gains more.</summary>
    public Int128 Bound { get; private set; }

    /// <summary>What all free cards cost at these prices.</summary>
    public Int128 Capacity { get; private set; }

    /// <summary>Each placement's gain at these prices, in the order of the placements of its unit.</summary>
    public Int128[][] Reduced { get; private set; } = [];

    /// <param name="least">What some set of awards gains; steps aim at it.</param>
    public static Multipliers Of(Floor floor, IReadOnlyList<List<Package>> placements, Int128 least)
    {
        var multipliers = new Multipliers(floor, placements);
        multipliers.Descend(least);
        return multipliers;
    }

    private void Descend(Int128 least)
    {
        var usage = new long[_price.Length];
        var best = new long[_price.Length];
        var (bound, stale, share) = (Int128.MaxValue, 0, 64L);
        for (var step = 0; step < Steps; step++)
        {
            var now = Evaluate(usage);
            if (now < bound)
            {
                (bound, stale) = (now, 0);
                _price.CopyTo(best, 0);
            }
            else if (++stale == 8)
            {
                (stale, share) = (0, Math.Max(1, share / 2));
                best.CopyTo(_price, 0);
                continue;
            }

            if (bound <= least || !Move(usage, (now - least) * share / 64)) break;
        }

        best.CopyTo(_price, 0);
        Bound = Evaluate(usage);
        Reduced = [.. _placements.Select(of => of.Select(Gain).ToArray())];
    }

    /// <summary>The bound at the present prices; fills in what the units would use at them.</summary>
    private Int128 Evaluate(long[] usage)
    {
        Capacity = 0;
        foreach (var o in _rows)
        {
            var (row, sum) = (o * _width, o * (_width + 1));
            var free = _floor.Calendar(o);
            for (var t = 0; t < free.Length; t++)
            {
                usage[row + t] = 0;
                _sum[sum + t + 1] = _sum[sum + t] + _price[row + t];
                if (_price[row + t] > 0) Capacity += (Int128)_price[row + t] * free[t];
            }
        }

        var bound = Capacity;
        foreach (var of in _placements)
        {
            var (most, chosen) = (Int128.Zero, default(Package));
            foreach (var package in of)
            {
                var gain = Gain(package);
                if (gain > most) (most, chosen) = (gain, package);
            }

            if (chosen is null) continue;
            bound += most;
            foreach (var part in chosen.Parts)
                foreach (ref var used in usage.AsSpan((part.Offer * _width) + chosen.Start, Held(chosen, part))) used += part.Cards;
        }

        return bound;
    }

    private Int128 Gain(Package package)
    {
        Int128 gain = package.Gain;
        foreach (var part in package.Parts)
        {
            var from = (part.Offer * (_width + 1)) + package.Start;
            gain -= part.Cards * (_sum[from + Held(package, part)] - _sum[from]);
        }

        return gain;
    }

    /// <summary>For how many slots the package holds an offer's cards, in use and at rest.</summary>
    private int Held(Package package, Part part) => _floor.Options[package.Option].Slots + _floor.Offers[part.Offer].Drain;

    /// <summary>
    /// Prices go with what is wanted beyond what is free, so far that the gap would close if all went on as it does here.
    /// </summary>
    private bool Move(long[] usage, Int128 gap)
    {
        var norm = Int128.Zero;
        foreach (var o in _rows)
        {
            var row = o * _width;
            var free = _floor.Calendar(o);
            for (var t = 0; t < free.Length; t++)
            {
                var excess = usage[row + t] - free[t];
                if (excess > 0 || _price[row + t] > 0) norm += (Int128)excess * excess;
            }
        }

        if (norm == 0) return false;
        var step = (long)Int128.Clamp(gap / norm, 1, long.MaxValue >> 34);
        foreach (var o in _rows)
        {
            var row = o * _width;
            var free = _floor.Calendar(o);
            for (var t = 0; t < free.Length; t++)
            {
                var excess = usage[row + t] - free[t];
                ref var price = ref _price[row + t];
                if (excess > 0 || price > 0) price = Math.Min(Math.Max(0, price + (step * excess)), long.MaxValue >> 2);
            }
        }

        return true;
    }
}
