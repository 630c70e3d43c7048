namespace Marketplace.Pricing;

/// <summary>The most that any awards gain, by trying them all. Shares nothing with the clearing but the snapshot.</summary>
internal static class BruteForce
{
    internal static Int128 Gain(AuctionSnapshot snapshot) =>
        Best(snapshot, 0, [.. snapshot.Offers.Select(o => ClearingLaw.Free(snapshot, o))]);

    private static Int128 Best(AuctionSnapshot snapshot, int unit, int[][] free)
    {
        if (unit == snapshot.Units.Count) return 0;
        var best = Best(snapshot, unit + 1, free);
        foreach (var option in snapshot.Units[unit].Options)
        {
            var carriers = Enumerable.Range(0, free.Length).Where(o => Carries(snapshot, unit, option, o)).ToArray();
            for (var start = option.Earliest; start + option.Slots <= option.Latest; start++)
                foreach (var split in Splits(snapshot, option, carriers, 0, option.Cards))
                    best = Int128.Max(best, With(snapshot, unit, option, start, split, free));
        }

        return best;
    }

    private static bool Carries(AuctionSnapshot snapshot, int unit, PackageOption option, int o)
    {
        var offer = snapshot.Offers[o];
        return offer.Pool == option.Pool && offer.Owner != snapshot.Units[unit].Owner
            && option.Slots >= offer.MinSlots && option.Slots <= offer.MaxSlots;
    }

    /// <summary>Every way to take at least the cards in whole lots, from one offer or, if spread, from any of them.</summary>
    private static IEnumerable<List<(int Offer, int Cards)>> Splits(
        AuctionSnapshot snapshot, PackageOption option, int[] carriers, int from, int needed)
    {
        if (needed <= 0)
        {
            if (needed == 0 || !option.ExactCards) yield return [];
            yield break;
        }

        for (var i = from; i < carriers.Length; i++)
        {
            var lot = snapshot.Offers[carriers[i]].Lot;
            for (var cards = lot; cards < needed + lot; cards += lot)
            {
                if (!option.Spread && cards < needed) continue;
                foreach (var rest in Splits(snapshot, option, carriers, i + 1, needed - cards))
                    yield return [(carriers[i], cards), .. rest];
            }
        }
    }

    private static Int128 With(
        AuctionSnapshot snapshot, int unit, PackageOption option, int start, List<(int Offer, int Cards)> split, int[][] free)
    {
        var gain = (Int128)option.Value.Nanos;
        foreach (var (offer, cards) in split)
        {
            gain -= (Int128)snapshot.Offers[offer].Ask.Nanos * cards * option.Slots;
            if (free[offer].Skip(start).Take(Held(offer)).Min() < cards) return 0;
        }

        if (gain <= 0) return 0;
        foreach (var (offer, cards) in split)
            for (var t = start; t < start + Held(offer); t++) free[offer][t] -= cards;
        gain += Best(snapshot, unit + 1, free);
        foreach (var (offer, cards) in split)
            for (var t = start; t < start + Held(offer); t++) free[offer][t] += cards;
        return gain;

        int Held(int offer) => option.Slots + snapshot.Offers[offer].DrainSlots;
    }
}
