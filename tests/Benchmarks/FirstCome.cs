using Marketplace.Pricing;

namespace Marketplace.Benchmarks;

/// <summary>
/// What markets without an auction do: units come in the order of their placing, and each takes at once the cheapest offer that carries one
/// of its options, at the earliest start, and pays the ask. The baseline that a clearing is held against.
/// </summary>
internal static class FirstCome
{
    /// <summary>The gains from trade, in nanos.</summary>
    internal static Int128 Gain(AuctionSnapshot snapshot)
    {
        var free = snapshot.Offers.Select(o => Free(snapshot.Slots, o)).ToArray();
        var offers = Enumerable.Range(0, free.Length).ToLookup(o => snapshot.Offers[o].Pool);
        var byAsk = offers.ToDictionary(g => g.Key, g => g.OrderBy(o => snapshot.Offers[o].Ask.Nanos).ThenBy(o => o).ToArray());
        var total = Int128.Zero;
        foreach (var unit in snapshot.Units.OrderBy(u => u.PlacedAt).ThenBy(u => u.Id, StringComparer.Ordinal).ThenBy(u => u.Part))
        {
            var best = (Gain: Int128.Zero, Start: 0, Slots: 0, Parts: new List<(int Offer, int Cards)>());
            foreach (var option in unit.Options)
            {
                if (!byAsk.TryGetValue(option.Pool, out var carriers)) continue;
                foreach (var (gain, start, parts) in Places(snapshot, unit, option, carriers, free))
                    if (gain > best.Gain) best = (gain, start, option.Slots, parts);
            }

            total += best.Gain;
            foreach (var (offer, cards) in best.Parts)
                for (var t = best.Start; t < best.Start + best.Slots + snapshot.Offers[offer].DrainSlots; t++) free[offer][t] -= cards;
        }

        return total;
    }

    private static IEnumerable<(Int128 Gain, int Start, List<(int Offer, int Cards)> Parts)> Places(
        AuctionSnapshot snapshot, AuctionUnit unit, PackageOption option, int[] carriers, int[][] free)
    {
        foreach (var o in carriers)
        {
            if (option.Spread) break;
            var offer = snapshot.Offers[o];
            var cards = (option.Cards + offer.Lot - 1) / offer.Lot * offer.Lot;
            if (!Sells(offer, unit, option) || (option.ExactCards && cards != option.Cards)) continue;
            var start = Start(free[o], cards, option, offer.DrainSlots);
            if (start < 0) continue;
            yield return (option.Value.Nanos - ((Int128)offer.Ask.Nanos * cards * option.Slots), start, [(o, cards)]);
            yield break; // a posted market does not look further than the cheapest that fits
        }

        for (var start = option.Earliest; option.Spread && start + option.Slots <= option.Latest; start++)
        {
            var (needed, gain, parts) = (option.Cards, (Int128)option.Value.Nanos, new List<(int, int)>());
            foreach (var o in carriers)
            {
                var offer = snapshot.Offers[o];
                if (needed <= 0 || !Sells(offer, unit, option)) continue;
                var lots = Math.Min(
                    free[o].AsSpan(start, option.Slots + offer.DrainSlots).ToArray().Min() / offer.Lot,
                    option.ExactCards ? needed / offer.Lot : (needed + offer.Lot - 1) / offer.Lot);
                if (lots == 0) continue;
                needed -= lots * offer.Lot;
                gain -= (Int128)offer.Ask.Nanos * lots * offer.Lot * option.Slots;
                parts.Add((o, lots * offer.Lot));
            }

            if (needed > 0) continue;
            yield return (gain, start, parts);
            yield break;
        }
    }

    private static bool Sells(AuctionOffer offer, AuctionUnit unit, PackageOption option) =>
        offer.Owner != unit.Owner && option.Slots >= offer.MinSlots && option.Slots <= offer.MaxSlots;

    private static int Start(int[] free, int cards, PackageOption option, int drain)
    {
        var run = 0;
        for (var t = option.Earliest; t < option.Latest + drain; t++)
        {
            run = free[t] >= cards ? run + 1 : 0;
            if (run == option.Slots + drain) return t - run + 1;
        }

        return -1;
    }

    private static int[] Free(int slots, AuctionOffer offer)
    {
        var free = new int[slots + offer.DrainSlots];
        foreach (var run in offer.Free) Array.Fill(free, run.Cards, run.From, run.Until - run.From);
        return free;
    }
}
