using System.Numerics;

namespace Marketplace.Pricing;

/// <summary>Counts, for a bid, what keeps the market's offers from it, on the calendars before anything was awarded.</summary>
internal static class Exclusions
{
    public static IReadOnlyList<Exclusion> Of(ClearedFloor cleared, AuctionBid bid, Claim claim)
    {
        var floor = cleared.Floor;
        var firsts = new int[BitOperations.Log2((uint)Constraints.Price) + 1];
        var onlys = new int[firsts.Length];
        foreach (var pool in bid.Pools)
        {
            if (cleared.Pool(pool.Pool) is not { } p) continue;
            // As if the pool would do, so that it is known what else fails; a card that is worth nothing is given a millionth for it.
            var worth = pool.PerCard.Micros > 0 ? pool : pool with { PerCard = new(1), PerCardByShape = [] };
            var options = cleared.Options(bid with { Pools = [worth with { Fails = Constraints.None }] }, out _);
            for (var o = floor.FirstOffer[p]; o < floor.FirstOffer[p + 1]; o++)
            {
                var fails = pool.Fails | (options.Length == 0 ? Constraints.Calendar : Fails(floor, claim, options, o));
                if (pool.PerCard.Micros == 0 && pool.Fails == Constraints.None) fails |= Constraints.PrecisionFloor;
                if (fails == Constraints.None) continue;
                var first = BitOperations.TrailingZeroCount((int)fails);
                firsts[first]++;
                if (BitOperations.IsPow2((int)fails)) onlys[first]++;
            }
        }

        return [.. firsts.Select((n, i) => new Exclusion((Constraints)(1 << i), n, onlys[i])).Where(e => e.First > 0)];
    }

    /// <summary>What an offer fails, by the option that comes furthest on it.</summary>
    private static Constraints Fails(Floor floor, Claim claim, Option[] options, int o)
    {
        var best = Constraints.None;
        foreach (ref readonly var option in options.AsSpan())
        {
            var fails = Fails(floor, claim, option, o);
            if (fails == Constraints.None) return fails;
            var (ours, theirs) = (BitOperations.TrailingZeroCount((int)fails), BitOperations.TrailingZeroCount((int)best));
            if (best == Constraints.None || ours > theirs
                || (ours == theirs && BitOperations.PopCount((uint)fails) < BitOperations.PopCount((uint)best)))
                best = fails;
        }

        return best;
    }

    private static Constraints Fails(Floor floor, Claim claim, in Option option, int o)
    {
        ref readonly var offer = ref floor.Offers[o];
        var fails = Constraints.None;
        if (offer.Owner == claim.Owner) fails |= Constraints.Owner;
        var rounded = (option.Cards + offer.Lot - 1) / offer.Lot * offer.Lot;
        if (option.ExactCards && rounded != option.Cards && !option.Spread) fails |= Constraints.Lot;
        if (option.Slots < offer.MinSlots || option.Slots > offer.MaxSlots) fails |= Constraints.Duration;
        var row = floor.Row(o);
        if (Windows.Find(row, offer.Lot, option.Slots, option.Earliest, option.Latest, StartPolicy.Earliest) < 0)
            fails |= Constraints.Calendar;
        else if (!option.Spread && Windows.Find(row, rounded, option.Slots, option.Earliest, option.Latest, StartPolicy.Earliest) < 0)
            fails |= Constraints.CardCount;
        if (option.GainOver(offer.Ask, option.Spread ? option.Cards : rounded) <= 0) fails |= Constraints.Price;
        return fails;
    }
}
