namespace Marketplace.Pricing;

/// <summary>
/// What the power of one card costs and emits in an hour at full draw. Each figure is computed from the terms in one product and rounded
/// half-up once; none is computed from another that was rounded.
/// </summary>
/// <param name="WattHoursPerCardHour">Card and site: board power times PUE.</param>
/// <param name="EnergyPerCardHour">The power's price.</param>
/// <param name="CarbonGramsPerCardHour">What it emits; <c>null</c>: the grid's emissions were not told.</param>
/// <param name="CarbonPerCardHour">The carbon's price; <c>null</c>: it has none.</param>
public sealed record EnergyCost(
    Energy WattHoursPerCardHour, UnitPrice EnergyPerCardHour, Carbon? CarbonGramsPerCardHour, UnitPrice? CarbonPerCardHour)
{
    private const long MilliwattsPerKilowatt = 1_000_000, MilligramsPerTonne = 1_000_000_000, PueScale = 1_000;

    /// <summary>Energy and carbon together.</summary>
    public UnitPrice TotalPerCardHour => CarbonPerCardHour is { } carbon ? EnergyPerCardHour + carbon : EnergyPerCardHour;

    public static EnergyCost Of(Power draw, EnergyTerms terms)
    {
        var site = (Int128)draw.Milliwatts * terms.Pue.Thousandths;
        return new(
            new(Rating.DivideHalfUp(site, PueScale)),
            new(Rating.DivideHalfUp(site * terms.Tariff.Nanos, PueScale * MilliwattsPerKilowatt), terms.Tariff.Currency),
            terms.PerKilowattHour is { } grid
                ? new Carbon(Rating.DivideHalfUp(site * grid.Milligrams, PueScale * MilliwattsPerKilowatt))
                : null,
            terms is { PerKilowattHour: { } emits, CarbonPrice: { } price }
                ? new UnitPrice(
                    Rating.DivideHalfUp(
                        site * emits.Milligrams * price.Nanos, PueScale * MilliwattsPerKilowatt * MilligramsPerTonne),
                    price.Currency)
                : null);
    }
}
