namespace Marketplace.Contracts;

/// <summary>
/// A bid found nothing within its limit when it was placed and waits. Matching is tried once more after the commit, so that a bid and an
/// offer that were written side by side still meet.
/// </summary>
public sealed record BidRested(BidId BidId);
