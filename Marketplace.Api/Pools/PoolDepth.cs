using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>Cards at one price.</summary>
/// <param name="Price">Per card-hour: an ask, or the most that a bid would pay.</param>
/// <param name="Cards">At this price.</param>
/// <param name="Total">At this price or a better one for the other side; 2147483.647 stands for that many or more.</param>
/// <param name="Orders">Offers, or bids.</param>
public sealed record PoolLevel(UnitPrice Price, CardCount Cards, CardCount Total, int Orders);

/// <summary>
/// What was bid for in the last auction that cleared, by what a card-hour was worth: of a bid with a choice of pools its whole wish stands
/// in each of them. Whose bids they were is nobody's business, and what is bid now nobody knows before it clears.
/// </summary>
public sealed record PoolDemand(AuctionId AuctionId, Instant ClearedAt, IReadOnlyList<PoolLevel> Levels);

/// <summary>How much of a pool is to be had at which price over a window, and what was last bid for it.</summary>
/// <param name="Asks">Of cards that are free over the whole window, cheapest first. How long an offer sells at least or at most is not
/// looked at.</param>
/// <param name="Demand">Dearest first; null: no auction has cleared yet.</param>
public sealed record PoolDepth(AuctionPool Pool, Instant From, Instant Until, IReadOnlyList<PoolLevel> Asks, PoolDemand? Demand)
{
    /// <summary>The ladder of some offers of one pool and currency, with the cards free over the window.</summary>
    internal static IReadOnlyList<PoolLevel> Ladder(IEnumerable<Offer> offers)
    {
        var levels = offers.Select(o => (o.Ask, Cards: Sellable(o))).Where(o => o.Cards.Millis > 0).GroupBy(o => o.Ask)
            .OrderBy(level => level.Key.Nanos)
            .Select(level => (level.Key, Cards: level.Aggregate(default(CardCount), (sum, o) => Sum(sum, o.Cards)), Orders: level.Count()));
        return Totalled(levels);
    }

    /// <summary>What the bids of a snapshot wanted of a pool, in a window that overlaps.</summary>
    internal static IReadOnlyList<PoolLevel> Wanted(AuctionSnapshot snapshot, AuctionPool pool, Instant from, Instant until)
    {
        // Of each unit its dearest option here: the others are the same work in other shapes.
        var wishes = snapshot.Units
            .Select(u => u.Options.Where(o => o.Pool == pool && Overlaps(o)).Select(o => (Worth: Worth(o), o.Cards)).DefaultIfEmpty().Max())
            .Where(wish => wish.Cards > 0);
        var levels = wishes.GroupBy(wish => wish.Worth).OrderByDescending(level => level.Key)
            .Select(level => (
                new UnitPrice(level.Key, snapshot.Currency), CardCount.Of((int)Math.Min(CardCount.MaxCards, level.Sum(w => (long)w.Cards))),
                level.Count()));
        return Totalled(levels);

        bool Overlaps(PackageOption option) =>
            At(option.Earliest) < until && from < At(option.Latest);

        Instant At(int slot) => snapshot.Gate + Duration.FromHours(slot);

        static long Worth(PackageOption option) => option.Value.Nanos / ((long)option.Cards * option.Slots);
    }

    /// <summary>Whole lots of the cards that are free.</summary>
    internal static CardCount Sellable(Offer offer) => new(offer.Free.Millis / offer.Lot.Millis * offer.Lot.Millis);

    private static IReadOnlyList<PoolLevel> Totalled(IEnumerable<(UnitPrice Price, CardCount Cards, int Orders)> levels)
    {
        var total = default(CardCount);
        return [.. levels.Select(level => new PoolLevel(level.Price, level.Cards, total = Sum(total, level.Cards), level.Orders))];
    }

    /// <summary>A pool may hold more than a count can say; then the count says the most that it can, 2,147,483 cards.</summary>
    private static CardCount Sum(CardCount left, CardCount right) => new((int)Math.Min(int.MaxValue, (long)left.Millis + right.Millis));
}
