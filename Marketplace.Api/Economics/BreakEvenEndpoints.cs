using Marketplace.Billing;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>Whether a fleet pays for itself, with the case as it was understood.</summary>
/// <param name="Card">The card's name.</param>
/// <param name="ScuPerCard">SCU of one card; null: unrated.</param>
/// <param name="Cards">How many cards.</param>
/// <param name="Capex">What they cost to buy.</param>
/// <param name="CapexPerCard">One of them, half-up to the minor unit.</param>
/// <param name="OpexPerYear">Running costs of the fleet for a year, without power that is told apart.</param>
/// <param name="PowerPerCardHour">At full draw, PUE included; zero: power is in opex.</param>
/// <param name="PricePerCardHour">What a sold card-hour brings in the first year.</param>
/// <param name="Utilisation">The part of all card-hours that is sold, in basis points.</param>
/// <param name="PaybackYears">What <c>askPerCardHour</c> and <c>utilisationNeeded</c> aim at.</param>
/// <param name="AskPerCardHour">The least, in the first year, that pays back in that time; null: none up to a million.</param>
/// <param name="AskPerScuHour">The same per SCU-hour, rounded up; null for an unrated card too.</param>
/// <param name="UtilisationNeeded">The least that pays back in that time at the given price; null: not even all.</param>
/// <param name="Payback">At the given price and utilisation, within the horizon.</param>
/// <param name="Years">Price, month and what is paid back, year by year.</param>
/// <param name="AtEighty">What changes at 80 % utilisation.</param>
/// <param name="Sensitivity">Prices from a fifth less to a fifth more, at several utilisations.</param>
public sealed record BreakEvenAnswer(
    string Card, StandardUnits? ScuPerCard, CardCount Cards, Money Capex, Money CapexPerCard, Money OpexPerYear,
    UnitPrice PowerPerCardHour, UnitPrice PricePerCardHour, BasisPoints Utilisation, int PaybackYears, UnitPrice? AskPerCardHour,
    UnitPrice? AskPerScuHour, BasisPoints? UtilisationNeeded, Payback Payback, IReadOnlyList<CashYear> Years, EightyLine AtEighty,
    IReadOnlyList<SensitivityCell> Sensitivity)
{
    /// <exception cref="Refusal">Names the first field that cannot be.</exception>
    internal static async Task<BreakEvenAnswer> Of(Session session, BreakEvenRequest request, int commission)
    {
        var (model, scu, venture) = await BreakEvenCase.Of(session, request, commission);
        var told = BreakEven.Of(venture);
        return new(
            model, scu, venture.Cards, venture.Capex, Fleet.PerCard(venture.Capex, venture.Cards), venture.OpexPerYear,
            venture.PowerPerCardHour, venture.Price, venture.Utilisation, venture.TargetYears, told.Ask,
            told.Ask is { } ask && scu is { } units ? BreakEven.PerUnit(ask, units) : null, told.UtilisationNeeded, told.Payback,
            told.Years, told.AtEighty, told.Sensitivity);
    }
}

/// <summary>Provider economics over REST.</summary>
internal static class BreakEvenEndpoints
{
    public static void Map(RouteGroupBuilder v1) => v1.MapPost("/break-even", Tell).WithTags("Economics")
        .WithSummary("Whether cards pay for themselves: payback, the ask that pays back in time, the 80 % line; writes nothing");

    private static Task<BreakEvenAnswer> Tell(BreakEvenRequest request, Session session, Caller caller, MarketplaceOptions options) =>
        BreakEvenAnswer.Of(session, request, options.CommissionBasisPoints);
}
