using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>What was agreed, whichever way it came about: cards of one offer, for one buyer, over one window, at one price.</summary>
/// <param name="Offer">Whose cards; they were just taken from its calendar in this session.</param>
/// <param name="Buyer">Who holds them.</param>
/// <param name="Cards">How many.</param>
/// <param name="From">The window [From, Until).</param>
/// <param name="Until">The end of the window.</param>
/// <param name="Price">Per card-hour.</param>
/// <param name="Commission">The market's share in basis points.</param>
internal sealed record Sale(
    Offer Offer, OrganisationId Buyer, CardCount Cards, Instant From, Instant Until, UnitPrice Price, int Commission)
{
    /// <summary>The buyer's own name for it.</summary>
    public string? Reference { get; init; }

    /// <summary>The posted bid that took the ask.</summary>
    public BidId? BidId { get; init; }

    /// <summary>The quote that was accepted.</summary>
    public QuoteId? QuoteId { get; init; }

    /// <summary>The auction's award that this is, or is a part of.</summary>
    public AwardId? AwardId { get; init; }

    /// <summary>How the trade counts for the price index; null: it does not.</summary>
    public TradeOrigin? Origin { get; init; }
}
