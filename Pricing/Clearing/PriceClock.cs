namespace Marketplace.Pricing;

/// <summary>
/// A clock that calls prices for each pool and slot, lets every unit choose its best option at them, and moves prices with what is wanted
/// beyond what is free. Its choices guide a greedy placing that sees what everybody wants; its prices bound what any awards can gain:
/// <c>sum of free x (price - ask) where positive + what each unit would gain at best</c>.
/// </summary>
internal sealed class PriceClock
{
    private const int Steps = 30;

    private readonly Floor _floor;
    private readonly long[] _lowest; // the cheapest ask with a card, per pool and slot; Closed where there is none
    private readonly long[] _capacity;
    private readonly long[] _price;
    private readonly long[] _sum;
    private readonly (int Option, int Start)[] _choice;

    private PriceClock(Floor floor)
    {
        _floor = floor;
        var cells = floor.Pools.Length * floor.Slots;
        (_lowest, _capacity, _price) = (new long[cells], new long[cells], new long[cells]);
        _sum = new long[floor.Pools.Length * (floor.Slots + 1)];
        _choice = new (int, int)[floor.Units.Length];
        Array.Fill(_lowest, Closed);
        for (var o = 0; o < floor.Offers.Length; o++)
        {
            var row = floor.Row(o);
            var cell = floor.Offers[o].Pool * floor.Slots;
            for (var t = 0; t < row.Length; t++)
            {
                if (row[t] == 0) continue;
                _capacity[cell + t] += row[t];
                _lowest[cell + t] = Math.Min(_lowest[cell + t], Math.Clamp(floor.Offers[o].Ask, Least, Closed));
            }
        }

        _lowest.CopyTo(_price, 0);
    }

    /// <summary>No set of awards gains more.</summary>
    public Int128 Bound { get; private set; } = Int128.MaxValue;

    // A price above this is no price; sums of it over all slots still fit 64 bits. One below a thousandth of the currency cannot grow.
    private long Closed => long.MaxValue / 2 / _floor.Slots;

    private static long Least => 1_000_000;

    /// <summary>Runs the clock and, if asked, places units where it sent them and adds whoever still fits.</summary>
    public static (Allocation? Allocation, Int128 Bound) Run(Floor floor, bool places)
    {
        var clock = new PriceClock(floor);
        var wanted = new long[clock._price.Length];
        for (var step = 0; step < Steps; step++)
        {
            var surplus = clock.Choose(wanted);
            if (step % 6 == 5) clock.Bound = Int128.Min(clock.Bound, surplus + clock.SellersGain());
            if (step < Steps - 1) clock.Move(wanted, step);
        }

        return (places ? clock.Place() : null, clock.Bound);
    }

    /// <summary>Each unit's best option and start at the present prices, and what all of that asks of each pool and slot.</summary>
    private Int128 Choose(long[] wanted)
    {
        for (var pool = 0; pool < _floor.Pools.Length; pool++)
        {
            var (cell, sum) = (pool * _floor.Slots, pool * (_floor.Slots + 1));
            for (var t = 0; t < _floor.Slots; t++) _sum[sum + t + 1] = _sum[sum + t] + _price[cell + t];
        }

        Array.Clear(wanted);
        var total = Int128.Zero;
        for (var u = 0; u < _choice.Length; u++)
        {
            var (best, most) = ((Option: -1, Start: 0), 0L);
            for (var k = _floor.FirstOption[u]; k < _floor.FirstOption[u + 1]; k++)
            {
                ref readonly var option = ref _floor.Options[k];
                var (start, price) = Cheapest(option);
                if (price > (option.Value - 1) / option.Cards) continue;
                var surplus = option.Value - (option.Cards * price);
                if (surplus > most) (best, most) = ((k, start), surplus);
            }

            _choice[u] = best;
            if (best.Option < 0) continue;
            total += most;
            ref readonly var chosen = ref _floor.Options[best.Option];
            foreach (ref var cards in wanted.AsSpan((chosen.Pool * _floor.Slots) + best.Start, chosen.Slots)) cards += chosen.Cards;
        }

        return total;
    }

    private (int Start, long Price) Cheapest(in Option option)
    {
        var sums = _sum.AsSpan(option.Pool * (_floor.Slots + 1), _floor.Slots + 1);
        var ends = sums[option.Slots..];
        var (best, least) = (option.Earliest, long.MaxValue);
        for (var start = option.Earliest; start <= option.LastStart; start++)
        {
            var price = ends[start] - sums[start];
            if (price < least) (best, least) = (start, price);
        }

        return (best, least);
    }

    private Int128 SellersGain()
    {
        var total = Int128.Zero;
        for (var o = 0; o < _floor.Offers.Length; o++)
        {
            var row = _floor.Row(o);
            var price = _price.AsSpan(_floor.Offers[o].Pool * _floor.Slots, _floor.Slots);
            var ask = _floor.Offers[o].Ask;
            for (var t = 0; t < row.Length; t++)
                if (row[t] > 0 && price[t] > ask) total += (Int128)row[t] * (price[t] - ask);
        }

        return total;
    }

    private void Move(long[] wanted, int step)
    {
        for (var i = 0; i < _price.Length; i++)
        {
            if (_capacity[i] == 0) continue;
            var excess = ((wanted[i] - _capacity[i]) << 20) / _capacity[i]; // in 2^20ths of the capacity
            var move = Math.Clamp(excess, -1L << 20, 8L << 20) * 25 / (100 + (12 * step));
            _price[i] = (long)Int128.Clamp(_price[i] + (((Int128)_price[i] * move) >> 20), _lowest[i], Closed);
        }
    }

    private Allocation Place()
    {
        var allocation = new Allocation(_floor);
        var finder = new Finder(_floor, allocation.Free, onlyShrinks: true);
        var order = new List<(ulong Key, int Rank, int Unit)>(_choice.Length);
        for (var u = 0; u < _choice.Length; u++)
        {
            if (_choice[u].Option < 0) continue;
            ref readonly var option = ref _floor.Options[_choice[u].Option];
            var gain = option.GainOver(_floor.Offers[_floor.FirstOffer[option.Pool]].Ask, option.Cards);
            if (gain > 0) order.Add((SizeWeight.Key(gain, SizeWeight.Of(option.Size, 2)), _floor.Claims[u].Rank, u));
        }

        order.Sort((a, b) => a.Key != b.Key ? b.Key.CompareTo(a.Key) : a.Rank.CompareTo(b.Rank));
        foreach (var (_, _, unit) in order)
            if (finder.FindAt(_choice[unit].Option, _choice[unit].Start) is { } package) allocation.Place(package);
        Greedy.Fill(allocation, quarters: 2);
        return allocation;
    }
}
