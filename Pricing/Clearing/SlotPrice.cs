namespace Marketplace.Pricing;

/// <summary>What a slot's price means.</summary>
public enum SlotState
{
    /// <summary>Nothing was for sale: there is no price.</summary>
    Closed,

    /// <summary>
    /// Nothing was traded: the price is the lowest ask that still has a card for sale; where all cards rest between packages, the lowest
    /// ask that had one.
    /// </summary>
    Indicative,

    /// <summary>Packages hold the slot, and the price is theirs.</summary>
    Traded,
}

/// <summary>A pool's price in one slot, per card-hour; null where the slot is closed.</summary>
public readonly record struct SlotPrice(SlotState State, UnitPrice? Price);

/// <summary>A pool's prices, one for each slot of the auction.</summary>
public sealed record PoolPrices(AuctionPool Pool, IReadOnlyList<SlotPrice> Slots);
