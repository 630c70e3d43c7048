using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>One side as it was understood.</summary>
/// <param name="Card">The card's registry id.</param>
/// <param name="Model">The maker's name for it.</param>
/// <param name="Vendor">The maker.</param>
/// <param name="Board">Where it is listed.</param>
/// <param name="MemoryGiB">Device memory; null: not known.</param>
/// <param name="PowerWatts">Board power; null: not known, and then nothing is told of its energy.</param>
/// <param name="Offer">The offer, where one was named.</param>
/// <param name="Energy">The power beside the ask; null unless a tariff was given.</param>
/// <param name="Derates">What its machines are listed at, one for each class of work: the offer's provider's, else the card's.</param>
/// <param name="Assumptions">What was assumed when the card's name was read.</param>
public sealed record Side(
    string Card, string Model, string Vendor, Board Board, int? MemoryGiB, Power? PowerWatts, Offer? Offer, WithEnergy? Energy,
    IReadOnlyList<Derate> Derates, IReadOnlyList<string> Assumptions)
{
    internal Card Registered { get; init; } = null!;
}

/// <summary>
/// Two cards or offers head to head. Where a side is an offer, the prices are its ask per unit-hour; with a tariff, power and carbon are in
/// them.
/// </summary>
/// <param name="Currency">In which the terms of energy are.</param>
public sealed record Comparison(Side Left, Side Right, HeadToHead HeadToHead, EnergyTerms? EnergyTerms, Currency Currency)
{
    internal const string LeftField = "left", RightField = "right";

    /// <summary>The profiles of the bouts.</summary>
    internal IReadOnlyList<Workload> Workloads { get; init; } = [];

    /// <param name="left">A card's id or another of its names, or an offer's id.</param>
    /// <param name="right">The same.</param>
    /// <param name="own">The currency of the reader's account, for a tariff beside two cards.</param>
    /// <param name="reader">Whose own workloads are compared as well.</param>
    /// <exception cref="Refusal">A side is no card or offer, or the terms of energy cannot be.</exception>
    internal static async Task<Comparison> Of(
        Session session, string? left, string? right, EnergyQuery energy, Currency own, OrganisationId? reader)
    {
        var (one, other) = (await Find(session, left, LeftField), await Find(session, right, RightField));
        var currency = one.Offer?.Ask.Currency ?? other.Offer?.Ask.Currency ?? own;
        var terms = energy.Terms(currency);
        if (terms is not null && other.Offer is { } offer && offer.Ask.Currency != currency)
        {
            throw Refusal.Invalid(
                EnergyQuery.TariffField, $"the offers are in {currency} and {offer.Ask.Currency}; one tariff cannot be added to both");
        }

        (one, other) = (Add(one, terms), Add(other, terms));
        var workloads = await WorkloadBook.All(session, reader);
        return new(one, other, HeadToHead.Of(Contender(one), Contender(other), workloads), terms, currency) { Workloads = workloads };
    }

    private static Side Add(Side side, EnergyTerms? terms)
    {
        if (terms is null) return side;
        var card = side.Registered;
        var listed = card.Scu is { } claimed ? side.Derates.First(d => d.Work == WorkClass.Standard).Of(claimed) : (StandardUnits?)null;
        return side with { Energy = WithEnergy.Of(card, side.Offer?.Ask, listed, terms) };
    }

    /// <summary>With a tariff the whole price counts; a card whose power is not known then has none.</summary>
    private static Contender Contender(Side side) =>
        new(side.Registered, side.Energy is { } energy ? energy.CardPrice : side.Offer?.Ask)
        {
            Derates = side.Derates,
        };

    private static async Task<Side> Find(Session session, string? name, string field)
    {
        if (string.IsNullOrWhiteSpace(name)) throw Refusal.Invalid(field, "is a card's name or an offer's id");
        if (name.StartsWith(OfferId.Prefix + "_", StringComparison.Ordinal))
        {
            var offer = await OfferBook.Find(session, new OfferId(name)) ?? throw Refusal.Invalid(field, "is the id of no offer");
            return offer.Registered is { } offered
                ? await Of(session, offered, offer, [])
                : throw Refusal.Invalid(field, $"'{offer.CardName}' is not in the registry, so there is nothing to compare");
        }

        var resolution = (await CardBook.Registry(session)).Resolve(TextField.Of(name, field));
        return resolution.Card is { } card
            ? await Of(session, card, null, resolution.Assumptions)
            : throw Refusal.Invalid(field, resolution.Reason!);
    }

    private static async Task<Side> Of(Session session, Card card, Offer? offer, IReadOnlyList<string> assumptions) => new(
        card.Id, card.Model, card.Vendor, card.Board, card.MemoryGiB, Power.Of(card), offer, null,
        await ListingBook.Of(session, offer?.ProviderId, card), assumptions)
    {
        Registered = card,
    };
}
