namespace Marketplace.Contracts;

/// <summary>An offer was published, lowered, enlarged or freed: resting bids may fit now.</summary>
public sealed record CapacityOpened(OfferId OfferId);
