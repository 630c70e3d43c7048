namespace Marketplace.Pricing;

/// <summary>What the seller of cards that stayed free is told.</summary>
/// <param name="FreeSlots">Slots in which it still has cards for sale.</param>
/// <param name="AbovePrice">Of those, the ones in which the pool was traded at a price below its ask.</param>
/// <param name="RestingSlots">Slots in which cards were for sale and nobody uses all of them, but what is left has to rest, there or before
/// a package that follows.</param>
/// <param name="Fitting">Losing options that its lot, durations and free cards could have carried, whatever they pay.</param>
/// <param name="WouldHaveSoldAt">The highest ask per card-hour at which one of those would have gained; null if none fits.</param>
public sealed record UnsoldOffer(int FreeSlots, int AbovePrice, int RestingSlots, int Fitting, UnitPrice? WouldHaveSoldAt);
