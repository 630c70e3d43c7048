namespace Marketplace.Pricing;

/// <summary>
/// Finds the best package for a unit on what is left free: the largest gain; of equal ones the first pool, the earliest
/// start (or what the policy prefers), the cheapest ask, the smallest offer id.
/// </summary>
/// <param name="free">Free cards, T for each offer of the floor; read at each call.</param>
/// <param name="starts">How many starts of a spread option are tried, evenly spaced over its window. Eight instead of sixteen cost
/// 2.5 % of all gains.</param>
/// <param name="onlyShrinks">Promises that free cards never grow between calls, so that what failed once is remembered.</param>
internal sealed class Finder(Floor floor, ushort[] free, int starts = 16, bool onlyShrinks = false)
{
    private readonly Floor _floor = floor;
    private readonly Failures? _failures = onlyShrinks ? new(floor.Pools.Length) : null;
    private readonly int[]? _alive = onlyShrinks ? floor.FirstOffer[..^1] : null;
    private readonly List<Part> _parts = [];

    public StartPolicy Policy { get; set; }

    /// <summary>The best package for the unit; null if nothing that is free leaves a gain.</summary>
    public Package? Find(int unit)
    {
        var best = default(Found);
        for (var k = _floor.FirstOption[unit]; k < _floor.FirstOption[unit + 1]; k++)
        {
            ref readonly var option = ref _floor.Options[k];
            if (option.Spread) FindSpread(k, option, ref best);
            else FindGang(k, option, ref best);
        }

        return best.Gain == 0 ? null : best.Package;
    }

    /// <summary>The best package for one option at one start; null if nothing that is free leaves a gain.</summary>
    public Package? FindAt(int k, int start)
    {
        var at = _floor.Options[k].At(start);
        var best = default(Found);
        if (at.Spread) FindSpread(k, at, ref best);
        else FindGang(k, at, ref best);
        return best.Gain == 0 ? null : best.Package;
    }

    private ReadOnlySpan<ushort> Row(int offer) => free.AsSpan(offer * _floor.Slots, _floor.Slots);

    private void FindGang(int k, in Option option, ref Found best)
    {
        if (_failures is not null && _failures.Covers(option)) return;
        var tested = option.Ceiling; // every offer asking at most this has been tried and has no room
        var found = false;
        for (var o = FirstOffer(option.Pool); o < _floor.FirstOffer[option.Pool + 1]; o++)
        {
            ref readonly var offer = ref _floor.Offers[o];
            if (offer.Ask > option.Ceiling) break;
            if (option.Value - (offer.Ask * option.Size) < best.Gain)
            {
                tested = Math.Min(tested, offer.Ask - 1);
                break;
            }

            var cards = _floor.CardsOn(option, offer);
            var gain = cards == 0 ? 0 : option.GainOver(offer.Ask, cards);
            if (gain <= 0 || gain < best.Gain)
            {
                tested = Math.Min(tested, offer.Ask - 1);
                continue;
            }

            var start = Windows.Find(Row(o), cards, option.Slots, option.Earliest, option.Latest, Policy);
            if (start < 0) continue;
            found = true;
            if (best.IsBeatenBy(gain, option.Pool, start, Policy)) best = new(gain, option.Pool, new(k, start, [new(o, cards)], gain));
        }

        if (!found) _failures?.Add(option, tested);
    }

    private void FindSpread(int k, in Option option, ref Found best)
    {
        var range = option.LastStart - option.Earliest;
        var tries = Math.Min(starts, range + 1);
        for (var i = 0; i < tries; i++)
        {
            var start = tries == 1 ? option.Earliest : option.Earliest + (int)((long)range * i / (tries - 1));
            var gain = Fill(option, start, overshoot: !option.ExactCards, best.Gain);
            if (gain > 0 && best.IsBeatenBy(gain, option.Pool, start, Policy))
                best = new(gain, option.Pool, new(k, start, [.. _parts], gain));
            if (option.ExactCards) continue;
            gain = Fill(option, start, overshoot: false, best.Gain);
            if (gain > 0 && best.IsBeatenBy(gain, option.Pool, start, Policy))
                best = new(gain, option.Pool, new(k, start, [.. _parts], gain));
        }
    }

    /// <summary>
    /// Fills a spread option cheapest first, into <c>_parts</c>: with a last lot that may be more than needed, or only with lots that are
    /// not. Either can be the cheaper one.
    /// </summary>
    /// <returns>The gain in nanos; 0 if it does not fit or would be less than <paramref name="known"/>.</returns>
    private long Fill(in Option option, int start, bool overshoot, long known)
    {
        _parts.Clear();
        var needed = option.Cards;
        var left = option.Value - known;
        for (var o = FirstOffer(option.Pool); o < _floor.FirstOffer[option.Pool + 1] && needed > 0; o++)
        {
            ref readonly var offer = ref _floor.Offers[o];
            if (offer.Ask > option.Ceiling && offer.Ask > left / option.Slots) return 0;
            if (offer.Owner == _floor.Claims[option.Unit].Owner || option.Slots < offer.MinSlots || option.Slots > offer.MaxSlots) continue;
            var wanted = overshoot ? (needed + offer.Lot - 1) / offer.Lot : needed / offer.Lot;
            if (wanted == 0) continue;
            var least = Windows.Min(Row(o).Slice(start, option.Slots));
            var cards = Math.Min(least / offer.Lot, wanted) * offer.Lot;
            if (cards == 0) continue;
            var size = (long)cards * option.Slots;
            if (offer.Ask > left / size) return 0;
            left -= offer.Ask * size;
            _parts.Add(new(o, cards));
            needed -= cards;
        }

        return needed > 0 ? 0 : left + known;
    }

    /// <summary>
    /// The pool's first offer that is not sold out in every slot; an offer that is, stays so while free cards only shrink.
    /// </summary>
    private int FirstOffer(int pool)
    {
        if (_alive is null) return _floor.FirstOffer[pool];
        ref var first = ref _alive[pool];
        while (first < _floor.FirstOffer[pool + 1] && !Row(first).ContainsAnyExcept((ushort)0)) first++;
        return first;
    }

    private readonly record struct Found(long Gain, int Pool, Package Package)
    {
        public bool IsBeatenBy(long gain, int pool, int start, StartPolicy policy)
        {
            if (gain != Gain) return gain > Gain;
            // Options and offers come in order, so what is found later is only better if it begins better within the same pool.
            return pool == Pool && policy == StartPolicy.Earliest && start < Package.Start;
        }
    }

    /// <summary>
    /// Remembers, for each pool, what had no room: an option that wants as much or more within the same window, from no dearer offers,
    /// has none either as long as free cards only shrink.
    /// </summary>
    private sealed class Failures(int pools)
    {
        private const int Most = 64;

        private readonly List<Failure>[] _of = [.. Enumerable.Range(0, pools).Select(_ => new List<Failure>())];

        public bool Covers(in Option option)
        {
            foreach (var failure in _of[option.Pool])
                if (failure.Covers(option.Cards, option.Slots, option.Earliest, option.Latest, option.Ceiling)) return true;
            return false;
        }

        public void Add(in Option option, long ask)
        {
            if (ask < 0) return;
            var known = _of[option.Pool];
            var failure = new Failure(option.Cards, option.Slots, option.Earliest, option.Latest, ask);
            known.RemoveAll(f => failure.Covers(f.Cards, f.Slots, f.Earliest, f.Latest, f.Ask));
            if (known.Count == Most) known.RemoveAt(0);
            known.Add(failure);
        }
    }

    private readonly record struct Failure(int Cards, int Slots, int Earliest, int Latest, long Ask)
    {
        public bool Covers(int cards, int slots, int earliest, int latest, long ask) =>
            cards >= Cards && slots >= Slots && earliest >= Earliest && latest <= Latest && ask <= Ask;
    }
}
