using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// Why a bid, or a part of it, got nothing in its last auction, and what would have helped; for a bid that has been in none since it was
/// placed or changed, how it would fare if the auction were now and nobody else bid. Other buyers are never named.
/// </summary>
public sealed record BidExplanation
{
    public required BidId BidId { get; init; }

    /// <summary>The auction that it lost in; null: there was none, this is as of now.</summary>
    public AuctionId? AuctionId { get; init; }

    /// <summary>That auction's number.</summary>
    public long? Auction { get; init; }

    /// <summary>The beginning of what that auction sold, or would sell now.</summary>
    public required Instant Gate { get; init; }

    /// <summary>Why, in one word; null: it would match now, and <see cref="WouldGet"/> says where.</summary>
    public LossClass? Class { get; init; }

    /// <summary>Where it would be served if the auction were now and nobody else bid.</summary>
    public BidPlace? WouldGet { get; init; }

    /// <summary>Of the market's offers, how many each constraint kept out.</summary>
    public IReadOnlyList<Exclusion> Excluded { get; init; } = [];

    /// <summary>Offers that could have carried it within its limit, had nobody else been there.</summary>
    public int Carriers { get; init; }

    /// <summary>The cheapest it could have been served at these prices, whether or not there is room; null if nobody could.</summary>
    public BidPlace? Needed { get; init; }

    /// <summary>The cheapest it could be served with what is left free; null if there is no room.</summary>
    public BidPlace? NeededNow { get; init; }

    /// <summary>The smallest single change with which it would match what is left free; null if none does.</summary>
    public BidAdvice? Nearest { get; init; }

    /// <summary>Packages that hold cards of those carriers within its window.</summary>
    public int InTheWay { get; init; }

    /// <summary>The least any of those is worth per card-hour.</summary>
    public UnitPrice? CheapestInTheWay { get; init; }

    /// <summary>Pools that would do but were left out, since a bid is held against eight at most.</summary>
    public IReadOnlyList<AuctionPool> PoolsCut { get; init; } = [];

    /// <summary>The lowest limit that would have won, all else as it was; given on request, null if 64 times the bid's does not.</summary>
    public UnitPrice? CriticalLimit { get; init; }
}

/// <summary>A place for a bid and what it costs there.</summary>
/// <param name="Pool">Where.</param>
/// <param name="From">When it would begin.</param>
/// <param name="Cards">How many cards, lots rounded up.</param>
/// <param name="PerCardHour">Of the cards asked for, rounded up to the nano.</param>
/// <param name="PerUnitHour">Per unit-hour of the limit, rounded up to the nano.</param>
public sealed record BidPlace(AuctionPool Pool, Instant From, int Cards, UnitPrice PerCardHour, UnitPrice PerUnitHour)
{
    internal static BidPlace? Of(NeededPrice? price, Instant gate) => price is null
        ? null
        : new(price.Pool, gate + Duration.FromHours(price.Start), price.Cards, price.PerCardHour, price.PerUnitHour);
}

/// <summary>A change with which a bid would match.</summary>
/// <param name="Change">What to change.</param>
/// <param name="By">Hours for a window, cards for half of them; 0 otherwise.</param>
/// <param name="Limit">The limit, where that is the change.</param>
/// <param name="Match">Where it would match, and what it would pay.</param>
public sealed record BidAdvice(Change Change, long By, UnitPrice? Limit, BidPlace Match)
{
    internal static BidAdvice? Of(NearestMiss? miss, Instant gate, Currency currency)
    {
        if (miss is null) return null;
        var isLimit = miss.Change == Change.HigherLimit;
        return new(miss.Change, isLimit ? 0 : miss.By, isLimit ? new(miss.By, currency) : null, BidPlace.Of(miss.Match, gate)!);
    }
}

/// <summary>Why cards of an offer stayed free in the last auction that it was in.</summary>
/// <param name="OfferId">The offer.</param>
/// <param name="AuctionId">The auction.</param>
/// <param name="Auction">Its number.</param>
/// <param name="SoldCardHours">What it sold of the offer.</param>
/// <param name="FreeHours">Hours in which cards stayed free.</param>
/// <param name="AbovePrice">Of those, the ones in which its pool was traded below its ask.</param>
/// <param name="RestingHours">Hours in which not all cards were used, but none could be sold, because they rest between leases.</param>
/// <param name="Fitting">Wishes that got nothing and that its lot, durations and free cards could have carried, whatever they pay.</param>
/// <param name="WouldHaveSoldAt">The highest ask per card-hour at which one of those would have bought; null if none fits.</param>
public sealed record OfferUnsold(
    OfferId OfferId, AuctionId AuctionId, long Auction, long SoldCardHours, int FreeHours, int AbovePrice, int RestingHours,
    int Fitting, UnitPrice? WouldHaveSoldAt);
