using System.Numerics;
using System.Runtime.InteropServices;

namespace Marketplace.Pricing;

/// <summary>Where the free start of a window is looked for first.</summary>
internal enum StartPolicy
{
    Earliest,
    Latest,

    /// <summary>In the shortest stretch of slots that can hold it, so that long stretches stay long.</summary>
    Tightest,
}

/// <summary>Questions about one offer's cards over a window of slots.</summary>
internal static class Windows
{
    /// <summary>
    /// A start in [earliest, latest - slots] from which that many cards are free for that many slots; -1 if there is none.
    /// </summary>
    public static int Find(ReadOnlySpan<ushort> row, int cards, int slots, int earliest, int latest, StartPolicy policy) => policy switch
    {
        StartPolicy.Earliest => Earliest(row, cards, slots, earliest, latest),
        StartPolicy.Latest => Latest(row, cards, slots, earliest, latest),
        _ => Tightest(row, cards, slots, earliest, latest),
    };

    public static bool Holds(ReadOnlySpan<ushort> row, int cards, int start, int slots) =>
        cards <= ushort.MaxValue && !row.Slice(start, slots).ContainsAnyInRange((ushort)0, (ushort)(cards - 1));

    /// <summary>The fewest free cards in the window.</summary>
    public static int Min(ReadOnlySpan<ushort> window)
    {
        var min = ushort.MaxValue;
        if (window.Length >= Vector<ushort>.Count)
        {
            var vectors = MemoryMarshal.Cast<ushort, Vector<ushort>>(window);
            var lowest = vectors[0];
            foreach (var vector in vectors) lowest = Vector.Min(lowest, vector);
            for (var i = 0; i < Vector<ushort>.Count; i++) min = Math.Min(min, lowest[i]);
            window = window[(vectors.Length * Vector<ushort>.Count)..];
        }

        foreach (var free in window) min = Math.Min(min, free);
        return min;
    }

    /// <summary>
    /// Fills in how many cards can be sold in each slot: as many as are free in it and in each slot of the drain time behind it.
    /// </summary>
    /// <param name="calendar">Free cards from the first of those slots to the drain time behind the last, or further.</param>
    public static void ForSale(ReadOnlySpan<ushort> calendar, int drain, Span<ushort> row)
    {
        calendar[..row.Length].CopyTo(row);
        for (var behind = 1; behind <= drain; behind++) Lower(row, calendar.Slice(behind, row.Length));
    }

    private static void Lower(Span<ushort> row, ReadOnlySpan<ushort> to)
    {
        var vectors = MemoryMarshal.Cast<ushort, Vector<ushort>>(row);
        var others = MemoryMarshal.Cast<ushort, Vector<ushort>>(to);
        for (var i = 0; i < vectors.Length; i++) vectors[i] = Vector.Min(vectors[i], others[i]);
        for (var i = vectors.Length * Vector<ushort>.Count; i < row.Length; i++) row[i] = Math.Min(row[i], to[i]);
    }

    /// <summary>Looks at a window from its end: the last slot with too few cards tells where the next window can begin.</summary>
    private static int Earliest(ReadOnlySpan<ushort> row, int cards, int slots, int earliest, int latest)
    {
        if (cards > ushort.MaxValue) return -1;
        var few = (ushort)(cards - 1);
        for (int start = earliest, known = earliest; start + slots <= latest;)
        {
            var end = start + slots;
            var at = row[known..end].LastIndexOfAnyInRange((ushort)0, few);
            if (at < 0) return start;
            start = known + at + 1;
            known = end; // from the new start to the old end there is room
        }

        return -1;
    }

    private static int Latest(ReadOnlySpan<ushort> row, int cards, int slots, int earliest, int latest)
    {
        if (cards > ushort.MaxValue) return -1;
        var few = (ushort)(cards - 1);
        for (int end = latest, known = latest; end - slots >= earliest;)
        {
            var start = end - slots;
            var at = row[start..known].IndexOfAnyInRange((ushort)0, few);
            if (at < 0) return start;
            end = start + at;
            known = start;
        }

        return -1;
    }

    private static int Tightest(ReadOnlySpan<ushort> row, int cards, int slots, int earliest, int latest)
    {
        int best = -1, length = int.MaxValue;
        for (var from = earliest; from + slots <= latest;)
        {
            if (row[from] < cards)
            {
                from++;
                continue;
            }

            var until = from + 1;
            while (until < row.Length && row[until] >= cards) until++;
            var begin = from;
            while (begin > 0 && row[begin - 1] >= cards) begin--;
            if (Math.Min(until, latest) - from >= slots && until - begin < length) (best, length) = (from, until - begin);
            from = until;
        }

        return best;
    }
}
