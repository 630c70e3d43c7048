using Marketplace.Billing;
using Marketplace.Pricing;
using Microsoft.AspNetCore.Mvc;

namespace Marketplace;

/// <summary>
/// Power that is paid for beside the ask, as it stands in an address: off unless a tariff is given. Prices are in the currency of what they
/// are added to.
/// </summary>
/// <param name="Tariff">Per kilowatt-hour.</param>
/// <param name="Pue">Of the site, 1 to 5; 1 when not given: the card alone.</param>
/// <param name="GramsPerKwh">Carbon dioxide per kilowatt-hour of the grid.</param>
/// <param name="CarbonPrice">Per tonne; needs the grams.</param>
public sealed record EnergyQuery(
    [FromQuery(Name = EnergyQuery.TariffField)] string? Tariff,
    [FromQuery(Name = EnergyQuery.PueField)] string? Pue,
    [FromQuery(Name = EnergyQuery.GramsField)] string? GramsPerKwh,
    [FromQuery(Name = EnergyQuery.CarbonPriceField)] string? CarbonPrice)
{
    internal const string TariffField = "tariff", PueField = "pue", GramsField = "gramsPerKwh", CarbonPriceField = "carbonPrice";

    /// <summary>No tariff and no carbon price is higher, in currency units.</summary>
    private const long Highest = 1_000_000;

    internal static readonly string[] Fields = [TariffField, PueField, GramsField, CarbonPriceField];

    internal static EnergyQuery Of(IQueryCollection query) =>
        new(query[TariffField], query[PueField], query[GramsField], query[CarbonPriceField]);

    /// <summary>The terms; null when no tariff is given.</summary>
    /// <exception cref="Refusal">Names the parameter that cannot be read, or the one that is missing beside another.</exception>
    internal EnergyTerms? Terms(Currency currency)
    {
        var tariff = Field.Price(Tariff, TariffField, currency, Highest);
        var pue = Field.Read(Pue, PueField, Pricing.Pue.Parse);
        var grams = Field.Read(GramsPerKwh, GramsField, Carbon.Parse);
        var price = Field.Price(CarbonPrice, CarbonPriceField, currency, Highest);
        if (price is not null && grams is null) throw Refusal.Invalid(GramsField, "is needed beside carbonPrice");
        if (tariff is { } known) return new(known, pue ?? Pricing.Pue.One, grams, price);
        return pue is null && grams is null ? null : throw Refusal.Invalid(TariffField, "is needed beside the other terms of energy");
    }

    /// <summary>Reads what a form or an address leaves empty as not given.</summary>
    private static class Field
    {
        public static T? Read<T>(string? text, string field, Func<string, T> parse)
            where T : struct
        {
            if (string.IsNullOrWhiteSpace(text)) return null;
            try
            {
                return parse(text.Trim());
            }
            catch (FormatException e)
            {
                throw Refusal.Invalid(field, e.Message);
            }
        }

        public static UnitPrice? Price(string? text, string field, Currency currency, long most) =>
            Read(text, field, value => UnitPrice.Parse(value, currency)) is { } price
                ? price.Nanos <= most * 1_000_000_000 ? price : throw Refusal.Invalid(field, $"is at most {most}")
                : null;
    }
}
