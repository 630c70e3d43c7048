using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// What a provider may change of an offer; what is left out stays. What buyers have relied on when they leased (how the cards stand
/// together, where the data stays, interruption and its notice, the time to drain) is what the offer is: another one needs another offer.
/// </summary>
public sealed record OfferChange(UnitPrice? Ask = null, CardCount? Cards = null, Instant? AvailableUntil = null)
{
    public CardCount? Lot { get; init; }

    public long? MinMinutes { get; init; }

    /// <summary>The longest a lease can be at all, 527,040 minutes, lifts the limit.</summary>
    public long? MaxMinutes { get; init; }

    /// <summary>The longest a lease can be at all, 527,040 minutes, lifts the limit.</summary>
    public long? RentNowMaxMinutes { get; init; }

    /// <summary>The ask itself, or less, lifts it.</summary>
    public UnitPrice? RentNowAsk { get; init; }

    public bool? FollowsCleared { get; init; }

    public bool? InAuction { get; init; }
}
