using System.Globalization;
using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>What the form of the break-even page says: the fields of <see cref="BreakEvenRequest"/>, shares as percentages.</summary>
internal static class BreakEvenForm
{
    public const string Card = "card", CapexPerCard = "capexPerCard", CapexPer100 = "capexPer100Pflops", Cards = "cards", Pflops = "pflops",
        OpexPerYear = "opexPerYear", OpexShare = "opexShare", Tariff = "tariff", Pue = "pue", PowerWatts = "powerWatts",
        IdleDraw = "idleDraw", Utilisation = "utilisation", PricePerCard = "pricePerCardHour", PricePerScu = "pricePerScuHour",
        Index = "indexId", PriceFall = "priceFallPerYear", Commission = "commission", OwnerShare = "ownerShare", OwnerCosts = "ownerCosts",
        Horizon = "horizonMonths", PaybackYears = "paybackYears", Money = "currency";

    public static readonly string[] Fields =
    [
        Card, CapexPerCard, CapexPer100, Cards, Pflops, OpexPerYear, OpexShare, Tariff, Pue, PowerWatts, IdleDraw, Utilisation,
        PricePerCard, PricePerScu, Index, PriceFall, Commission, OwnerShare, OwnerCosts, Horizon, PaybackYears, Money,
    ];

    /// <summary>A hundred PFLOPS of the reference card for 600 million yuan, as such fleets are quoted.</summary>
    public const string Example =
        "/break-even?card=r0&capexPer100Pflops=600000000&pflops=100&opexShare=5&utilisation=60&pricePerScuHour=120&priceFallPerYear=10"
        + "&horizonMonths=120";

    /// <summary>The request; null when nothing is filled in yet.</summary>
    /// <exception cref="Refusal">Names the field that cannot be read.</exception>
    public static BreakEvenRequest? Read(IQueryCollection query)
    {
        if (!Fields.Any(f => f != Money && Text(query, f) is not null)) return null;
        var currency = Text(query, Money) is { } code ? Value(query, Money, Currency.Of) : Currency.Cny;
        return new()
        {
            Card = Text(query, Card) ?? throw Refusal.Invalid(Card, "is needed"),
            CapexPerCard = Optional(query, CapexPerCard, t => Pricing.Money.Parse(t, currency)),
            CapexPer100Pflops = Optional(query, CapexPer100, t => Pricing.Money.Parse(t, currency)),
            Cards = Optional(query, Cards, CardCount.Parse),
            Pflops = Optional(query, Pflops, Petaflops.Parse),
            OpexPerYear = Optional(query, OpexPerYear, t => Pricing.Money.Parse(t, currency)),
            OpexShare = Optional(query, OpexShare, BasisPoints.Percent),
            Tariff = Optional(query, Tariff, t => UnitPrice.Parse(t, currency)),
            Pue = Optional(query, Pue, Pricing.Pue.Parse),
            PowerWatts = Optional(query, PowerWatts, Power.Parse),
            IdleDraw = Optional(query, IdleDraw, BasisPoints.Percent),
            Utilisation = Text(query, Utilisation) is null
                ? throw Refusal.Invalid(Utilisation, "is needed")
                : Value(query, Utilisation, BasisPoints.Percent),
            PricePerCardHour = Optional(query, PricePerCard, t => UnitPrice.Parse(t, currency)),
            PricePerScuHour = Optional(query, PricePerScu, t => UnitPrice.Parse(t, currency)),
            IndexId = Optional(query, Index, t => TextId.TryParse<IndexId>(t, out var id) ? id : throw new FormatException("is no id")),
            PriceFallPerYear = Optional(query, PriceFall, BasisPoints.Percent),
            Commission = Optional(query, Commission, BasisPoints.Percent),
            OwnerShare = Optional(query, OwnerShare, BasisPoints.Percent),
            OwnerCosts = Optional(query, OwnerCosts, BasisPoints.Percent),
            HorizonMonths = Optional(query, Horizon, Whole),
            PaybackYears = Optional(query, PaybackYears, Whole),
        };
    }

    private static string? Text(IQueryCollection query, string field) =>
        query[field].ToString().Trim() is { Length: > 0 } text ? text : null;

    private static int Whole(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
        ? value
        : throw new FormatException("is a whole number");

    private static T? Optional<T>(IQueryCollection query, string field, Func<string, T> parse)
        where T : struct => Text(query, field) is null ? null : Value(query, field, parse);

    private static T Value<T>(IQueryCollection query, string field, Func<string, T> parse)
    {
        try
        {
            return parse(Text(query, field)!);
        }
        catch (FormatException e)
        {
            throw Refusal.Invalid(field, e.Message);
        }
    }
}
