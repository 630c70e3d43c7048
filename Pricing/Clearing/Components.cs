namespace Marketplace.Pricing;

/// <summary>
/// Cuts a floor into parts that cannot touch each other: no unit of one has an option in a pool of another. Each is cleared alone.
/// </summary>
internal static class Components
{
    /// <summary>The parts in the order of their first pool, each with all its pools and the units that may be awarded there.</summary>
    /// <param name="keep">Of each option, whether it may be awarded.</param>
    public static IReadOnlyList<Floor> Of(Floor floor, bool[] keep)
    {
        var parent = Enumerable.Range(0, floor.Pools.Length).ToArray();
        var home = new int[floor.Units.Length];
        for (var u = 0; u < home.Length; u++)
        {
            home[u] = -1;
            for (var k = floor.FirstOption[u]; k < floor.FirstOption[u + 1]; k++)
            {
                if (!keep[k]) continue;
                var pool = Root(parent, floor.Options[k].Pool);
                if (home[u] < 0) home[u] = pool;
                var (low, high) = (Math.Min(pool, Root(parent, home[u])), Math.Max(pool, Root(parent, home[u])));
                parent[high] = low; // the root is the first pool, whatever the order of the units
            }
        }

        var pools = Enumerable.Range(0, parent.Length).GroupBy(p => Root(parent, p)).ToList();
        var units = Enumerable.Range(0, home.Length).Where(u => home[u] >= 0).ToLookup(u => Root(parent, home[u]));
        return [.. pools.Where(g => units.Contains(g.Key)).Select(g => floor.Part([.. g], [.. units[g.Key]], keep))];
    }

    private static int Root(int[] parent, int pool)
    {
        while (parent[pool] != pool) pool = parent[pool] = parent[parent[pool]];
        return pool;
    }
}
