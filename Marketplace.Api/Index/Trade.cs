using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>How a trade came about.</summary>
public enum TradeOrigin
{
    /// <summary>A quote was accepted: the ask was paid.</summary>
    Quote,

    /// <summary>A bid met an offer: the ask was paid.</summary>
    Bid,

    /// <summary>
    /// An auction's package at the uniform price; a package with a supplement, or one that paid its bid, is no trade here.
    /// </summary>
    Auction,
}

/// <summary>A lease as the index sees it: priced in the unit of its board on the day (UTC) on which it was agreed.</summary>
internal sealed record Trade
{
    public LeaseId LeaseId { get; init; }

    public TradeOrigin Origin { get; init; }

    public Board Board { get; init; }

    public GangTier Tier { get; init; }

    /// <summary>In lower case: the market does not tell regions apart by case.</summary>
    public required string Region { get; init; }

    public Currency Currency { get; init; } = Currency.Cny;

    public OrganisationId SellerId { get; init; }

    public OrganisationId BuyerId { get; init; }

    public required string Card { get; init; }

    public long PriceNanos { get; init; }

    public long Volume { get; init; }

    public ClearedTrade Cleared => new(LeaseId.Value, SellerId.Value, BuyerId.Value, new(PriceNanos, Currency), new(Volume));
}
