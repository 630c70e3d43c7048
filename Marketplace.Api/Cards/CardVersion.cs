using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>A card's figures as they once were or are.</summary>
/// <param name="Card">The card at that version, with its units.</param>
/// <param name="Reason">Why this version was made; empty for what shipped.</param>
/// <param name="CreatedAt">When it was made; null: it ships with the product.</param>
public sealed record CardVersion(Card Card, string Reason, Instant? CreatedAt)
{
    public int Version => Card.Version;
}
