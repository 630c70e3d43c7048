using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>A pool of which something is for sale, at a glance.</summary>
public sealed record PoolSummary
{
    /// <summary>With fewer sellers, or fewer buyers, one of them may set the price alone.</summary>
    public const int Enough = 3;

    /// <summary>The days over which buyers are counted.</summary>
    public const int BuyerDays = 7;

    public required AuctionPool Pool { get; init; }

    /// <summary>Open offers that stand in it.</summary>
    public required int Offers { get; init; }

    /// <summary>The providers of these.</summary>
    public required int Sellers { get; init; }

    /// <summary>Tenants that were awarded some of it in auctions of the last seven days.</summary>
    public required int Buyers { get; init; }

    /// <summary>Cards that are free over the whole of the window that was asked for.</summary>
    public required CardCount Free { get; init; }

    /// <summary>Per card-hour, of offers with such a card; null: none is free.</summary>
    public required UnitPrice? LowestAsk { get; init; }

    /// <summary>What the last auction that sold some of it cleared at; null: none has.</summary>
    public required LastCleared? Last { get; init; }

    /// <summary>Fewer than three sellers or three buyers: read its prices with care.</summary>
    public bool Thin => Sellers < Enough || Buyers < Enough;
}

/// <summary>What an auction sold of a pool.</summary>
/// <param name="Price">Per card-hour, the mean over what was sold, by card-hours.</param>
public sealed record LastCleared(AuctionId AuctionId, Instant ClearedAt, UnitPrice Price);
