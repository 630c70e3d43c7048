using Marketplace.Billing;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>A request for a break-even as it was understood: every name looked up, every price in one currency.</summary>
/// <param name="Model">The card's name.</param>
/// <param name="Scu">SCU of one card; null: unrated.</param>
/// <param name="Venture">What the arithmetic goes by.</param>
internal sealed record BreakEvenCase(string Model, StandardUnits? Scu, Venture Venture)
{
    /// <summary>No amount is larger, in minor units: so that no sum over the largest fleet and horizon overflows.</summary>
    private const long HighestMinor = 10_000_000_000_000;

    /// <summary>No fleet costs more, for the same reason.</summary>
    private const long HighestCapex = 1_000 * HighestMinor;

    /// <exception cref="Refusal">Names the first field that cannot be.</exception>
    public static async Task<BreakEvenCase> Of(Session session, BreakEvenRequest request, int commission)
    {
        var machine = Machine.Of(request, await CardBook.Registry(session));
        var (capex, cards) = Buy(request, machine);
        var currency = capex.Currency;
        if (request.Utilisation.Value == 0) throw Refusal.Invalid("utilisation", "is above 0");
        if (request.HorizonMonths is < 1 or > Venture.LongestHorizon)
            throw Refusal.Invalid("horizonMonths", $"is from 1 to {Venture.LongestHorizon}");
        if (request.PaybackYears is < 1 or > 20) throw Refusal.Invalid("paybackYears", "is from 1 to 20");
        var price = await PriceOf(session, request, machine, currency);
        var power = PowerOf(request, machine, currency);
        Countable(cards, price, power);
        return new(machine.Model, machine.Scu, new Venture
        {
            Capex = capex, Cards = cards, Price = price, PriceFall = request.PriceFallPerYear ?? default, Utilisation = request.Utilisation,
            OpexPerYear = OpexOf(request, capex), PowerPerCardHour = power, IdleDraw = request.IdleDraw ?? new(BasisPoints.Whole),
            Commission = request.Commission ?? new(commission), OwnerShare = request.OwnerShare ?? new(BasisPoints.Whole),
            OwnerCosts = request.OwnerCosts ?? new(BasisPoints.Whole), HorizonMonths = request.HorizonMonths ?? 60,
            TargetYears = request.PaybackYears ?? 3,
        });
    }

    private static (Money Capex, CardCount Cards) Buy(BreakEvenRequest request, Machine machine)
    {
        One("capexPerCard", request.CapexPerCard is not null, "capexPer100Pflops", request.CapexPer100Pflops is not null);
        One("cards", request.Cards is not null, "pflops", request.Pflops is not null);
        Amount(request.CapexPerCard, "capexPerCard");
        Amount(request.CapexPer100Pflops, "capexPer100Pflops");
        var cards = request.Cards ?? Count(request.Pflops!.Value, machine.Fp16("pflops"));
        var capex = (request.CapexPerCard, request.Pflops) switch
        {
            ({ } each, _) => Fleet.Capex(each, cards),
            (null, { } together) => Fleet.Capex(request.CapexPer100Pflops!.Value, together),

            // Priced by the PFLOPS and counted in cards: one card's price first, and so rounded once by the card.
            _ => Fleet.Capex(Fleet.Capex(request.CapexPer100Pflops!.Value, machine.Fp16("capexPer100Pflops")), cards),
        };
        var field = request.CapexPerCard is null ? "capexPer100Pflops" : "capexPerCard";
        if (capex.Minor <= 0) throw Refusal.Invalid(field, "comes to nothing");
        var most = new Money(HighestCapex, capex.Currency);
        return capex <= most ? (capex, cards) : throw Refusal.Invalid(field, $"comes to more than {most.Amount} in all");
    }

    private static CardCount Count(Petaflops together, Petaflops perCard)
    {
        try
        {
            return Fleet.Cards(together, perCard);
        }
        catch (FormatException e)
        {
            throw Refusal.Invalid("pflops", e.Message);
        }
    }

    private static Money OpexOf(BreakEvenRequest request, Money capex)
    {
        if (request is { OpexPerYear: not null, OpexShare: not null })
            throw Refusal.Invalid("opexShare", "give opexPerYear or opexShare, not both");
        if (request.OpexPerYear is not { } opex) return Rating.Share(capex, request.OpexShare ?? default);
        Same(opex.Currency, capex.Currency, "opexPerYear");
        return opex.Minor is >= 0 and <= HighestMinor
            ? opex
            : throw Refusal.Invalid("opexPerYear.amount", $"is zero or more and at most {new Money(HighestMinor, opex.Currency).Amount}");
    }

    private static UnitPrice PowerOf(BreakEvenRequest request, Machine machine, Currency currency)
    {
        if (request.Tariff is not { } tariff)
        {
            return request.Pue is null && request.PowerWatts is null && request.IdleDraw is null
                ? new(0, currency)
                : throw Refusal.Invalid("tariff", "is needed beside the other terms of power");
        }

        Price(tariff, currency, "tariff");
        var draw = request.PowerWatts ?? machine.Draw
            ?? throw Refusal.Invalid("powerWatts", $"is needed: the registry does not know the power of {machine.Model}");
        return EnergyCost.Of(draw, new(tariff, request.Pue ?? Pue.One)).EnergyPerCardHour;
    }

    private static async Task<UnitPrice> PriceOf(Session session, BreakEvenRequest request, Machine machine, Currency currency)
    {
        var given = new object?[] { request.PricePerCardHour, request.PricePerScuHour, request.IndexId }.Count(p => p is not null);
        if (given != 1) throw Refusal.Invalid("pricePerCardHour", "give exactly one of pricePerCardHour, pricePerScuHour and indexId");
        if (request.PricePerCardHour is { } perCard) return Price(perCard, currency, "pricePerCardHour");
        if (request.PricePerScuHour is { } perScu)
        {
            var scu = machine.Scu ?? throw Refusal.Invalid("pricePerScuHour", $"{machine.Model} has no SCU; give the price per card-hour");
            return Price(perScu, currency, "pricePerScuHour").TimesStandardUnits(scu);
        }

        var value = await IndexBook.Find(session, request.IndexId!.Value)
            ?? throw Refusal.Invalid("indexId", "there is no such index value");
        if (value.Price is not { } index) throw Refusal.Invalid("indexId", "has no price: none of its trades stands");
        if (machine.OnBoard is not { } units || machine.Board != value.Board)
            throw Refusal.Invalid("indexId", $"is of another board than {machine.Model}, or the card has no unit of it");
        return Price(index, currency, "indexId").TimesStandardUnits(units);
    }

    private static UnitPrice Price(UnitPrice price, Currency currency, string field)
    {
        Same(price.Currency, currency, field);
        if (price.Nanos <= 0) throw Refusal.Invalid(field, "is above zero");
        return price.Nanos <= BreakEven.HighestAsk * 1_000_000_000
            ? price
            : throw Refusal.Invalid(field, $"is at most {BreakEven.HighestAsk}");
    }

    private static void Amount(Money? amount, string field)
    {
        if (amount is not { } money) return;
        if (money.Minor is <= 0 or > HighestMinor)
            throw Refusal.Invalid(field, $"is above zero and at most {new Money(HighestMinor, money.Currency).Amount}");
    }

    private static void Same(Currency currency, Currency of, string field)
    {
        if (currency != of) throw Refusal.Invalid(field, $"is in {currency}, but the capital is in {of}");
    }

    private static void One(string first, bool hasFirst, string second, bool hasSecond)
    {
        if (hasFirst == hasSecond) throw Refusal.Invalid(first, $"give exactly one of {first} and {second}");
    }

    /// <summary>What is asked and as much again in costs, a fifth more, over the longest horizon, must be an amount that can be
    /// written down.</summary>
    private static void Countable(CardCount cards, UnitPrice price, UnitPrice power)
    {
        var nanos = Int128.Max(price.Nanos, power.Nanos) * cards.Millis * Venture.HoursPerMonth * Venture.LongestHorizon * 4;
        if (nanos / CardCount.MillisPerCard / price.Currency.NanosPerMinor > long.MaxValue)
            throw Refusal.Invalid("cards", "are too many at such a price to be counted");
    }

    /// <summary>What is known of one card.</summary>
    private sealed record Machine(
        string Model, CardRates Rates, StandardUnits? Scu, Board Board, StandardUnits? OnBoard, Pricing.Power? Draw)
    {
        public static Machine Of(BreakEvenRequest request, CardRegistry cards)
        {
            if (string.Equals(request.Card, BreakEvenRequest.ReferenceCard, StringComparison.OrdinalIgnoreCase))
            {
                var units = ScuFormula.Scu(ScuFormula.R0).Units;
                return new("R0", ScuFormula.R0, units, Board.Ai, units, null);
            }

            var resolution = cards.Resolve(TextField.Of(request.Card, "card"));
            return resolution.Card is { } card
                ? new(card.Model, card.Rates, card.Scu, card.Board, BoardUnit.Of(card), Pricing.Power.Of(card))
                : throw Refusal.Invalid("card", resolution.Reason!);
        }

        public Petaflops Fp16(string field) => Petaflops.Of(Rates)
            ?? throw Refusal.Invalid(field, $"{Model} has no 16-bit rate; count and price it by the card");
    }
}
