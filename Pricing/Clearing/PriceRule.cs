namespace Marketplace.Pricing;

/// <summary>
/// The prices of one pool's slots, and which losers beat them. A price is the lowest that contradicts the fewest trades; losers who could
/// have used room that is full raise it as far as the winners' values allow; a winner never sets its own price.
/// </summary>
internal sealed class PriceRule
{
    private const int MostRaises = 4;

    private readonly Floor _floor;
    private readonly int _pool;
    private readonly IReadOnlyList<Package> _packages;
    private readonly ushort[] _free;
    private readonly SlotState[] _states;
    private readonly long[] _price;
    private readonly Int128[] _sum; // of prices before each slot

    /// <param name="packages">All packages of the pool, on the whole floor.</param>
    /// <param name="free">Each offer's cards that are for sale still, as on the floor.</param>
    public PriceRule(Floor floor, int pool, IReadOnlyList<Package> packages, ushort[] free)
    {
        (_floor, _pool, _packages, _free) = (floor, pool, packages, free);
        _states = new SlotState[floor.Slots];
        _price = new long[floor.Slots];
        _sum = new Int128[floor.Slots + 1];
        Level();
        Indicate();
        Add(0);
    }

    /// <summary>Nanos per card-hour of each slot; without meaning where nothing is for sale.</summary>
    public ReadOnlySpan<long> Price => _price;

    public ReadOnlySpan<SlotState> States => _states;

    /// <summary>The price of one card over the window.</summary>
    public Int128 Over(int start, int slots) => _sum[start + slots] - _sum[start];

    /// <summary>
    /// Raises the price for losers that beat it, the highest value per card-hour first. A raise that would take a winner below the price
    /// is not made.
    /// </summary>
    /// <param name="losers">Options of this pool that might have gained, by value per card-hour, time and id.</param>
    public void RaiseFor(IEnumerable<int> losers)
    {
        foreach (var k in losers)
        {
            for (var raises = 0; raises < MostRaises && Raise(_floor.Options[k]); raises++)
            {
            }
        }
    }

    /// <summary>
    /// Moves each traded slot's price towards the lowest value that holds it, where no winner falls below the price by it.
    /// </summary>
    public void Share(BasisPoints share)
    {
        if (share.Value == 0) return;
        var lowest = new long[_floor.Slots];
        Array.Fill(lowest, long.MaxValue);
        foreach (var package in _packages.Where(Pays))
        {
            ref readonly var option = ref _floor.Options[package.Option];
            var value = ValuePerCardHour(option, package.Cards);
            for (var t = package.Start; t < package.Start + option.Slots; t++) lowest[t] = Math.Min(lowest[t], value);
        }

        for (var t = 0; t < _floor.Slots; t++)
        {
            if (_states[t] != SlotState.Traded || lowest[t] == long.MaxValue || lowest[t] <= _price[t]) continue;
            TryRaise([t], (long)((Int128)(lowest[t] - _price[t]) * share.Value / BasisPoints.Whole));
        }
    }

    /// <summary>
    /// Whether the option pays more than the price from some start at which offers could have carried it, had nobody else been there.
    /// </summary>
    public bool IsBeatenBy(in Option option) => BestStart(option) >= 0;

    /// <summary>The value of one card for one slot, rounded down.</summary>
    public static long ValuePerCardHour(in Option option, int cards) => option.Value / ((long)cards * option.Slots);

    /// <summary>
    /// Of each traded slot: the lowest price at which the fewest cards are sold below their ask or bought above their value. The count
    /// falls only where the price reaches an ask, so asks are the only candidates.
    /// </summary>
    private void Level()
    {
        var asks = _packages.SelectMany(p => p.Parts.Select(part => Stretch(p, _floor.Offers[part.Offer].Ask, part.Cards)))
            .OrderBy(s => s.Price).ToArray();
        var values = _packages.Select(p => Stretch(p, ValuePerCardHour(_floor.Options[p.Option], p.Cards), p.Cards))
            .OrderBy(s => s.Price).ToArray();
        for (var t = 0; t < _floor.Slots; t++)
        {
            long above = 0; // cards sold at an ask above the price
            foreach (ref readonly var ask in asks.AsSpan())
                if (ask.Holds(t)) above += ask.Cards;
            if (above == 0) continue;
            _states[t] = SlotState.Traded;
            long below = 0, least = long.MaxValue; // cards bought at a value below the price
            for (int i = 0, j = 0; i < asks.Length;)
            {
                var price = asks[i].Price;
                for (; i < asks.Length && asks[i].Price == price; i++)
                    if (asks[i].Holds(t)) above -= asks[i].Cards;
                for (; j < values.Length && values[j].Price < price; j++)
                    if (values[j].Holds(t)) below += values[j].Cards;
                if (above + below < least) (least, _price[t]) = (above + below, price);
            }
        }
    }

    private Held Stretch(Package package, long price, int cards) =>
        new(price, cards, package.Start, package.Start + _floor.Options[package.Option].Slots);

    /// <summary>
    /// Where nothing is traded: the lowest ask that still has a card, else the lowest that had one. The latter are slots in which all cards
    /// rest: what was for sale and is not held is for sale still.
    /// </summary>
    private void Indicate()
    {
        for (var o = _floor.FirstOffer[_pool + 1] - 1; o >= _floor.FirstOffer[_pool]; o--)
            if (_floor.Offers[o].Drain > 0) Indicate(_floor.Offers[o].Ask, _floor.Row(o));
        for (var o = _floor.FirstOffer[_pool + 1] - 1; o >= _floor.FirstOffer[_pool]; o--)
            Indicate(_floor.Offers[o].Ask, _free.AsSpan(o * _floor.Slots, _floor.Slots));
    }

    private void Indicate(long ask, ReadOnlySpan<ushort> free)
    {
        for (var t = 0; t < free.Length; t++)
            if (free[t] > 0 && _states[t] != SlotState.Traded) (_states[t], _price[t]) = (SlotState.Indicative, ask);
    }

    private void Add(int from)
    {
        for (var t = from; t < _price.Length; t++) _sum[t + 1] = _sum[t] + _price[t];
    }

    private bool Raise(in Option option)
    {
        var start = BestStart(option);
        if (start < 0) return false;
        var full = new List<int>();
        for (var t = start; t < start + option.Slots; t++)
            if (_states[t] == SlotState.Traded && !HasRoom(option, t)) full.Add(t);
        if (full.Count == 0) return false;
        var missing = option.Value - (option.Cards * Over(start, option.Slots));
        var cards = (long)option.Cards * full.Count;
        return TryRaise(full, (long)((missing + cards - 1) / cards));
    }

    /// <summary>
    /// Of the starts at which the option beats the price and could have been carried, the one with the most to spare; -1 if there is none.
    /// </summary>
    private int BestStart(in Option option)
    {
        var most = (Int128)((option.Value - 1) / option.Cards); // n x price < V
        var best = -1;
        for (var start = option.Earliest; start <= option.LastStart; start++)
        {
            var over = Over(start, option.Slots);
            if (over > most || !Prune.CouldCarry(_floor, option, start)) continue;
            (best, most) = (start, over - 1);
        }

        return best;
    }

    /// <summary>
    /// Whether an offer still has the option's cards in that slot. One card for one hour is kept out by nothing but price, so for it a
    /// dearer offer's room is no room: with such bids alone the price is the usual one, not below the best losing bid.
    /// </summary>
    private bool HasRoom(in Option option, int slot)
    {
        long together = 0;
        for (var o = _floor.FirstOffer[_pool]; o < _floor.FirstOffer[_pool + 1]; o++)
        {
            ref readonly var offer = ref _floor.Offers[o];
            if (option.Size == 1 && offer.Ask >= option.Value) return false;
            var cards = _floor.CardsOn(option, offer);
            var free = _free[(o * _floor.Slots) + slot];
            if (cards > 0 && free >= cards) return true;
            if (option.Spread && offer.Owner != _floor.Claims[option.Unit].Owner) together += free / offer.Lot * offer.Lot;
        }

        return option.Spread && together >= option.Cards;
    }

    /// <summary>Adds to the price of these slots, unless a package that could pay the price before no longer could.</summary>
    private bool TryRaise(IReadOnlyList<int> slots, long by)
    {
        var could = _packages.Where(p => Touches(p, slots[0], slots[^1]) && Pays(p)).ToList();
        foreach (var t in slots) _price[t] += by;
        Add(slots[0]);
        if (could.TrueForAll(Pays)) return true;
        foreach (var t in slots) _price[t] -= by;
        Add(slots[0]);
        return false;
    }

    private bool Touches(Package package, int from, int until) =>
        package.Start <= until && package.Start + _floor.Options[package.Option].Slots > from;

    private bool Pays(Package package)
    {
        ref readonly var option = ref _floor.Options[package.Option];
        return option.Value >= package.Cards * Over(package.Start, option.Slots);
    }

    /// <summary>Cards held over [From, Until) at an ask or a value per card-hour.</summary>
    private readonly record struct Held(long Price, int Cards, int From, int Until)
    {
        public bool Holds(int slot) => From <= slot && slot < Until;
    }
}
