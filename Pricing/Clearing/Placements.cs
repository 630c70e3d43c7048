namespace Marketplace.Pricing;

/// <summary>
/// Every way to place every unit of a small floor, as the exact search needs it: all options, starts, offers and splits with a gain.
/// </summary>
internal sealed class Placements
{
    private readonly Floor _floor;
    private readonly int _most;
    private readonly List<Package>[] _of;
    private int _count;

    private Placements(Floor floor, int most)
    {
        (_floor, _most) = (floor, most);
        _of = [.. floor.Units.Select(_ => new List<Package>())];
    }

    /// <summary>The placements of each unit; null if there are more than <paramref name="most"/> in all.</summary>
    public static IReadOnlyList<List<Package>>? Of(Floor floor, int most)
    {
        var placements = new Placements(floor, most);
        for (var k = 0; k < floor.Options.Length; k++)
            if (!placements.Enumerate(k)) return null;
        return placements._of;
    }

    private bool Enumerate(int k)
    {
        ref readonly var option = ref _floor.Options[k];
        for (var start = option.Earliest; start <= option.LastStart; start++)
        {
            if (option.Spread)
            {
                if (!Split(k, start, _floor.FirstOffer[option.Pool], option.Cards, option.Value, [])) return false;
                continue;
            }

            for (var o = _floor.FirstOffer[option.Pool]; o < _floor.FirstOffer[option.Pool + 1]; o++)
            {
                var cards = _floor.CardsOn(option, _floor.Offers[o]);
                var gain = cards == 0 ? 0 : option.GainOver(_floor.Offers[o].Ask, cards);
                if (gain <= 0 || !Windows.Holds(_floor.Row(o), cards, start, option.Slots)) continue;
                if (!Add(k, start, [new(o, cards)], gain)) return false;
            }
        }

        return true;
    }

    /// <summary>
    /// All minimal splits of what is still needed over the offers from <paramref name="o"/> on: those from which no lot can be left out,
    /// since a split with a lot to spare costs more and gives no more.
    /// </summary>
    private bool Split(int k, int start, int o, int needed, long left, List<Part> parts)
    {
        ref readonly var option = ref _floor.Options[k];
        if (needed <= 0)
        {
            if (left <= 0 || (option.ExactCards && needed < 0)) return true;
            return parts.Exists(p => needed + _floor.Offers[p.Offer].Lot <= 0) || Add(k, start, [.. parts], left);
        }

        if (o == _floor.FirstOffer[option.Pool + 1]) return true;
        if (!Split(k, start, o + 1, needed, left, parts)) return false;
        ref readonly var offer = ref _floor.Offers[o];
        if (offer.Owner == _floor.Claims[option.Unit].Owner || option.Slots < offer.MinSlots || option.Slots > offer.MaxSlots) return true;
        var lots = Windows.Min(_floor.Row(o).Slice(start, option.Slots)) / offer.Lot;
        for (var n = 1; n <= Math.Min(lots, (needed + offer.Lot - 1) / offer.Lot); n++)
        {
            var cards = n * offer.Lot;
            var size = (long)cards * option.Slots;
            if (left <= 0 || offer.Ask > (left - 1) / size) break;
            parts.Add(new(o, cards));
            var goesOn = Split(k, start, o + 1, needed - cards, left - (offer.Ask * size), parts);
            parts.RemoveAt(parts.Count - 1);
            if (!goesOn) return false;
        }

        return true;
    }

    private bool Add(int k, int start, Part[] parts, long gain)
    {
        _of[_floor.Options[k].Unit].Add(new(k, start, parts, gain));
        return ++_count <= _most;
    }
}
