using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>What all machines are listed at, at one instant.</summary>
public sealed class Derates(
    DerateModel model, Instant at, IReadOnlyDictionary<(OrganisationId, string, WorkClass), (BasisPoints, EvidenceTier)> measured)
{
    private readonly HashSet<string> _measuredCards = measured.Keys.Select(k => k.Item2).ToHashSet(StringComparer.Ordinal);

    /// <summary>Nobody was measured: every machine is worth what its card is.</summary>
    public static Derates Unmeasured(Instant at) =>
        new(DerateModel.Default, at, new Dictionary<(OrganisationId, string, WorkClass), (BasisPoints, EvidenceTier)>());

    /// <summary>What a card is listed at for that work when its machine was not measured.</summary>
    public (BasisPoints Derate, EvidenceTier Tier) OfCard(Card card, WorkClass work)
    {
        var derate = model.Of(card, work, [], at);
        return (derate.Listed, derate.Tier);
    }

    /// <summary>Standard units that a card sells as when its machine was not measured; null: it is unrated.</summary>
    public StandardUnits? Listed(Card card) =>
        card.Scu is { } claimed ? Derate.Of(claimed, OfCard(card, WorkClass.Standard).Derate) : null;

    /// <summary>Whether a machine of that card was measured, by any provider.</summary>
    public bool AnyMeasured(string card) => _measuredCards.Contains(card);

    /// <summary>What that provider's measured machines of a card are listed at; null: it has none.</summary>
    public (BasisPoints Derate, EvidenceTier Tier)? OfMachine(OrganisationId provider, string card, WorkClass work) =>
        measured.TryGetValue((provider, card, work), out var listed) ? listed : null;
}
