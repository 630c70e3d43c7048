namespace Marketplace.Pricing;

/// <summary>The awards of one component and how they were found.</summary>
internal sealed record Solution(Floor Floor, Package?[] Placed, Lane Lane, bool IsExact, Int128 Gain, Int128 Bound);

/// <summary>Clears one component: exactly where it is small enough, else by the best of several searches.</summary>
internal static class Solver
{
    // Ejection tries every loser at every offer: worth its time where both are few.
    private const int MostUnitsToEject = 200;

    private static readonly int[] Powers = [4, 2, 0];

    /// <param name="seed">The component's own, from the snapshot's hash.</param>
    public static Solution Solve(Floor floor, Effort effort, ulong seed, ParallelOptions parallel) =>
        floor.Units.Length <= effort.Parameters.SearchUnits ? Small(floor, effort, seed) : Large(floor, effort, seed, parallel);

    private static Solution Small(Floor floor, Effort effort, ulong seed)
    {
        var parameters = effort.Parameters;
        var starts = Starts(floor, effort, seed);
        var best = starts[0];
        var bound = Int128.MaxValue;
        if (floor.Units.Length <= parameters.ExactUnits
            && ExactSearch.Run(floor, best, parameters.ExactPlacements, effort.Nodes(floor)) is { } exact)
        {
            best = Of(floor, exact.Placed);
            if (exact.IsExact) return Tidy(best, Lane.Exact, true, exact.Bound, seed);
            starts[0] = best;
            bound = exact.Bound;
        }

        var different = starts.DistinctBy(s => s.Gain).Take(3).ToList();
        for (var i = 0; i < different.Count; i++)
        {
            var search = new LocalSearch(different[i], seed + (ulong)i);
            search.Insert(effort.Moves(floor) / different.Count, anneals: i == 0);
            if (different[i].Gain > best.Gain) best = different[i];
        }

        var (guided, clockBound) = PriceClock.Run(floor, places: true);
        if (guided!.Gain > best.Gain) best = guided;
        return Tidy(best, Lane.Search, false, Int128.Min(bound, clockBound), seed);
    }

    /// <summary>
    /// The best of several lanes. Which power of the size serves best depends on how scarce cards are, so more than one is tried. The
    /// clock's choices pay where packages are alike; its bound is wanted in any case.
    /// </summary>
    private static Solution Large(Floor floor, Effort effort, ulong seed, ParallelOptions parallel)
    {
        int[] powers = effort.IsWide ? [0, 2] : [0, 1, 2, 4];
        var places = !effort.IsWide || floor.Options.All(o => o.Size == 1);
        var lanes = new Allocation?[powers.Length + 1];
        var bound = Int128.Zero;
        Parallel.Invoke(
            parallel,
            [
                () => (lanes[^1], bound) = PriceClock.Run(floor, places),
                .. powers.Select((power, i) => new Action(() => lanes[i] = Greedy.Run(floor, power))),
            ]);
        var best = lanes.OfType<Allocation>().MaxBy(lane => lane.Gain)!; // of equal ones the first
        var lane = best == lanes[^1] ? Lane.Guided : Lane.Greedy;
        if (effort.WideMoves(floor) is > 0 and var moves) new LocalSearch(best, seed).Insert(moves, anneals: false);
        return new(floor, best.Placed, lane, best.Gain == bound, best.Gain, bound);
    }

    /// <summary>Greedy results by three powers of the size and, unless the market is wide, three start policies; the best first.</summary>
    private static List<Allocation> Starts(Floor floor, Effort effort, ulong seed)
    {
        var starts = new List<Allocation>();
        foreach (var power in Powers)
        {
            foreach (var policy in effort.IsWide ? [StartPolicy.Earliest] : Enum.GetValues<StartPolicy>())
            {
                var start = Greedy.Run(floor, power, policy);
                if (floor.Units.Length <= MostUnitsToEject) new LocalSearch(start, seed).Eject();
                starts.Add(start);
            }
        }

        return [.. starts.OrderByDescending(s => s.Gain)];
    }

    private static Solution Tidy(Allocation best, Lane lane, bool isExact, Int128 bound, ulong seed)
    {
        new LocalSearch(best, seed).Tidy();
        return new(best.Floor, best.Placed, lane, isExact || best.Gain == bound, best.Gain, bound);
    }

    private static Allocation Of(Floor floor, Package?[] placed)
    {
        var allocation = new Allocation(floor);
        foreach (var package in placed)
            if (package is not null) allocation.Place(package);
        return allocation;
    }
}
