namespace Marketplace.Pricing;

/// <summary>The board on which a card is sold and compared: AI by SCU, HPC by SCU-H, CPU by core-hours.</summary>
public enum Board
{
    Ai,
    Hpc,
    Cpu,
}

/// <summary>How well the figures of a card are known: the vendor's datasheet, a table by somebody else, or memory alone.</summary>
public enum Evidence
{
    Datasheet,
    Secondary,
    Memory,
}

/// <summary>
/// One accelerator or CPU socket model (or a slice of one) with its facts and its units, which are computed once, when it is made.
/// Immutable. A figure that is <c>null</c> is unknown; zero means not supported.
/// </summary>
public sealed class Card
{
    /// <summary>A card of those rates; what it is called and where they come from, the caller says.</summary>
    public Card(CardRates rates)
    {
        Rates = rates;
        ScuRating = ScuFormula.Scu(rates);
        ScuHRating = ScuFormula.ScuH(rates);
    }

    /// <summary>Our own stable name, lower case, for example <c>h100-sxm5-80gb</c>. Never reused for another card.</summary>
    public required string Id { get; init; }

    /// <summary>Which version of the figures this is: 1 as it was shipped or registered, and one more with every change.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The card of which this is a slice; <c>null</c>: it is a whole one.</summary>
    public string? SliceOf { get; init; }

    /// <summary>The maker, for example <c>NVIDIA</c>.</summary>
    public required string Vendor { get; init; }

    /// <summary>The maker's name for it, for example <c>H100 SXM5 80GB</c>.</summary>
    public required string Model { get; init; }

    /// <summary>Where it is listed. A card of the AI board may have SCU-H as well.</summary>
    public required Board Board { get; init; }

    /// <summary>How it is built in: SXM5, PCIe, OAM, module, a socket.</summary>
    public required string FormFactor { get; init; }

    /// <summary>Cores of a CPU socket, 1 or more; <c>null</c> for accelerators.</summary>
    public required int? Cores { get; init; }

    /// <summary>Device memory in GiB as the maker rounds it; for a CPU the configuration assumed. Zero: none but on-chip memory.</summary>
    public required int? MemoryGiB { get; init; }

    public CardRates Rates { get; }

    /// <summary>Link to the other cards of its node, GB/s, both directions together.</summary>
    public required double? LinkGBs { get; init; }

    /// <summary>Board power in watts.</summary>
    public required double? PowerWatts { get; init; }

    /// <summary>Year of introduction.</summary>
    public required int? Year { get; init; }

    /// <summary>Other names that it is sold under, as the registry spells them.</summary>
    public required IReadOnlyList<string> Aliases { get; init; }

    /// <summary>The evidence class of the row as a whole.</summary>
    public required Evidence Evidence { get; init; }

    /// <summary>Figures that no cited source carries (remembered, derived or scaled), by their column; <c>all</c> for the whole
    /// row.</summary>
    public required IReadOnlyList<string> Assumed { get; init; }

    /// <summary>Where the figures come from.</summary>
    public required string Source { get; init; }

    /// <summary>What is contradictory or uncertain about them; empty if nothing is known to be.</summary>
    public required string Doubts { get; init; }

    /// <summary>Standard Compute Units of one card; <c>null</c>: unrated, see <c>unratedReason</c>, sold by card-hour
    /// only.</summary>
    public StandardUnits? Scu => ScuRating.Units;

    /// <summary>SCU-H of one card; zero: not eligible for the HPC board (no 64-bit arithmetic); <c>null</c>: unrated.</summary>
    public StandardUnits? ScuH => ScuHRating.Units;

    /// <summary>Why there is no SCU; <c>null</c> if there is.</summary>
    public string? UnratedReason => ScuRating.Reason;

    /// <summary>The SCU with its terms, flags and formula version.</summary>
    public UnitRating ScuRating { get; }

    /// <summary>The SCU-H with its terms, flags and formula version.</summary>
    public UnitRating ScuHRating { get; }

    /// <summary>Whether that figure (a column of the registry, for example <c>fp8</c>) rests on no cited source.</summary>
    public bool IsAssumed(string figure) => Assumed.Any(assumed => assumed == "all" || assumed == figure);

    public override string ToString() => Id;
}
