namespace Marketplace.Pricing;

/// <summary>How much must stand together: prices of one card and of a cluster are different goods.</summary>
public enum GangTier
{
    /// <summary>One card, or a part of one.</summary>
    SingleCard,

    /// <summary>More than one card, up to the eight of one server.</summary>
    Node,

    /// <summary>More than one server.</summary>
    MultiNode,
}

/// <summary>The tier of a trade.</summary>
public static class GangTiers
{
    /// <summary>The most cards of one server.</summary>
    public const int CardsPerNode = 8;

    /// <summary>Derived from how many cards were leased, because offers do not state their tier.</summary>
    public static GangTier Of(CardCount cards) =>
        cards <= CardCount.Of(1) ? GangTier.SingleCard : cards <= CardCount.Of(CardsPerNode) ? GangTier.Node : GangTier.MultiNode;
}
