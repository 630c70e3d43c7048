using System.Security.Cryptography;
using NodaTime;

namespace Marketplace.Pricing;

/// <summary>
/// Everything that a clearing may look at, in canonical order: pools by name, offers by id with merged calendar runs, units by id and part,
/// options by their contents. Equal facts in any order give equal <see cref="Bytes"/> and so an equal <see cref="Hash"/>, from which a
/// clearing can be run again.
/// </summary>
public sealed class AuctionSnapshot
{
    /// <summary>Two weeks of hours, the grid of the market's auctions.</summary>
    public const int TwoWeeks = 336;

    private AuctionSnapshot(
        long number, Instant gate, int slots, Currency currency, AuctionParameters parameters, AuctionPool[] pools, AuctionOffer[] offers,
        AuctionUnit[] units)
    {
        (Number, Gate, Slots, Currency, Parameters) = (number, gate, slots, currency, parameters);
        (Pools, Offers, Units) = (pools, offers, units);
        Bytes = SnapshotBytes.Of(this);
        Hash = Convert.ToHexStringLower(SHA256.HashData(Bytes.Span));
    }

    /// <summary>The auction's number; each auction of a market has its own.</summary>
    public long Number { get; }

    /// <summary>The beginning of slot 0, a full hour.</summary>
    public Instant Gate { get; }

    /// <summary>How many hourly slots are for sale.</summary>
    public int Slots { get; }

    /// <summary>The one currency of all asks, limits and values.</summary>
    public Currency Currency { get; }

    public AuctionParameters Parameters { get; }

    public IReadOnlyList<AuctionPool> Pools { get; }

    public IReadOnlyList<AuctionOffer> Offers { get; }

    public IReadOnlyList<AuctionUnit> Units { get; }

    /// <summary>The canonical bytes; <see cref="Read"/> is their inverse.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>SHA-256 of <see cref="Bytes"/>, 64 small hexadecimal digits.</summary>
    public string Hash { get; }

    /// <summary>Puts facts into canonical order.</summary>
    /// <exception cref="ArgumentException">A fact is out of its range, of another currency, or there twice; it is named.</exception>
    public static AuctionSnapshot Of(
        long number, Instant gate, int slots, Currency currency, AuctionParameters parameters, IEnumerable<AuctionOffer> offers,
        IEnumerable<AuctionUnit> units)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slots, 10_000);
        var pools = new Dictionary<AuctionPool, AuctionPool>();
        var sortedOffers = offers.Select(o => Canonical(o, slots, currency, pools)).OrderBy(o => o.Id, StringComparer.Ordinal).ToArray();
        for (var i = 1; i < sortedOffers.Length; i++)
            Check(sortedOffers[i - 1].Id != sortedOffers[i].Id, $"offer {sortedOffers[i].Id}", "is there twice");

        var sortedUnits = units.Select(u => Canonical(u, slots, currency, pools))
            .OrderBy(u => u.Id, StringComparer.Ordinal).ThenBy(u => u.Part).ToArray();
        for (var i = 1; i < sortedUnits.Length; i++)
        {
            var (before, after) = (sortedUnits[i - 1], sortedUnits[i]);
            Check(before.Id != after.Id || before.Part != after.Part, $"unit {after.Id} part {after.Part}", "is there twice");
        }

        return new(number, gate, slots, currency, parameters, [.. pools.Keys.Order()], sortedOffers, sortedUnits);
    }

    /// <summary>The snapshot that has these canonical bytes.</summary>
    /// <exception cref="FormatException">The bytes are no snapshot of this version, or not canonical.</exception>
    public static AuctionSnapshot Read(ReadOnlySpan<byte> bytes)
    {
        AuctionSnapshot snapshot;
        try
        {
            snapshot = SnapshotBytes.Read(bytes);
        }
        catch (ArgumentException e)
        {
            throw new FormatException(e.Message, e);
        }

        return snapshot.Bytes.Span.SequenceEqual(bytes) ? snapshot : throw new FormatException("the snapshot's bytes are not canonical");
    }

    private static AuctionOffer Canonical(AuctionOffer offer, int slots, Currency currency, Dictionary<AuctionPool, AuctionPool> pools)
    {
        var name = $"offer {offer.Id}";
        Check(offer.Ask.Currency == currency, name, $"asks in {offer.Ask.Currency}, the auction is in {currency}");
        Check(offer.Ask.Nanos >= 0, name, "asks less than nothing");
        Check(offer.Lot is >= 1 and <= CardCount.MaxCards, name, $"has a lot that is not 1 to {CardCount.MaxCards}");
        Check(
            offer.DrainSlots is >= 0 and <= AuctionOffer.MostDrainSlots, name,
            $"has a drain time that is not 0 to {AuctionOffer.MostDrainSlots} slots");
        Check(offer.MinSlots >= 1 && offer.MaxSlots >= offer.MinSlots, name, "has a shortest duration above its longest, or below 1");
        return offer with
        {
            Pool = Same(offer.Pool, pools),
            MaxSlots = Math.Min(offer.MaxSlots, Math.Max(slots, offer.MinSlots)),
            Free = Merged(offer.Free, slots + offer.DrainSlots, name),
        };
    }

    private static CalendarRun[] Merged(IReadOnlyList<CalendarRun> runs, int slots, string name)
    {
        var merged = new List<CalendarRun>(runs.Count);
        foreach (var run in runs.OrderBy(r => r.From).ThenBy(r => r.Until))
        {
            Check(run.From >= 0 && run.From < run.Until && run.Until <= slots, name, $"has a run outside slots 0 to {slots}");
            Check(run.Cards is >= 0 and <= CardCount.MaxCards, name, $"has free cards that are not 0 to {CardCount.MaxCards}");
            Check(merged.Count == 0 || merged[^1].Until <= run.From, name, "has runs that overlap");
            if (run.Cards == 0) continue;
            if (merged.Count > 0 && merged[^1].Until == run.From && merged[^1].Cards == run.Cards)
                merged[^1] = merged[^1] with { Until = run.Until };
            else
                merged.Add(run);
        }

        return [.. merged];
    }

    private static AuctionUnit Canonical(AuctionUnit unit, int slots, Currency currency, Dictionary<AuctionPool, AuctionPool> pools)
    {
        Check(unit.Part >= 0 && unit.Limit.Currency == currency, $"unit {unit.Id}", "has a part below 0 or a limit in another currency");
        var options = new PackageOption[unit.Options.Count];
        for (var i = 0; i < options.Length; i++)
        {
            var option = unit.Options[i];
            var fits = option.Cards is >= 1 and <= CardCount.MaxCards && option.Slots >= 1 && option.Earliest >= 0 && option.Latest <= slots
                && option.Latest - option.Earliest >= option.Slots && option.Value.Nanos > 0 && option.Value.Currency == currency;
            if (!fits) Check(false, $"unit {unit.Id}", $"has an option out of range: {option}");
            options[i] = option with { Pool = Same(option.Pool, pools) };
        }

        if (options.Length > 1) Array.Sort(options, Compare);
        return unit with { Options = options };
    }

    private static int Compare(PackageOption left, PackageOption right)
    {
        var order = ReferenceEquals(left.Pool, right.Pool) ? 0 : left.Pool.CompareTo(right.Pool);
        if (order == 0) order = left.Cards.CompareTo(right.Cards);
        if (order == 0) order = left.Slots.CompareTo(right.Slots);
        if (order == 0) order = left.Earliest.CompareTo(right.Earliest);
        if (order == 0) order = left.Latest.CompareTo(right.Latest);
        if (order == 0) order = left.Spread.CompareTo(right.Spread);
        if (order == 0) order = left.ExactCards.CompareTo(right.ExactCards);
        if (order == 0) order = right.Value.Nanos.CompareTo(left.Value.Nanos);
        if (order == 0) order = string.CompareOrdinal(left.BidId, right.BidId);
        return order != 0 ? order : left.Work.CompareTo(right.Work);
    }

    /// <summary>One object per pool, so that comparing pools is mostly comparing references.</summary>
    private static AuctionPool Same(AuctionPool pool, Dictionary<AuctionPool, AuctionPool> pools)
    {
        if (pools.TryGetValue(pool, out var known)) return known;
        pools.Add(pool, pool);
        return pool;
    }

    private static void Check(bool holds, string what, string wrong)
    {
        if (!holds) throw new ArgumentException($"{what} {wrong}");
    }
}
