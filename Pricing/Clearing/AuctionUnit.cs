using NodaTime;

namespace Marketplace.Pricing;

/// <summary>
/// What a bid, a part of a divisible bid or a group of bids that exclude each other comes down to: options, at most one of which is
/// awarded.
/// </summary>
public sealed record AuctionUnit
{
    /// <summary>The bid's id, or the group's.</summary>
    public required string Id { get; init; }

    /// <summary>The part of a divisible bid, from 0; 0 for a bid in one piece.</summary>
    public int Part { get; init; }

    /// <summary>The buyer.</summary>
    public required string Owner { get; init; }

    /// <summary>The most for one effective SCU-hour; it orders units whose claims are otherwise equal.</summary>
    public required UnitPrice Limit { get; init; }

    /// <summary>When the claim was made: of two equal ones the earlier wins.</summary>
    public required Instant PlacedAt { get; init; }

    public required IReadOnlyList<PackageOption> Options { get; init; }
}

/// <summary>One way to serve a unit: so many cards of a pool for so many slots in a row, somewhere in a window.</summary>
/// <param name="BidId">The bid that it serves; differs from the unit's id in a group.</param>
/// <param name="Pool">Where the cards come from.</param>
/// <param name="Cards">Whole cards, 1 to 65,535; offers with lots may hand over more.</param>
/// <param name="Slots">Hours in a row, 1 or more.</param>
/// <param name="Earliest">The first slot in which it may begin.</param>
/// <param name="Latest">The slot before which it must have ended.</param>
/// <param name="Work">The effective SCU-hours that the package is worth to this bid; what its price is held against.</param>
/// <param name="Value">The most that the buyer pays for the whole package.</param>
public sealed record PackageOption(
    string BidId, AuctionPool Pool, int Cards, int Slots, int Earliest, int Latest, StandardUnits Work, ExactAmount Value)
{
    /// <summary>The cards may come from several offers of the pool, in the same window, all or none.</summary>
    public bool Spread { get; init; }

    /// <summary>The bid refuses the extra cards of a lot.</summary>
    public bool ExactCards { get; init; }
}
