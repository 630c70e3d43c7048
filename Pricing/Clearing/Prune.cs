namespace Marketplace.Pricing;

/// <summary>What an option could at best hope for, on the calendars before anything is awarded.</summary>
internal enum Hope : byte
{
    /// <summary>No offer of its pool could carry it: owner, lot, duration, calendar or card count.</summary>
    NoOffer,

    /// <summary>Offers could carry it, but none for its value.</summary>
    NoGain,

    Gain,
}

/// <summary>Drops what cannot be awarded whatever else happens, before anything is searched.</summary>
internal static class Prune
{
    /// <summary>Each option's hope.</summary>
    public static Hope[] Of(Floor floor, ParallelOptions parallel)
    {
        var hopes = new Hope[floor.Options.Length];
        Parallel.For(0, (hopes.Length + 1023) / 1024, parallel, chunk =>
        {
            for (var k = chunk * 1024; k < Math.Min(hopes.Length, (chunk + 1) * 1024); k++) hopes[k] = Of(floor, floor.Options[k]);
        });
        return hopes;
    }

    /// <summary>
    /// Whether an offer of its pool (or several, for a spread option) could carry the option from that start, at any price.
    /// </summary>
    public static bool CouldCarry(Floor floor, in Option option, int start)
    {
        if (option.Spread) return CheapestFill(floor, option, start, out _);
        for (var o = floor.FirstOffer[option.Pool]; o < floor.FirstOffer[option.Pool + 1]; o++)
        {
            var cards = floor.CardsOn(option, floor.Offers[o]);
            if (cards > 0 && Windows.Holds(floor.Row(o), cards, start, option.Slots)) return true;
        }

        return false;
    }

    private static Hope Of(Floor floor, in Option option)
    {
        var hope = Hope.NoOffer;
        if (option.Spread)
        {
            for (var start = option.Earliest; start <= option.LastStart; start++)
            {
                if (!CheapestFill(floor, option, start, out var gains)) continue;
                if (gains) return Hope.Gain;
                hope = Hope.NoGain;
            }

            return hope;
        }

        for (var o = floor.FirstOffer[option.Pool]; o < floor.FirstOffer[option.Pool + 1]; o++)
        {
            ref readonly var offer = ref floor.Offers[o];
            if (hope != Hope.NoOffer && offer.Ask > option.Ceiling) return hope; // offers come by ask
            var cards = floor.CardsOn(option, offer);
            if (cards == 0) continue;
            var gains = option.GainOver(offer.Ask, cards) > 0;
            if (!gains && hope == Hope.NoGain) continue;
            if (Windows.Find(floor.Row(o), cards, option.Slots, option.Earliest, option.Latest, StartPolicy.Earliest) < 0) continue;
            if (gains) return Hope.Gain;
            hope = Hope.NoGain;
        }

        return hope;
    }

    /// <summary>
    /// Whether the pool's offers together have whole lots enough from that start, and whether the cheapest of them leave a gain. The cost
    /// is a lower bound, as if lots could be cut: a bound that charged for whole lots would drop options that another mix of offers can
    /// serve.
    /// </summary>
    private static bool CheapestFill(Floor floor, in Option option, int start, out bool gains)
    {
        var needed = option.Cards;
        var left = (Int128)option.Value;
        for (var o = floor.FirstOffer[option.Pool]; o < floor.FirstOffer[option.Pool + 1] && needed > 0; o++)
        {
            ref readonly var offer = ref floor.Offers[o];
            if (offer.Owner == floor.Claims[option.Unit].Owner || option.Slots < offer.MinSlots || option.Slots > offer.MaxSlots) continue;
            var free = Windows.Min(floor.Row(o).Slice(start, option.Slots));
            var cards = Math.Min(needed, free / offer.Lot * offer.Lot);
            left -= (Int128)offer.Ask * cards * option.Slots;
            needed -= cards;
        }

        gains = needed == 0 && left > 0;
        return needed == 0;
    }
}
