namespace Marketplace.Pricing;

/// <summary>
/// Betters an allocation by moves that put a unit where it wants to be, cut what is in the way, cheapest first, and place again what was
/// cut together with some losers. A move that does not pay is taken back.
/// </summary>
internal sealed class LocalSearch
{
    private const int Visitors = 6; // losers that are tried beside what was cut

    private readonly Floor _floor;
    private readonly Allocation _now;
    private readonly Finder _finder;
    private readonly List<(int Unit, Package? Before)> _changes = [];
    private readonly bool[] _changed;
    private readonly List<(ulong Key, int Unit)> _queue = [];
    private readonly ulong[] _weights;
    private SplitMix64 _random;

    public LocalSearch(Allocation start, ulong seed)
    {
        (_floor, _now, _random) = (start.Floor, start, new(seed));
        _finder = new(_floor, start.Free);
        _changed = new bool[_floor.Units.Length];
        _weights = [.. _floor.Options.Select(o => SizeWeight.Of(o.Size, 2))];
    }

    /// <summary>Tries every loser at every offer and some starts, until a pass over all of them betters nothing.</summary>
    public void Eject()
    {
        for (var pass = 0; pass < 4; pass++)
        {
            var before = _now.Gain;
            for (var u = 0; u < _floor.Units.Length; u++)
                if (_now.Placed[u] is null) Eject(u);
            if (_now.Gain == before) return;
        }
    }

    /// <summary>Forces units into random places and keeps what does not lose.</summary>
    /// <param name="anneals">Accepts losses too, at first up to half of a mean gain, in the end none.</param>
    public void Insert(int iterations, bool anneals)
    {
        if (_floor.Options.Length == 0) return;
        var (best, bestGain) = ((Package?[])[.. _now.Placed], _now.Gain);
        var patience = anneals ? _now.Gain / Math.Max(1, 2 * _now.Placed.Count(p => p is not null)) : 0;
        for (var i = 0; i < iterations; i++)
        {
            var before = _now.Gain;
            _finder.Policy = (StartPolicy)_random.Below(3);
            if (i % 8 == 7) Ruin();
            else Force();
            if (_now.Gain + (patience * (iterations - i) / iterations) < before)
                TakeBack();
            else
                Keep();
            if (_now.Gain <= bestGain) continue;
            _now.Placed.CopyTo(best, 0);
            bestGain = _now.Gain;
        }

        if (_now.Gain == bestGain) return;
        for (var u = 0; u < best.Length; u++)
            if (_now.Placed[u] is not null) _now.Remove(u);
        foreach (var package in best)
            if (package is not null) _now.Place(package);
    }

    /// <summary>
    /// Moves each package to the first of its equally good places, so that of equal awards the earliest is chosen; gains never fall.
    /// </summary>
    public void Tidy()
    {
        _finder.Policy = StartPolicy.Earliest;
        for (var pass = 0; pass < 3; pass++)
        {
            var moved = false;
            for (var u = 0; u < _floor.Units.Length; u++)
            {
                var before = _now.Placed[u];
                if (before is not null) _now.Remove(u);
                var package = _finder.Find(u);
                if (package is null || (before is not null && package.Gain < before.Gain)) package = before;
                if (package is null) continue;
                _now.Place(package);
                moved |= before is null || package.Start != before.Start || package.Option != before.Option
                    || !package.Parts.SequenceEqual(before.Parts);
            }

            if (!moved) return;
        }
    }

    private void Eject(int unit)
    {
        _finder.Policy = StartPolicy.Earliest;
        for (var k = _floor.FirstOption[unit]; k < _floor.FirstOption[unit + 1]; k++)
        {
            var option = _floor.Options[k];
            var starts = Math.Min(16, option.LastStart - option.Earliest + 1);
            for (var o = _floor.FirstOffer[option.Pool]; o < _floor.FirstOffer[option.Pool + 1]; o++)
            {
                if (_floor.Offers[o].Ask > option.Ceiling && !option.Spread) break;
                for (var i = 0; i < starts; i++)
                {
                    var start = starts == 1 ? option.Earliest
                        : option.Earliest + (int)((long)(option.LastStart - option.Earliest) * i / (starts - 1));
                    var before = _now.Gain;
                    if (!Force(k, start, o)) continue;
                    PlaceAgain(noise: false);
                    if (_now.Gain > before)
                    {
                        Keep();
                        return;
                    }

                    TakeBack();
                }
            }
        }
    }

    private void Force()
    {
        var k = _random.Below(_floor.Options.Length);
        ref readonly var option = ref _floor.Options[k];
        var start = option.Earliest + _random.Below(option.LastStart - option.Earliest + 1);
        var offers = _floor.FirstOffer[option.Pool + 1] - _floor.FirstOffer[option.Pool];
        if (!Force(k, start, _floor.FirstOffer[option.Pool] + _random.Below(offers))) return;
        Visit();
        PlaceAgain(noise: true);
    }

    /// <summary>Clears one offer, or a stretch of it, and fills it again.</summary>
    private void Ruin()
    {
        var offer = _random.Below(_floor.Offers.Length);
        var around = _random.Below(_floor.Slots);
        var reach = 1 + _random.Below(_floor.Slots);
        foreach (var unit in _now.UnitsOn(offer).ToArray())
        {
            var package = _now.Placed[unit]!;
            if (package.Start > around + reach || package.Start + _floor.Options[package.Option].Slots <= around - reach) continue;
            if (_queue.Count == 24) break;
            Take(unit);
        }

        Visit();
        PlaceAgain(noise: true);
    }

    /// <summary>Places an option from that start on that offer (a spread one on it and those after it), whatever is in the way.</summary>
    private bool Force(int k, int start, int offer)
    {
        ref readonly var option = ref _floor.Options[k];
        if (Plan(option, start, offer) is not { } parts) return false;
        var gain = option.Value;
        foreach (var part in parts) gain -= _floor.Offers[part.Offer].Ask * part.Cards * option.Slots;
        if (_now.Placed[option.Unit] is not null) Remove(option.Unit);
        foreach (var part in parts)
        {
            while (!Windows.Holds(_now.Row(part.Offer), part.Cards, start, option.Slots)) Take(Cheapest(part, start, option.Slots));
        }

        Place(new(k, start, parts, gain));
        return true;
    }

    /// <summary>Which cards of the empty floor would carry the option; null if they do not suffice or leave no gain.</summary>
    private Part[]? Plan(in Option option, int start, int offer)
    {
        if (!option.Spread)
        {
            var cards = _floor.CardsOn(option, _floor.Offers[offer]);
            if (cards == 0 || option.GainOver(_floor.Offers[offer].Ask, cards) <= 0) return null;
            return Windows.Holds(_floor.Row(offer), cards, start, option.Slots) ? [new(offer, cards)] : null;
        }

        var parts = new List<Part>();
        var (needed, left) = (option.Cards, option.Value - 1);
        var (first, count) = (_floor.FirstOffer[option.Pool], _floor.FirstOffer[option.Pool + 1] - _floor.FirstOffer[option.Pool]);
        for (var i = 0; i < count && needed > 0; i++)
        {
            var o = first + ((offer - first + i) % count);
            ref readonly var row = ref _floor.Offers[o];
            if (row.Owner == _floor.Claims[option.Unit].Owner || option.Slots < row.MinSlots || option.Slots > row.MaxSlots) continue;
            var free = Windows.Min(_floor.Row(o).Slice(start, option.Slots)) / row.Lot;
            var lots = Math.Min(free, option.ExactCards ? needed / row.Lot : (needed + row.Lot - 1) / row.Lot);
            if (lots == 0) continue;
            var size = (long)lots * row.Lot * option.Slots;
            if (row.Ask > left / size) return null;
            left -= row.Ask * size;
            needed -= lots * row.Lot;
            parts.Add(new(o, lots * row.Lot));
        }

        return needed > 0 ? null : [.. parts.OrderBy(p => p.Offer)];
    }

    /// <summary>
    /// The package of least gain that holds cards of the offer, in use or at rest, in a slot where too few are free for this one to be used
    /// or to rest.
    /// </summary>
    private int Cheapest(Part part, int start, int slots)
    {
        var calendar = _now.Calendar(part.Offer);
        var drain = _floor.Offers[part.Offer].Drain;
        var (best, least) = (-1, long.MaxValue);
        foreach (var unit in _now.UnitsOn(part.Offer))
        {
            var package = _now.Placed[unit]!;
            var from = Math.Max(start, package.Start);
            var until = Math.Min(start + slots, package.Start + _floor.Options[package.Option].Slots) + drain;
            if (from >= until || Windows.Holds(calendar, part.Cards, from, until - from)) continue;
            if (package.Gain < least || (package.Gain == least && unit < best)) (best, least) = (unit, package.Gain);
        }

        return best;
    }

    private void Take(int unit)
    {
        var package = Remove(unit);
        _queue.Add((SizeWeight.Key(package.Gain, _weights[package.Option]), unit));
    }

    /// <summary>Adds some losers to those that look for a place.</summary>
    private void Visit()
    {
        for (var i = 0; i < 2 * Visitors && i < _floor.Units.Length; i++)
        {
            var unit = _random.Below(_floor.Units.Length);
            if (_now.Placed[unit] is not null || _queue.Exists(q => q.Unit == unit)) continue;
            _queue.Add((0, unit));
        }
    }

    private void PlaceAgain(bool noise)
    {
        for (var i = 0; i < _queue.Count; i++)
        {
            var (key, unit) = _queue[i];
            if (key == 0) key = Hope(unit);
            if (noise) key = (key >> 7) * (ulong)(64 + _random.Below(128));
            _queue[i] = (key, unit);
        }

        _queue.Sort((a, b) => a.Key != b.Key ? b.Key.CompareTo(a.Key) : a.Unit.CompareTo(b.Unit));
        foreach (var (_, unit) in _queue)
            if (_now.Placed[unit] is null && _finder.Find(unit) is { } package) Place(package);
        _queue.Clear();
    }

    private ulong Hope(int unit)
    {
        var k = _floor.FirstOption[unit];
        ref readonly var option = ref _floor.Options[k];
        var gain = option.GainOver(_floor.Offers[_floor.FirstOffer[option.Pool]].Ask, option.Cards);
        return gain > 0 ? SizeWeight.Key(gain, _weights[k]) : 0;
    }

    private void Place(Package package)
    {
        Remember(_floor.Options[package.Option].Unit, null);
        _now.Place(package);
    }

    private Package Remove(int unit)
    {
        var package = _now.Remove(unit);
        Remember(unit, package);
        return package;
    }

    private void Remember(int unit, Package? before)
    {
        if (_changed[unit]) return;
        _changed[unit] = true;
        _changes.Add((unit, before));
    }

    private void Keep()
    {
        foreach (var (unit, _) in _changes) _changed[unit] = false;
        _changes.Clear();
    }

    private void TakeBack()
    {
        foreach (var (unit, _) in _changes)
            if (_now.Placed[unit] is not null) _now.Remove(unit);
        foreach (var (_, before) in _changes)
            if (before is not null) _now.Place(before);
        Keep();
    }
}
