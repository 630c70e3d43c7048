namespace Marketplace.Pricing;

/// <summary>
/// The call auction: from a snapshot of offers and units to awards, prices and payments. It maximises gains from trade (values less asks),
/// gives every pool one price per slot, and settles each package so that no buyer pays above its bid and no seller gets less than its ask.
/// </summary>
/// <remarks>docs/clearing.md explains it to people who trade.</remarks>
public static class Clearing
{
    /// <summary>The version of the algorithm; it changes with any change that could award a snapshot otherwise.</summary>
    public const string Version = "1";

    /// <summary>Clears a snapshot.</summary>
    /// <param name="threads">How many threads may work at once; the result is the same for any number. 0: as many as the machine
    /// has.</param>
    public static AuctionResult Clear(AuctionSnapshot snapshot, int threads = 0)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads > 0 ? threads : Environment.ProcessorCount };
        var floor = Floor.Of(snapshot);
        var hopes = Prune.Of(floor, parallel);
        var solutions = Solve(snapshot, floor, hopes, parallel);
        var placed = OnWholeFloor(floor, solutions);
        var free = LeftFree(floor, placed);
        var prices = Prices(snapshot, floor, hopes, placed, free, parallel);
        var awards = new List<Award>();
        foreach (var package in placed)
            if (package is not null) awards.Add(Settlement.Of(snapshot, floor, package, prices[floor.Options[package.Option].Pool]));
        return new(
            snapshot, awards, Losers.Of(floor, hopes, placed, prices, parallel),
            [.. prices.Select((p, i) => Published(snapshot, i, p))],
            [.. solutions.Select(s => new ComponentReport(s.Floor.Pools, s.Floor.Units.Length, s.Lane, s.IsExact, s.Gain, s.Bound))],
            Pruned(floor, hopes));
    }

    private static Solution[] Solve(AuctionSnapshot snapshot, Floor floor, Hope[] hopes, ParallelOptions parallel)
    {
        var parts = Components.Of(floor, [.. hopes.Select(h => h == Hope.Gain)]);
        var seed = Convert.ToUInt64(snapshot.Hash[..16], 16);
        var effort = new Effort(snapshot.Parameters, parts.Sum(p => p.Units.Length));
        var solutions = new Solution[parts.Count];
        Parallel.For(0, parts.Count, parallel, i =>
            solutions[i] = Solver.Solve(parts[i], effort, new SplitMix64(seed ^ (ulong)parts[i].Pools[0]).Next(), parallel));
        return solutions;
    }

    /// <summary>Each unit's package with the numbers of the whole floor.</summary>
    private static Package?[] OnWholeFloor(Floor floor, Solution[] solutions)
    {
        var offers = new int[floor.Offers.Length];
        for (var o = 0; o < offers.Length; o++) offers[floor.Offers[o].Global] = o;
        var placed = new Package?[floor.Units.Length];
        foreach (var (part, packages) in solutions.Select(s => (s.Floor, s.Placed)))
        {
            for (var u = 0; u < packages.Length; u++)
            {
                if (packages[u] is not { } package) continue;
                placed[part.Units[u]] = package with
                {
                    Option = floor.FirstOption[part.Units[u]] + part.Options[package.Option].Number,
                    Parts = [.. package.Parts.Select(p => p with { Offer = offers[part.Offers[p.Offer].Global] })],
                };
            }
        }

        return placed;
    }

    /// <summary>
    /// What is for sale still. This is also where it is made sure, whatever the searches did, that nothing is sold twice and that cards
    /// have their rest.
    /// </summary>
    private static ushort[] LeftFree(Floor floor, Package?[] placed)
    {
        var left = new Allocation(floor);
        foreach (var package in placed.OfType<Package>())
        {
            if (!left.Fits(package)) throw new InvalidOperationException($"{package} does not fit beside the packages before it");
            left.Place(package);
        }

        return left.Free;
    }

    private static PriceRule[] Prices(
        AuctionSnapshot snapshot, Floor floor, Hope[] hopes, Package?[] placed, ushort[] free, ParallelOptions parallel)
    {
        var packages = placed.OfType<Package>().ToLookup(p => floor.Options[p.Option].Pool);
        var losers = Enumerable.Range(0, floor.Options.Length)
            .Where(k => hopes[k] == Hope.Gain && placed[floor.Options[k].Unit] is null).ToLookup(k => floor.Options[k].Pool);
        var prices = new PriceRule[floor.Pools.Length];
        Parallel.For(0, prices.Length, parallel, pool =>
        {
            var rule = prices[pool] = new(floor, pool, [.. packages[pool]], free);
            rule.RaiseFor(losers[pool]
                .OrderByDescending(k => PriceRule.ValuePerCardHour(floor.Options[k], floor.Options[k].Cards))
                .ThenBy(k => snapshot.Units[floor.Options[k].Unit].PlacedAt).ThenBy(k => k));
            rule.Share(snapshot.Parameters.SellerShare);
        });
        return prices;
    }

    private static PoolPrices Published(AuctionSnapshot snapshot, int pool, PriceRule prices)
    {
        var slots = new SlotPrice[snapshot.Slots];
        for (var t = 0; t < slots.Length; t++)
        {
            var state = prices.States[t];
            slots[t] = new(state, state == SlotState.Closed ? null : new UnitPrice(prices.Price[t], snapshot.Currency));
        }

        return new(snapshot.Pools[pool], slots);
    }

    private static PruneReport Pruned(Floor floor, Hope[] hopes)
    {
        var units = 0;
        for (var u = 0; u < floor.Units.Length; u++)
            if (!hopes.AsSpan(floor.FirstOption[u]..floor.FirstOption[u + 1]).Contains(Hope.Gain)) units++;
        return new(hopes.Length, hopes.Count(h => h == Hope.NoOffer), hopes.Count(h => h == Hope.NoGain), units);
    }
}
