namespace Marketplace;

/// <summary>The points of an auction after which a host may die; wherever it does, another goes on to the same result.</summary>
public enum AuctionStep
{
    /// <summary>The gate has its number and holds the market's next one.</summary>
    Numbered,
    OffersGated,
    BidsGated,

    /// <summary>The snapshot is made.</summary>
    Read,
    Journaled,

    /// <summary>The gate is committed: from here on the auction will be held, by whatever host.</summary>
    Gated,

    /// <summary>The result is known, to this host alone.</summary>
    Cleared,

    /// <summary>The commit has the auction's row.</summary>
    Claimed,

    /// <summary>Awards are written, cards taken, leases made.</summary>
    Awarded,

    /// <summary>The bids are what became of them.</summary>
    Settled,

    /// <summary>Losses and prices are written.</summary>
    Published,

    /// <summary>Offers and bids are anybody's again.</summary>
    Opened,

    /// <summary>What happened is told.</summary>
    Said,
    Committed,
}
