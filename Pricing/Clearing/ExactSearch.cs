namespace Marketplace.Pricing;

/// <summary>
/// Branch and bound over the units of a small floor: depth first, the units with the most to gain first, each at its placements in falling
/// gain at the multipliers' prices. A branch ends when what is gained so far, what is free at those prices and what the remaining units
/// could gain at best do not exceed the best awards known.
/// </summary>
internal sealed class ExactSearch
{
    private readonly Floor _floor;
    private readonly int _most;
    private readonly int[] _order;
    private readonly Move[][] _moves;
    private readonly bool[] _sameAsBefore; // an equal part of the same bid as the unit before: taking them in order loses nothing
    private readonly Int128[] _after; // what the units from here on could gain at best
    private readonly int[] _chosen;
    private readonly Allocation _now;
    private Package?[] _best;
    private Int128 _bestGain;

    private ExactSearch(Floor floor, IReadOnlyList<List<Package>> placements, Multipliers prices, Package?[] known, Int128 gain, int most)
    {
        (_floor, _most, _best, _bestGain, _now) = (floor, most, known, gain, new(floor));
        _order = [.. Enumerable.Range(0, floor.Units.Length)
            .OrderByDescending(u => prices.Reduced[u].Length == 0 ? 0 : Int128.Abs(prices.Reduced[u].Max())).ThenBy(u => u)];
        _moves = [.. _order.Select(u => placements[u].Zip(prices.Reduced[u], (package, reduced) => new Move(package, reduced))
            .OrderByDescending(m => m.Reduced).ToArray())];
        _sameAsBefore = new bool[_order.Length];
        _after = new Int128[_order.Length + 1];
        _chosen = new int[_order.Length];
        for (var i = _order.Length - 1; i >= 0; i--)
        {
            _after[i] = _after[i + 1] + (_moves[i].Length > 0 ? Int128.Max(0, _moves[i][0].Reduced) : 0);
            _sameAsBefore[i] = i > 0 && AreEqual(_order[i - 1], _order[i]);
        }
    }

    public int Nodes { get; private set; }

    /// <summary>The best awards, found from known ones.</summary>
    /// <param name="known">Awards to better.</param>
    /// <param name="most">Nodes after which it gives up.</param>
    /// <returns>The best awards it knows, whether nothing gains more, and what nothing exceeds; null: too many placements.</returns>
    public static (Package?[] Placed, bool IsExact, Int128 Bound)? Run(Floor floor, Allocation known, int mostPlacements, int most)
    {
        if (Placements.Of(floor, mostPlacements) is not { } placements) return null;
        var prices = Multipliers.Of(floor, placements, known.Gain);
        if (prices.Bound <= known.Gain) return (known.Placed, true, known.Gain);
        var search = new ExactSearch(floor, placements, prices, [.. known.Placed], known.Gain, most);
        search.Visit(0, prices.Capacity);
        var isExact = search.Nodes <= most;
        return (search._best, isExact, isExact ? search._bestGain : prices.Bound);
    }

    private void Visit(int depth, Int128 reduced)
    {
        if (_now.Gain > _bestGain) (_best, _bestGain) = ([.. _now.Placed], _now.Gain);
        if (depth == _order.Length || ++Nodes > _most) return;
        if (reduced + AtBest(depth) <= _bestGain) return;
        var moves = _moves[depth];
        for (var i = _sameAsBefore[depth] ? _chosen[depth - 1] : 0; i < moves.Length; i++)
        {
            if (reduced + moves[i].Reduced + _after[depth + 1] <= _bestGain) break;
            if (!_now.Fits(moves[i].Package)) continue;
            _now.Place(moves[i].Package);
            _chosen[depth] = i;
            Visit(depth + 1, reduced + moves[i].Reduced);
            _now.Remove(_order[depth]);
            if (Nodes > _most) return;
        }

        _chosen[depth] = moves.Length;
        if (reduced + _after[depth + 1] > _bestGain) Visit(depth + 1, reduced);
    }

    /// <summary>What the units from here on could gain at best with what is free now: closer than the sum made at the start.</summary>
    private Int128 AtBest(int depth)
    {
        var sum = Int128.Zero;
        for (var i = depth; i < _moves.Length; i++)
        {
            foreach (var move in _moves[i])
            {
                if (move.Reduced <= 0) break;
                if (!_now.Fits(move.Package)) continue;
                sum += move.Reduced;
                break;
            }
        }

        return sum;
    }

    private bool AreEqual(int left, int right)
    {
        var (a, b) = (_floor.FirstOption[left], _floor.FirstOption[right]);
        var count = _floor.FirstOption[left + 1] - a;
        if (_floor.FirstOption[right + 1] - b != count || _floor.Claims[left].Owner != _floor.Claims[right].Owner) return false;
        for (var i = 0; i < count; i++)
            if (_floor.Options[a + i] with { Unit = right } != _floor.Options[b + i]) return false;
        return true;
    }

    private readonly record struct Move(Package Package, Int128 Reduced);
}
