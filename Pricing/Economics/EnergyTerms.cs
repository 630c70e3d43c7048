namespace Marketplace.Pricing;

/// <summary>By what power is paid for where it is not in the ask.</summary>
/// <param name="Tariff">Per kilowatt-hour.</param>
/// <param name="Pue">Of the site.</param>
/// <param name="PerKilowattHour">What a kilowatt-hour of that grid emits; <c>null</c>: not told.</param>
/// <param name="CarbonPrice">Per tonne, in the tariff's currency; <c>null</c>: carbon has no price. Needs the grid's emissions.</param>
public sealed record EnergyTerms(UnitPrice Tariff, Pue Pue, Carbon? PerKilowattHour = null, UnitPrice? CarbonPrice = null);
