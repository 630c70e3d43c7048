namespace Marketplace.Pricing;

/// <summary>
/// How much work each component may cost. The market's whole budget is shared out by units, so that a market of many components takes no
/// longer than one of the same size in one piece. Counts alone decide, never a clock.
/// </summary>
/// <param name="Parameters">The auction's.</param>
/// <param name="Units">Units of all components together.</param>
internal sealed record Effort(AuctionParameters Parameters, int Units)
{
    // Above this many units two lanes and few starts have to do: that is what two threads get done in about a second.
    private const int MostUnitsForAllLanes = 20_000;

    // Node budgets of this many components may be used up in one market.
    private const int HardComponents = 20;

    public bool IsWide => Units > MostUnitsForAllLanes;

    public int Nodes(Floor floor) => (int)Math.Min(Parameters.ExactNodes, Share(floor, (long)HardComponents * Parameters.ExactNodes));

    /// <summary>Moves of the search of a small component.</summary>
    public int Moves(Floor floor) => (int)Math.Min(Parameters.SearchIterations, Share(floor, Parameters.WideIterations));

    /// <summary>
    /// Moves after the lanes of a large component: fewer where pools are large, since a move looks at the offers of its pool.
    /// </summary>
    public int WideMoves(Floor floor)
    {
        var offers = Enumerable.Range(0, floor.Pools.Length).Max(p => floor.FirstOffer[p + 1] - floor.FirstOffer[p]);
        return (int)(Share(floor, Math.Max(0, Parameters.WideIterations - Units)) / Math.Max(1, offers / 100));
    }

    private long Share(Floor floor, long of) => of * floor.Units.Length / Units;
}
