using System.Text.Json.Serialization;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// How an award came about, to the nano. Its buyer and the market's accountants see all of it; a seller sees the market's figures and its
/// own line. It is written when the award is made and never changes.
/// </summary>
public sealed record AwardReceipt
{
    public required AwardId AwardId { get; init; }

    public required AuctionId AuctionId { get; init; }

    /// <summary>The auction's number.</summary>
    public required long Auction { get; init; }

    /// <summary>The hash of the snapshot: whoever has its bytes can clear it again.</summary>
    public required string InputHash { get; init; }

    /// <summary>The hash of the result: clearing again must give it.</summary>
    public required string ResultHash { get; init; }

    public required string AlgorithmVersion { get; init; }

    public required string UnitVersion { get; init; }

    public required string BandVersion { get; init; }

    /// <summary>Which search found it.</summary>
    public required Lane Lane { get; init; }

    /// <summary>Proven: nothing gains more than its part of the market does.</summary>
    public required bool IsExact { get; init; }

    /// <summary>What its part of the market gains, in the currency.</summary>
    public required string ComponentGain { get; init; }

    /// <summary>What its part of the market cannot gain more than, in the currency.</summary>
    public required string ComponentBound { get; init; }

    /// <summary>Null for a seller, and so are bid and saving: what a buyer would have paid is its own affair.</summary>
    public BidId? BidId { get; init; }

    /// <summary>The part of a divisible bid that was served, from 0.</summary>
    public int Part { get; init; }

    public required AuctionPool Pool { get; init; }

    public required Instant From { get; init; }

    public required Instant Until { get; init; }

    /// <summary>The pool's price in each hour of the window, per card-hour.</summary>
    public required IReadOnlyList<UnitPrice> Prices { get; init; }

    public required SettlementClass Class { get; init; }

    /// <summary>The cards at the pool's prices.</summary>
    public required ExactAmount AtPrice { get; init; }

    /// <summary>Pay less that: above zero a supplement for its own dear sellers, below zero a discount down to the bid.</summary>
    public required ExactAmount Difference { get; init; }

    /// <summary>What the package costs: at most the bid, at least what its sellers ask.</summary>
    public required ExactAmount Pay { get; init; }

    /// <summary>The most that the bid would have paid.</summary>
    public ExactAmount? Bid { get; init; }

    /// <summary>Bid less pay.</summary>
    public ExactAmount? Saving { get; init; }

    /// <summary>What each seller hands over and gets, one lease each.</summary>
    public required IReadOnlyList<AwardLine> Lines { get; init; }

    public required Instant AwardedAt { get; init; }
}

/// <summary>
/// A seller's part of an award. A lease has one price per card-hour: the pay over its card-hours, rounded down. What that leaves stays with
/// the buyer, less than a nano for each card-hour.
/// </summary>
/// <param name="Seller">A name for the offer that holds in this auction alone.</param>
/// <param name="Cards">Whole lots.</param>
/// <param name="Pay">What the clearing gives the seller, before commission.</param>
/// <param name="Price">The lease's price per card-hour.</param>
/// <param name="Residue">Pay less price x cards x hours; it is not charged.</param>
public sealed record AwardLine(string Seller, int Cards, ExactAmount Pay, UnitPrice Price, ExactAmount Residue)
{
    /// <summary>The offer; null where it is not told.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OfferId? OfferId { get; init; }

    /// <summary>The lease that it became.</summary>
    public LeaseId? LeaseId { get; init; }
}
