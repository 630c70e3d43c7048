using Marketplace.Pricing;

namespace Marketplace;

/// <summary>Why a card is worth what it is worth for one workload.</summary>
/// <param name="Effective">One card alone: its phases, the precision that each took, what binds, the version of the formula.</param>
/// <param name="CardVersion">The version of the card's figures.</param>
/// <param name="TimeMs">The time of 1e12 operations on the card, milliseconds: the sum over the phases; zero without units.</param>
/// <param name="ReferenceMs">The same on R0.</param>
/// <param name="Group">The cards that were asked for, together.</param>
public sealed record CardExplanation(
    EffectiveUnits Effective, int CardVersion, double TimeMs, double ReferenceMs, GroupUnits Group)
{
    internal static CardExplanation Of(Card card, Workload workload, Group group, Precision? floor)
    {
        var effective = EffectiveUnits.Of(card, workload, floor);
        return new(effective, card.Version, effective.TimeMs, workload.ReferenceMs, GroupUnits.Of(card, workload, group, floor));
    }
}
