namespace Marketplace.Pricing;

/// <summary>
/// What must hold of any result, checked from the snapshot and the result alone, by sums as simple as can be. Each rule gives a sentence
/// for each breach.
/// </summary>
internal static class ClearingLaw
{
    internal delegate IEnumerable<string> Rule(AuctionSnapshot snapshot, AuctionResult result);

    internal static IReadOnlyDictionary<string, Rule> All { get; } = new Dictionary<string, Rule>(StringComparer.Ordinal)
    {
        ["nothing is sold twice, nor while it rests"] = NothingTwice,
        ["a gang is whole"] = GangsAreWhole,
        ["one option of a unit at most"] = OneOptionAtMost,
        ["window, duration, lot and owner hold"] = TermsHold,
        ["nobody pays above its bid or sells below its ask, and nothing is left over"] = PaymentsBalance,
        ["the class is the formula's"] = ClassIsTheFormula,
        ["every package gains"] = EveryPackageGains,
        ["exactly the paradox losers beat the price"] = ExactlyTheParadoxBeat,
    };

    internal static IEnumerable<string> Breaches(AuctionSnapshot snapshot, AuctionResult result) =>
        All.SelectMany(rule => rule.Value(snapshot, result).Select(breach => $"{rule.Key}: {breach}"));

    internal static PackageOption Option(AuctionSnapshot snapshot, Award award) => snapshot.Units[award.Unit].Options[award.Option];

    /// <summary>Free cards, slot by slot, with those of the drain time behind the last slot.</summary>
    internal static int[] Free(AuctionSnapshot snapshot, AuctionOffer offer)
    {
        var free = new int[snapshot.Slots + offer.DrainSlots];
        foreach (var run in offer.Free) Array.Fill(free, run.Cards, run.From, run.Until - run.From);
        return free;
    }

    /// <summary>Values less asks.</summary>
    internal static Int128 Gain(AuctionSnapshot snapshot, Award award)
    {
        var option = Option(snapshot, award);
        return award.Parts.Aggregate(
            (Int128)option.Value.Nanos, (gain, p) => gain - ((Int128)snapshot.Offers[p.Offer].Ask.Nanos * p.Cards * option.Slots));
    }

    private static IEnumerable<string> NothingTwice(AuctionSnapshot snapshot, AuctionResult result)
    {
        var free = snapshot.Offers.Select(o => Free(snapshot, o)).ToArray();
        Take(snapshot, result, free);
        for (var o = 0; o < free.Length; o++)
            for (var t = 0; t < free[o].Length; t++)
                if (free[o][t] < 0) yield return $"{snapshot.Offers[o].Id} at {t}";
    }

    /// <summary>Takes what was awarded, in use and at rest.</summary>
    internal static void Take(AuctionSnapshot snapshot, AuctionResult result, int[][] free)
    {
        foreach (var award in result.Awards)
        {
            foreach (var part in award.Parts)
            {
                var held = Option(snapshot, award).Slots + snapshot.Offers[part.Offer].DrainSlots;
                for (var t = award.Start; t < award.Start + held; t++) free[part.Offer][t] -= part.Cards;
            }
        }
    }

    private static IEnumerable<string> GangsAreWhole(AuctionSnapshot snapshot, AuctionResult result)
    {
        foreach (var award in result.Awards)
        {
            var option = Option(snapshot, award);
            if (award.Parts.Count == 0 || award.Cards < option.Cards) yield return $"{option.BidId} has too few cards";
            if (award.Parts.Count > 1 && !option.Spread) yield return $"{option.BidId} is cut";
            if (award.Parts.Any(p => snapshot.Offers[p.Offer].Pool != option.Pool)) yield return $"{option.BidId} is in a foreign pool";
            if (award.Parts.DistinctBy(p => p.Offer).Count() < award.Parts.Count) yield return $"{option.BidId} names an offer twice";
        }

        foreach (var bid in result.Awards.GroupBy(a => snapshot.Units[a.Unit].Id, StringComparer.Ordinal))
            if (bid.Count() > BidUnits.MostParts) yield return $"{bid.Key} has too many parts";
    }

    private static IEnumerable<string> OneOptionAtMost(AuctionSnapshot snapshot, AuctionResult result)
    {
        var times = new int[snapshot.Units.Count];
        foreach (var award in result.Awards) times[award.Unit]++;
        foreach (var loser in result.Losers) times[loser.Unit]++;
        return times.Select((n, u) => (n, u)).Where(x => x.n != 1).Select(x => $"unit {snapshot.Units[x.u].Id} is told {x.n} times");
    }

    private static IEnumerable<string> TermsHold(AuctionSnapshot snapshot, AuctionResult result)
    {
        foreach (var award in result.Awards)
        {
            var option = Option(snapshot, award);
            if (award.Start < option.Earliest || award.Start + option.Slots > option.Latest) yield return $"{option.BidId} is elsewhere";
            foreach (var part in award.Parts)
            {
                var offer = snapshot.Offers[part.Offer];
                if (option.Slots < offer.MinSlots || option.Slots > offer.MaxSlots) yield return $"{option.BidId} too long for {offer.Id}";
                if (part.Cards % offer.Lot != 0) yield return $"{option.BidId} breaks a lot of {offer.Id}";
                if (offer.Owner == snapshot.Units[award.Unit].Owner) yield return $"{option.BidId} buys from itself";
            }

            if (option.ExactCards && award.Cards != option.Cards) yield return $"{option.BidId} refuses extra cards";
            if (award.Parts.Any(p => award.Cards - snapshot.Offers[p.Offer].Lot >= option.Cards)) yield return $"{option.BidId} has more";
        }
    }

    private static IEnumerable<string> PaymentsBalance(AuctionSnapshot snapshot, AuctionResult result)
    {
        foreach (var award in result.Awards)
        {
            var option = Option(snapshot, award);
            if (award.Pay.Nanos > option.Value.Nanos) yield return $"{option.BidId} pays above its bid";
            if (award.Parts.Aggregate(Int128.Zero, (sum, p) => sum + p.Pay.Nanos) != award.Pay.Nanos)
                yield return $"{option.BidId} does not balance";
            foreach (var part in award.Parts)
            {
                if (part.Pay.Nanos < (Int128)snapshot.Offers[part.Offer].Ask.Nanos * part.Cards * option.Slots)
                    yield return $"{snapshot.Offers[part.Offer].Id} sells below its ask";
            }
        }
    }

    private static IEnumerable<string> ClassIsTheFormula(AuctionSnapshot snapshot, AuctionResult result)
    {
        foreach (var award in result.Awards)
        {
            var option = Option(snapshot, award);
            var prices = result.Prices.Single(p => p.Pool == option.Pool).Slots;
            var (atPrice, full) = (Int128.Zero, Int128.Zero);
            foreach (var part in award.Parts)
            {
                for (var t = award.Start; t < award.Start + option.Slots; t++)
                {
                    var price = prices[t].Price!.Value.Nanos;
                    atPrice += (Int128)price * part.Cards;
                    full += (Int128)Math.Max(price, snapshot.Offers[part.Offer].Ask.Nanos) * part.Cards;
                }
            }

            var expected = full > option.Value.Nanos ? SettlementClass.PaidAsBid
                : full == atPrice ? SettlementClass.Uniform : SettlementClass.Supplement;
            if (award.Class != expected) yield return $"{option.BidId} is {award.Class}, not {expected}";
            if (award.Pay.Nanos != Int128.Min(full, option.Value.Nanos)) yield return $"{option.BidId} pays {award.Pay}";
            if (award.AtPrice != atPrice) yield return $"{option.BidId} is at {award.AtPrice}";
        }
    }

    private static IEnumerable<string> EveryPackageGains(AuctionSnapshot snapshot, AuctionResult result)
    {
        var sum = Int128.Zero;
        foreach (var award in result.Awards)
        {
            var gain = Gain(snapshot, award);
            sum += gain;
            if (gain <= 0) yield return $"{Option(snapshot, award).BidId} gains {gain}";
        }

        if (sum != result.GainNanos) yield return $"the gains are {sum}, not {result.GainNanos}";
        if (sum > result.BoundNanos) yield return $"{sum} is above the bound of {result.BoundNanos}";
    }

    private static IEnumerable<string> ExactlyTheParadoxBeat(AuctionSnapshot snapshot, AuctionResult result)
    {
        foreach (var loser in result.Losers)
        {
            var unit = snapshot.Units[loser.Unit];
            var beats = unit.Options.Any(o => Enumerable.Range(o.Earliest, o.Latest - o.Slots - o.Earliest + 1)
                .Any(start => Beats(snapshot, result, unit, o, start)));
            if (beats != (loser.Class == LossClass.Paradox)) yield return $"unit {unit.Id} is {loser.Class}; beats: {beats}";
        }
    }

    private static bool Beats(AuctionSnapshot snapshot, AuctionResult result, AuctionUnit unit, PackageOption option, int start)
    {
        var together = 0;
        var carried = false;
        foreach (var offer in snapshot.Offers.Where(o => o.Pool == option.Pool && o.Owner != unit.Owner))
        {
            if (option.Slots < offer.MinSlots || option.Slots > offer.MaxSlots) continue;
            var least = Free(snapshot, offer).Skip(start).Take(option.Slots + offer.DrainSlots).Min();
            together += least / offer.Lot * offer.Lot;
            carried |= least / offer.Lot * offer.Lot >= option.Cards && (option.Cards % offer.Lot == 0 || !option.ExactCards);
        }

        if (option.Spread ? together < option.Cards : !carried) return false;
        var prices = result.Prices.Single(p => p.Pool == option.Pool).Slots;
        var sum = Int128.Zero;
        for (var t = start; t < start + option.Slots; t++) sum += prices[t].Price!.Value.Nanos;
        return option.Value.Nanos > option.Cards * sum;
    }
}
