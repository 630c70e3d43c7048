namespace Marketplace.Pricing;

/// <summary>
/// Serves units by gain over a power of their size, the largest first. Keys only fall as cards go, so a unit is looked at again when it
/// comes to the top and placed if it is still there.
/// </summary>
internal static class Greedy
{
    /// <param name="quarters">The power of the size in quarters: 0 serves the largest gain first, 4 the largest gain per card-hour.</param>
    public static Allocation Run(Floor floor, int quarters, StartPolicy policy = StartPolicy.Earliest)
    {
        var allocation = new Allocation(floor);
        Fill(allocation, quarters, policy);
        return allocation;
    }

    /// <summary>Adds units that have no package yet until none fits.</summary>
    public static void Fill(Allocation allocation, int quarters, StartPolicy policy = StartPolicy.Earliest)
    {
        var floor = allocation.Floor;
        var weights = new ulong[floor.Options.Length];
        for (var k = 0; k < weights.Length; k++) weights[k] = SizeWeight.Of(floor.Options[k].Size, quarters);
        var queue = new PriorityQueue<int, Turn>(floor.Units.Length);
        for (var u = 0; u < floor.Units.Length; u++)
        {
            var key = allocation.Placed[u] is null ? Hope(floor, u, weights) : 0;
            if (key > 0) queue.Enqueue(u, new(key, floor.Claims[u].Rank));
        }

        var finder = new Finder(floor, allocation.Free, onlyShrinks: true) { Policy = policy };
        var known = new Package?[floor.Units.Length];
        while (queue.TryDequeue(out var unit, out var turn))
        {
            var package = known[unit];
            // Free cards only shrink, so a best package that still fits is still the best, and its key is the one it waited with.
            if (package is null || !allocation.Fits(package))
            {
                package = known[unit] = finder.Find(unit);
                if (package is null) continue;
                var real = new Turn(SizeWeight.Key(package.Gain, weights[package.Option]), turn.Rank);
                if (queue.TryPeek(out _, out var next) && next.CompareTo(real) < 0)
                {
                    queue.Enqueue(unit, real);
                    continue;
                }
            }

            allocation.Place(package);
        }
    }

    /// <summary>The key that the unit would have if the cheapest offer of each pool had room.</summary>
    private static ulong Hope(Floor floor, int unit, ulong[] weights)
    {
        var best = 0UL;
        for (var k = floor.FirstOption[unit]; k < floor.FirstOption[unit + 1]; k++)
        {
            ref readonly var option = ref floor.Options[k];
            var cheapest = floor.FirstOffer[option.Pool];
            if (cheapest == floor.FirstOffer[option.Pool + 1]) continue;
            var gain = option.GainOver(floor.Offers[cheapest].Ask, option.Cards);
            if (gain > 0) best = Math.Max(best, SizeWeight.Key(gain, weights[k]));
        }

        return best;
    }

    /// <summary>The larger key first, then the better claim.</summary>
    private readonly record struct Turn(ulong Key, int Rank) : IComparable<Turn>
    {
        public int CompareTo(Turn other) => Key != other.Key ? other.Key.CompareTo(Key) : Rank.CompareTo(other.Rank);
    }
}
