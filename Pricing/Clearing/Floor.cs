namespace Marketplace.Pricing;

/// <summary>
/// A snapshot, or one component of it, as plain arrays: what the searches run on. Offers stand by pool, ask and id, so that a pool's
/// offers are neighbours and the cheapest comes first; a unit's options are neighbours too. The numbers that offers, units and pools have
/// in the snapshot are kept beside.
/// </summary>
/// <remarks>
/// A package of d slots holds its cards for d slots and then for the offer's drain time. It fits where in each of its d slots its cards are
/// free in that slot and in the drain time behind it: <see cref="Free"/> counts those, so that whoever asks where something fits need not
/// know of drain times. <see cref="Allocation"/> keeps the count as cards are held.
/// </remarks>
internal sealed class Floor
{
    private Floor(
        int slots, int[] pools, int[] units, OfferRow[] offers, ushort[] free, ushort[][] calendars, Option[] options, int[] firstOption,
        Claim[] claims, int[]? firstOffer = null)
    {
        (Slots, Pools, Units, Offers, Free, Calendars, Options, FirstOption, Claims) =
            (slots, pools, units, offers, free, calendars, options, firstOption, claims);
        if (firstOffer is null)
        {
            firstOffer = new int[pools.Length + 1];
            foreach (var offer in offers) firstOffer[offer.Pool + 1]++;
            for (var p = 0; p < pools.Length; p++) firstOffer[p + 1] += firstOffer[p];
        }

        FirstOffer = firstOffer;
    }

    /// <summary>T, the number of slots.</summary>
    public int Slots { get; }

    /// <summary>The snapshot's number of each pool.</summary>
    public int[] Pools { get; }

    /// <summary>The snapshot's number of each unit.</summary>
    public int[] Units { get; }

    public OfferRow[] Offers { get; }

    /// <summary>Cards for sale before anything is awarded, T for each offer: free in the slot and in the drain time behind it.</summary>
    public ushort[] Free { get; }

    /// <summary>
    /// For each offer with a drain time, its free cards in the T slots and in the drain time behind them; empty for the others, whose
    /// <see cref="Free"/> says the same.
    /// </summary>
    public ushort[][] Calendars { get; }

    public Option[] Options { get; }

    /// <summary>Where a unit's options begin; one more than there are units.</summary>
    public int[] FirstOption { get; }

    /// <summary>Where a pool's offers begin; one more than there are pools.</summary>
    public int[] FirstOffer { get; }

    public Claim[] Claims { get; }

    public static Floor Of(AuctionSnapshot snapshot)
    {
        var pools = new Dictionary<AuctionPool, int>(ReferenceEqualityComparer.Instance);
        foreach (var pool in snapshot.Pools) pools.Add(pool, pools.Count);
        var owners = new Dictionary<string, int>(StringComparer.Ordinal);
        var offers = snapshot.Offers.Select((o, i) => new OfferRow(
                i, pools[o.Pool], o.Ask.Nanos, o.Lot, o.MinSlots, o.MaxSlots, o.DrainSlots, Number(owners, o.Owner)))
            .OrderBy(o => o.Pool).ThenBy(o => o.Ask).ThenBy(o => o.Global).ToArray();
        var free = new ushort[offers.Length * snapshot.Slots];
        var calendars = new ushort[offers.Length][];
        for (var o = 0; o < offers.Length; o++)
        {
            var drain = offers[o].Drain;
            var row = free.AsSpan(o * snapshot.Slots, snapshot.Slots);
            calendars[o] = drain == 0 ? [] : new ushort[snapshot.Slots + drain];
            var calendar = drain == 0 ? row : calendars[o];
            foreach (var run in snapshot.Offers[offers[o].Global].Free) calendar[run.From..run.Until].Fill((ushort)run.Cards);
            if (drain > 0) Windows.ForSale(calendar, drain, row);
        }

        var units = snapshot.Units;
        var first = new int[units.Count + 1];
        for (var u = 0; u < units.Count; u++) first[u + 1] = first[u] + units[u].Options.Count;
        var options = new Option[first[^1]];
        var claims = new Claim[units.Count];
        var ranks = Ranks(snapshot);
        for (var u = 0; u < units.Count; u++)
        {
            claims[u] = new(Number(owners, units[u].Owner), ranks[u]);
            for (var k = 0; k < units[u].Options.Count; k++)
                options[first[u] + k] = new Option(u, k, pools[units[u].Options[k].Pool], units[u].Options[k]);
        }

        return new(
            snapshot.Slots, [.. Enumerable.Range(0, pools.Count)], [.. Enumerable.Range(0, units.Count)], offers, free, calendars, options,
            first, claims);
    }

    /// <summary>The same offers with a single unit that has other options.</summary>
    public Floor With(Claim claim, Option[] options) =>
        new(Slots, Pools, [-1], Offers, Free, Calendars, options, [0, options.Length], [claim], FirstOffer);

    /// <summary>A part of this floor: some of its pools with all of their offers, some of its units with some of their options.</summary>
    /// <param name="pools">In ascending order.</param>
    /// <param name="units">In ascending order.</param>
    /// <param name="keep">Of each option of this floor, whether it stays.</param>
    public Floor Part(IReadOnlyList<int> pools, IReadOnlyList<int> units, bool[] keep)
    {
        var local = new Dictionary<int, int>(pools.Count);
        foreach (var pool in pools) local.Add(pool, local.Count);
        var rows = pools.SelectMany(p => Enumerable.Range(FirstOffer[p], FirstOffer[p + 1] - FirstOffer[p])).ToArray();
        var free = new ushort[rows.Length * Slots];
        for (var i = 0; i < rows.Length; i++) Free.AsSpan(rows[i] * Slots, Slots).CopyTo(free.AsSpan(i * Slots));
        var options = new List<Option>();
        var first = new int[units.Count + 1];
        for (var u = 0; u < units.Count; u++)
        {
            for (var k = FirstOption[units[u]]; k < FirstOption[units[u] + 1]; k++)
                if (keep[k]) options.Add(Options[k] with { Unit = u, Pool = local[Options[k].Pool] });
            first[u + 1] = options.Count;
        }

        return new(
            Slots, [.. pools.Select(p => Pools[p])], [.. units.Select(u => Units[u])],
            [.. rows.Select(r => Offers[r] with { Pool = local[Offers[r].Pool] })], free, [.. rows.Select(r => Calendars[r])],
            [.. options], first, [.. units.Select(u => Claims[u])]);
    }

    /// <summary>An offer's cards for sale before anything is awarded.</summary>
    public ReadOnlySpan<ushort> Row(int offer) => Free.AsSpan(offer * Slots, Slots);

    /// <summary>An offer's free cards before anything is awarded, with the drain time behind the last slot.</summary>
    public ReadOnlySpan<ushort> Calendar(int offer) => Offers[offer].Drain == 0 ? Row(offer) : Calendars[offer];

    /// <summary>
    /// How many cards the offer hands over for an option: whole lots; 0 if it may not carry it at all, whatever is free: the buyer's own,
    /// too short, too long, or a lot that the bid refuses.
    /// </summary>
    public int CardsOn(in Option option, in OfferRow offer)
    {
        if (offer.Owner == Claims[option.Unit].Owner || option.Slots < offer.MinSlots || option.Slots > offer.MaxSlots) return 0;
        var extra = offer.Lot == 1 ? 0 : option.Cards % offer.Lot;
        if (extra == 0) return option.Cards;
        return option.ExactCards ? 0 : option.Cards - extra + offer.Lot;
    }

    private static int Number(Dictionary<string, int> numbers, string name)
    {
        if (!numbers.TryGetValue(name, out var number)) numbers.Add(name, number = numbers.Count);
        return number;
    }

    /// <summary>The order in which equal claims are served: the higher limit, the earlier placing, the smaller id.</summary>
    private static int[] Ranks(AuctionSnapshot snapshot)
    {
        var units = snapshot.Units;
        var order = Enumerable.Range(0, units.Count)
            .OrderByDescending(u => units[u].Limit.Nanos).ThenBy(u => units[u].PlacedAt).ThenBy(u => u).ToArray();
        var ranks = new int[order.Length];
        for (var i = 0; i < order.Length; i++) ranks[order[i]] = i;
        return ranks;
    }
}

/// <summary>An offer on a <see cref="Floor"/>.</summary>
/// <param name="Global">Its number in the snapshot, which is the order of ids.</param>
/// <param name="Ask">Nanos per card-hour.</param>
/// <param name="Drain">For so many slots its cards rest after each package.</param>
internal readonly record struct OfferRow(int Global, int Pool, long Ask, int Lot, int MinSlots, int MaxSlots, int Drain, int Owner);

/// <summary>A unit on a <see cref="Floor"/>.</summary>
/// <param name="Rank">Its place among equal claims; smaller is served first.</param>
internal readonly record struct Claim(int Owner, int Rank);

/// <summary>An option on a <see cref="Floor"/>.</summary>
internal readonly record struct Option
{
    public Option(int unit, int number, int pool, PackageOption option)
    {
        (Unit, Number, Pool, Spread, ExactCards) = (unit, number, pool, option.Spread, option.ExactCards);
        (Cards, Slots, Earliest, Latest) = (option.Cards, option.Slots, option.Earliest, option.Latest);
        (Value, Work) = (option.Value.Nanos, option.Work.Micros);
        Size = Cards * Slots;
        Ceiling = (Value - 1) / Size;
    }

    public int Unit { get; init; }

    /// <summary>Its number in the snapshot's unit.</summary>
    public int Number { get; }

    public int Pool { get; init; }

    public int Cards { get; }

    public int Slots { get; }

    public int Earliest { get; private init; }

    public int Latest { get; private init; }

    public bool Spread { get; }

    public bool ExactCards { get; }

    /// <summary>Nanos for the whole package.</summary>
    public long Value { get; }

    /// <summary>Millionths of an effective SCU-hour.</summary>
    public long Work { get; }

    /// <summary>Card-hours: at most 65,535 x 10,000.</summary>
    public int Size { get; }

    /// <summary>The dearest ask in nanos per card-hour that still leaves a gain; -1 if none does.</summary>
    public long Ceiling { get; }

    /// <summary>The same with that start alone.</summary>
    public Option At(int start) => this with { Earliest = start, Latest = start + Slots };

    /// <summary>The last slot in which it may begin.</summary>
    public int LastStart => Latest - Slots;

    /// <summary>What the buyer gains over an ask for that many cards, in nanos; 0 or less if there is nothing to gain.</summary>
    public long GainOver(long ask, int cards)
    {
        var size = (long)cards * Slots;
        return ask > (Value - 1) / size ? 0 : Value - (ask * size); // the quotient first: the product might not fit 64 bits
    }
}
