using Marketplace.Pricing;

namespace Marketplace;

/// <summary>An ask with the power that is paid for beside it.</summary>
/// <param name="EnergyPerCardHour">What the power of a card costs in an hour at full draw; null when the card's power is not known.</param>
/// <param name="CarbonGramsPerCardHour">What it emits; null when the grid's emissions were not told.</param>
/// <param name="CarbonPerCardHour">The price of that; null when carbon has none.</param>
/// <param name="WattHoursPerCardHour">Board power times PUE.</param>
/// <param name="CardPrice">Ask, energy and carbon per card-hour.</param>
/// <param name="UnitPrice">The same per unit-hour of the ranking, half-up to the nano; null without units.</param>
/// <param name="Reason">Why nothing can be told; null when it can.</param>
public sealed record WithEnergy(
    UnitPrice? EnergyPerCardHour, Carbon? CarbonGramsPerCardHour, UnitPrice? CarbonPerCardHour, Energy? WattHoursPerCardHour,
    UnitPrice? CardPrice, UnitPrice? UnitPrice, string? Reason)
{
    /// <param name="card">Null: a card that the registry does not know.</param>
    /// <param name="ask">Null: a card that is not on offer.</param>
    internal static WithEnergy Of(Card? card, UnitPrice? ask, StandardUnits? units, EnergyTerms terms)
    {
        if (card is null || Power.Of(card) is not { } draw)
            return new(null, null, null, null, null, null, "the card's power is not known");
        var cost = EnergyCost.Of(draw, terms);
        var price = ask + cost.TotalPerCardHour;
        return new(
            cost.EnergyPerCardHour, cost.CarbonGramsPerCardHour, cost.CarbonPerCardHour, cost.WattHoursPerCardHour, price,
            units is { Micros: > 0 } worth ? price?.PerStandardUnit(worth) : null, null);
    }
}
