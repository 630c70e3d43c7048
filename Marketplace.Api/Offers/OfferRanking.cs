using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>An offer as it stands in a ranking.</summary>
/// <param name="Offer">The offer.</param>
/// <param name="Units">SCU of one card, or effective SCU for the workload; null: unrated.</param>
/// <param name="UnitPrice">The ask per unit-hour, half-up to the nano; null: unrated.</param>
public sealed record RankedOffer(Offer Offer, StandardUnits? Units, UnitPrice? UnitPrice);

/// <summary>
/// A ranking: what fits, best first, and how many offers each test left out; an offer counts under the first test that it fails.
/// </summary>
public sealed record OfferRanking(
    OfferFilter Filter, IReadOnlyList<RankedOffer> Offers, int Considered, IReadOnlyDictionary<string, int> Excluded)
{
    private static readonly HashSet<string> DomesticVendors = new(StringComparer.Ordinal)
    {
        "Huawei", "Cambricon", "Hygon", "Kunlunxin", "Alibaba T-Head", "Iluvatar CoreX", "Moore Threads", "Biren", "Enflame", "MetaX",
        "Phytium",
        "Sunway", "NUDT",
    };

    /// <summary>Ranks the open offers for a buyer.</summary>
    /// <param name="buyer">Whose own workload profiles count besides those that ship.</param>
    /// <exception cref="Refusal">The filter names a workload that does not exist, or an empty window.</exception>
    public static async Task<OfferRanking> Of(Session session, OfferFilter filter, OrganisationId? buyer = null)
    {
        if (filter.From >= filter.Until) throw Refusal.Invalid("until", "is after from");
        var workload = filter.Workload is null ? null : await WorkloadBook.Get(session, buyer, filter.Workload);
        var card = filter.Card is null ? null : (await CardBook.Registry(session)).Resolve(filter.Card).Card;
        return Of(await OfferBook.Open(session, filter.From, filter.Until), filter, workload, card);
    }

    /// <summary>The pure part.</summary>
    internal static OfferRanking Of(IReadOnlyList<Offer> open, OfferFilter filter, Workload? workload, Card? card)
    {
        var worth = new Dictionary<string, StandardUnits?>(StringComparer.Ordinal);
        var excluded = new Dictionary<string, int>(StringComparer.Ordinal);
        var fit = new List<RankedOffer>();
        foreach (var offer in open)
        {
            var units = UnitsOf(offer);
            var ranked = new RankedOffer(offer, units, units is { Micros: > 0 } u ? offer.Ask.PerStandardUnit(u) : null);
            if (WhyNot(ranked, filter, card) is { } reason) excluded[reason] = excluded.GetValueOrDefault(reason) + 1;
            else fit.Add(ranked);
        }

        return new(filter, Sorted(fit, filter.Sort), open.Count, excluded);

        StandardUnits? UnitsOf(Offer offer)
        {
            if (workload is null || offer.Registered is not { } registered) return offer.Units;
            if (!worth.TryGetValue(registered.Id, out var units))
                worth[registered.Id] = units = EffectiveUnits.UnitsOf(registered.Rates, workload);
            return units;
        }
    }

    private static string? WhyNot(RankedOffer ranked, OfferFilter filter, Card? card)
    {
        var offer = ranked.Offer;
        var registered = offer.Registered;
        if (offer.Ask.Currency != filter.Currency) return "currency";
        if (filter.Region is { } region && !string.Equals(offer.Region, region, StringComparison.OrdinalIgnoreCase)) return "region";
        if (filter.Card is not null && !Names(offer, filter.Card, card)) return "card";
        if (filter.Vendor is { } vendor && !string.Equals(registered?.Vendor, vendor, StringComparison.OrdinalIgnoreCase)) return "vendor";
        if (filter.DomesticOnly && (registered is null || !DomesticVendors.Contains(registered.Vendor))) return "domestic_only";
        if (filter.Board is { } board && registered?.Board != board) return "board";
        if (filter.MinMemoryGiB is { } memory && (registered?.MemoryGiB ?? 0) < memory) return "memory";
        if (offer.Free < (filter.Cards ?? new CardCount(1))) return "no_room";
        if (ranked.Units is { Micros: 0 }) return "cannot_do_workload";
        if (ranked.UnitPrice is null && !filter.Unrated) return "unrated";
        return filter.MaxPrice is { } most && (ranked.UnitPrice is not { } price || price.Nanos > most.Nanos) ? "price" : null;
    }

    private static bool Names(Offer offer, string name, Card? card) => card is null
        ? offer.Card is null && string.Equals(offer.CardName, name, StringComparison.OrdinalIgnoreCase)
        : offer.Card == card.Id;

    private static IReadOnlyList<RankedOffer> Sorted(List<RankedOffer> offers, OfferSort sort) =>
    [
        .. (sort switch
        {
            OfferSort.UnitPrice => offers.OrderBy(o => o.UnitPrice?.Nanos ?? long.MaxValue).ThenBy(o => o.Offer.Ask.Nanos),
            OfferSort.CardPrice => offers.OrderBy(o => o.Offer.Ask.Nanos),
            _ => offers.OrderByDescending(o => o.Offer.CreatedAt),
        }).ThenBy(o => o.Offer.OfferId.Value, StringComparer.Ordinal),
    ];
}
