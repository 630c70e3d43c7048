namespace Marketplace.Pricing;

/// <summary>Says of each unit without an award why it has none.</summary>
internal static class Losers
{
    public static IReadOnlyList<LostUnit> Of(Floor floor, Hope[] hopes, Package?[] placed, PriceRule[] prices, ParallelOptions parallel)
    {
        var on = new List<Package>[floor.Offers.Length];
        for (var o = 0; o < on.Length; o++) on[o] = [];
        foreach (var package in placed.OfType<Package>())
            foreach (var part in package.Parts) on[part.Offer].Add(package);
        var units = Enumerable.Range(0, placed.Length).Where(u => placed[u] is null).ToArray();
        var losers = new LostUnit[units.Length];
        Parallel.For(0, units.Length, parallel, i => losers[i] = new(floor.Units[units[i]], Class(floor, hopes, on, prices, units[i])));
        return losers;
    }

    private static LossClass Class(Floor floor, Hope[] hopes, List<Package>[] on, PriceRule[] prices, int unit)
    {
        var (carried, gains, cheaper) = (false, false, false);
        for (var k = floor.FirstOption[unit]; k < floor.FirstOption[unit + 1]; k++)
        {
            if (hopes[k] == Hope.NoOffer) continue;
            ref readonly var option = ref floor.Options[k];
            if (prices[option.Pool].IsBeatenBy(option)) return LossClass.Paradox;
            carried = true;
            if (hopes[k] != Hope.Gain) continue;
            gains = true;
            cheaper |= !cheaper && IsHeldCheaper(floor, option, on);
        }

        return !carried ? LossClass.NoOffer : !gains ? LossClass.OutOfMoney : cheaper ? LossClass.NoRoom : LossClass.LostToHigher;
    }

    /// <summary>
    /// Whether an offer that the option could gain from is held, within its window and the drain time behind it, by a package worth less
    /// per card-hour.
    /// </summary>
    private static bool IsHeldCheaper(Floor floor, in Option option, List<Package>[] on)
    {
        for (var o = floor.FirstOffer[option.Pool]; o < floor.FirstOffer[option.Pool + 1]; o++)
        {
            if (floor.Offers[o].Ask > option.Ceiling) break;
            if (floor.CardsOn(option, floor.Offers[o]) == 0 && !option.Spread) continue;
            var drain = floor.Offers[o].Drain;
            foreach (var package in on[o])
            {
                ref readonly var other = ref floor.Options[package.Option];
                if (package.Start < option.Latest + drain && package.Start + other.Slots + drain > option.Earliest
                    && (Int128)other.Value * option.Size < (Int128)option.Value * package.Cards * other.Slots)
                    return true;
            }
        }

        return false;
    }
}
