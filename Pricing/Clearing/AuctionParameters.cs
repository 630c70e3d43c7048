namespace Marketplace.Pricing;

/// <summary>
/// What a clearing depends on besides offers and units. It is part of the snapshot, so that a clearing can be repeated years later.
/// Work is limited by counts and never by a clock: the same snapshot gives the same bytes on any machine.
/// </summary>
public sealed record AuctionParameters
{
    /// <summary>How far a traded slot's price goes from the lowest fair one towards the lowest winning bid; 0 favours buyers.</summary>
    public BasisPoints SellerShare { get; init; }

    /// <summary>The exact search is tried for components of at most this many units.</summary>
    public int ExactUnits { get; init; } = 32;

    /// <summary>... and of at most this many placements.</summary>
    public int ExactPlacements { get; init; } = 5_000;

    /// <summary>
    /// Nodes after which the exact search gives up and the component's award is heuristic. All components of a market share twenty times as
    /// many.
    /// </summary>
    public int ExactNodes { get; init; } = 200_000;

    /// <summary>Components of at most this many units get several starts and <see cref="SearchIterations"/>.</summary>
    public int SearchUnits { get; init; } = 2_000;

    /// <summary>The most forced insertions in a small component, over all its runs.</summary>
    public int SearchIterations { get; init; } = 10_000;

    /// <summary>
    /// Forced insertions in all small components of a market together; in its larger ones, if it has u units, this many less u, if that is
    /// positive. They are shared out by units.
    /// </summary>
    public int WideIterations { get; init; } = 30_000;

    /// <summary>The version of the effective units behind the values.</summary>
    public string UnitVersion { get; init; } = ScuFormula.FormulaVersion;

    /// <summary>The version of the derate bands behind the pools.</summary>
    public string BandVersion { get; init; } = "1";
}
