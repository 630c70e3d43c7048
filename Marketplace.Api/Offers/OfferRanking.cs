using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>An offer as it stands in a ranking.</summary>
/// <param name="Offer">The offer.</param>
/// <param name="Units">SCU of one card, or effective SCU for the workload, as listed: claimed units times derate; null: unrated.</param>
/// <param name="UnitPrice">The ask per unit-hour, half-up to the nano; null: unrated.</param>
/// <param name="Claimed">The units by the datasheet.</param>
/// <param name="Derate">The part of these that is listed, for such work.</param>
/// <param name="Tier">The tier of the evidence for it.</param>
public sealed record RankedOffer(
    Offer Offer, StandardUnits? Units, UnitPrice? UnitPrice, StandardUnits? Claimed, BasisPoints Derate, EvidenceTier Tier)
{
    /// <summary>The ask against the fair band of its board; null when no band is known. Told of what is shown, not ranked by.</summary>
    public BandMark? Band { get; init; }

    /// <summary>The ask with power beside it; null unless a tariff was given. Not ranked by.</summary>
    public WithEnergy? Energy { get; init; }
}

/// <summary>
/// A ranking: what fits, best first, and how many offers each test left out; an offer counts under the first test that it fails.
/// </summary>
public sealed record OfferRanking(
    OfferFilter Filter, IReadOnlyList<RankedOffer> Offers, int Considered, IReadOnlyDictionary<string, int> Excluded)
{
    /// <summary>The Chinese makers, as the registry spells them.</summary>
    internal static readonly HashSet<string> DomesticVendors = new(StringComparer.Ordinal)
    {
        "Huawei", "Cambricon", "Hygon", "Kunlunxin", "Alibaba T-Head", "Iluvatar CoreX", "Moore Threads", "Biren", "Enflame", "MetaX",
        "Phytium",
        "Sunway", "NUDT",
    };

    /// <summary>Whether a card is of a Chinese maker.</summary>
    internal static bool IsDomestic(Card? card) => card is not null && DomesticVendors.Contains(card.Vendor);

    /// <summary>Ranks the open offers for a buyer.</summary>
    /// <param name="buyer">Whose own workload profiles count besides those that ship.</param>
    /// <exception cref="Refusal">The filter names a workload that does not exist, or an empty window.</exception>
    public static async Task<OfferRanking> Of(Session session, OfferFilter filter, OrganisationId? buyer = null)
    {
        if (filter.From >= filter.Until) throw Refusal.Invalid("until", "is after from");
        var workload = filter.Workload is null ? null : await WorkloadBook.Get(session, buyer, filter.Workload);
        var open = await OfferBook.Open(session, filter.From, filter.Until);
        return Of(open, filter, await ListingBook.Now(session), await CardBook.Registry(session), workload);
    }

    /// <summary>The pure part.</summary>
    internal static OfferRanking Of(
        IReadOnlyList<Offer> open, OfferFilter filter, Derates derates, CardRegistry cards, Workload? workload)
    {
        var test = new Test(filter, filter.Card is null ? null : cards.Resolve(filter.Card).Card);
        var worth = new Worth(workload, derates, cards);
        var excluded = new Dictionary<string, int>(StringComparer.Ordinal);
        var fit = new Offer[open.Count];
        var keys = new long[open.Count];
        var count = 0;
        foreach (var offer in open)
        {
            var listed = worth.Of(offer);
            var price = listed.Units is { Micros: > 0 } units ? offer.Ask.PerStandardUnit(units).Nanos : (long?)null;
            if (test.WhyNot(offer, listed, price) is { } reason)
            {
                excluded[reason] = excluded.GetValueOrDefault(reason) + 1;
                continue;
            }

            fit[count] = offer;
            keys[count++] = filter.Sort switch
            {
                OfferSort.UnitPrice => price ?? long.MaxValue,
                OfferSort.CardPrice => offer.AskNanos,
                _ => -offer.CreatedAt.ToUnixTimeMilliseconds(),
            };
        }

        Sort(keys.AsSpan(0, count), fit.AsSpan(0, count));
        return new(filter, new Ranked(fit, count, worth), open.Count, excluded);
    }

    /// <summary>By key, then by ask, then by age: the same order whatever the order in which offers came.</summary>
    private static void Sort(Span<long> keys, Span<Offer> offers)
    {
        keys.Sort(offers);
        for (var from = 0; from < keys.Length;)
        {
            var until = from + 1;
            while (until < keys.Length && keys[until] == keys[from]) until++;
            if (until - from > 1)
            {
                offers[from..until].Sort((a, b) => a.AskNanos != b.AskNanos
                    ? a.AskNanos.CompareTo(b.AskNanos)
                    : string.CompareOrdinal(a.OfferId.Value, b.OfferId.Value));
            }

            from = until;
        }
    }

    /// <summary>The ranked offers; rows are made when they are looked at, for most are not.</summary>
    private sealed class Ranked(Offer[] offers, int count, Worth worth) : IReadOnlyList<RankedOffer>
    {
        public int Count => count;

        public RankedOffer this[int index]
        {
            get
            {
                ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, count);
                var (offer, listed) = (offers[index], worth.Of(offers[index]));
                var price = listed.Units is { Micros: > 0 } units ? offer.Ask.PerStandardUnit(units) : (UnitPrice?)null;
                return new(offer, listed.Units, price, listed.Claimed, listed.Derate, listed.Tier);
            }
        }

        public IEnumerator<RankedOffer> GetEnumerator()
        {
            for (var i = 0; i < count; i++) yield return this[i];
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }

    /// <summary>Units of one card as they are listed.</summary>
    private readonly record struct Listed(Card? Card, StandardUnits? Units, StandardUnits? Claimed, BasisPoints Derate, EvidenceTier Tier);

    /// <summary>What a card of each offer is worth: by its own standard units, or for a workload, computed once per card.</summary>
    private sealed class Worth(Workload? workload, Derates derates, CardRegistry cards)
    {
        private readonly Dictionary<string, (Listed Listed, bool AnyMeasured)> _cards = new(StringComparer.Ordinal);
        private readonly WorkClass _work = workload is null ? WorkClass.Standard : WorkClasses.Of(workload);

        public Listed Of(Offer offer)
        {
            if (offer.Card is null) return new(null, null, null, offer.Derate, offer.Tier);
            if (!_cards.TryGetValue(offer.Card, out var known)) _cards[offer.Card] = known = OfCard(offer.Card);
            var (listed, anyMeasured) = known;
            if (workload is null) return new(listed.Card, offer.ListedUnits, offer.Units, offer.Derate, offer.Tier);
            return anyMeasured && derates.OfMachine(offer.ProviderId, offer.Card, _work) is var (derate, tier)
                ? listed with { Units = Times(listed.Claimed, derate), Derate = derate, Tier = tier }
                : listed;
        }

        private (Listed, bool) OfCard(string id)
        {
            if (cards.Find(id) is not { } card) return (new(null, null, null, new(BasisPoints.Whole), default), false);
            var claimed = workload is null ? card.Scu : EffectiveUnits.UnitsOf(card.Rates, workload);
            var (derate, tier) = derates.OfCard(card, _work);
            return (new(card, Times(claimed, derate), claimed, derate, tier), derates.AnyMeasured(id));
        }

        private static StandardUnits? Times(StandardUnits? claimed, BasisPoints derate) =>
            claimed is { } units ? Derate.Of(units, derate) : null;
    }

    /// <summary>The filter's tests, in the order in which an offer is counted under the first that it fails.</summary>
    private sealed class Test(OfferFilter filter, Card? wanted)
    {
        private readonly CardCount _room = filter.Cards ?? new CardCount(1);

        public string? WhyNot(Offer offer, Listed listed, long? price)
        {
            var card = listed.Card;
            if (offer.Currency != filter.Currency) return "currency";
            if (filter.Region is { } region && !string.Equals(offer.Region, region, StringComparison.OrdinalIgnoreCase)) return "region";
            if (filter.Card is not null && !Names(offer, filter.Card)) return "card";
            if (filter.Vendor is { } vendor && !string.Equals(card?.Vendor, vendor, StringComparison.OrdinalIgnoreCase)) return "vendor";
            if (filter.DomesticOnly && !IsDomestic(card)) return "domestic_only";
            if (filter.Board is { } board && card?.Board != board) return "board";
            if (filter.MinMemoryGiB is { } memory && (card?.MemoryGiB ?? 0) < memory) return "memory";
            if (offer.Free < _room) return "no_room";
            if (listed.Units is { Micros: 0 }) return "cannot_do_workload";
            if (price is null && !filter.Unrated) return "unrated";
            return filter.MaxPrice is { } most && (price is null || price > most.Nanos) ? "price" : null;
        }

        private bool Names(Offer offer, string name) => wanted is null
            ? offer.Card is null && string.Equals(offer.CardName, name, StringComparison.OrdinalIgnoreCase)
            : offer.Card == wanted.Id;
    }
}
