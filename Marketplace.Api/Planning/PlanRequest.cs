using Marketplace.Billing;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>What somebody says to have work planned: exactly one kind of facts.</summary>
public sealed record PlanRequest
{
    public TrainingFacts? Training { get; init; }

    public ServingFacts? Serving { get; init; }

    public DiffusionFacts? Diffusion { get; init; }

    public VehicleFacts? Vehicles { get; init; }

    public HpcFacts? Hpc { get; init; }

    /// <summary>What a standard unit-hour costs, as offers list it; with it the cards are in order of cost, else of count.</summary>
    public UnitPrice? PricePerScuHour { get; init; }

    /// <exception cref="Refusal">Not one kind of facts, or a fact is out of bounds; the field is named.</exception>
    internal Plan Of(CardRegistry cards, Derates derates)
    {
        (string Field, Func<Demand> Demand)[] kinds =
        [
            .. Given(Training, "training", f => f.Demand()), .. Given(Serving, "serving", f => f.Demand()),
            .. Given(Diffusion, "diffusion", f => f.Demand()), .. Given(Vehicles, "vehicles", f => f.Demand()),
            .. Given(Hpc, "hpc", f => f.Demand()),
        ];
        if (kinds is not [var (field, demand)])
            throw Refusal.Invalid("training", "give exactly one of training, serving, diffusion, vehicles and hpc");
        if (PricePerScuHour is { } price && price.Nanos is <= 0 or > OfferDraft.HighestAsk * 1_000_000_000)
            throw Refusal.Invalid("pricePerScuHour.amount", $"is above zero and at most {OfferDraft.HighestAsk}");
        try
        {
            return Planner.Of(demand(), cards.Cards, PricePerScuHour, (card, work) => derates.OfCard(card, work).Derate);
        }
        catch (FactFault fault)
        {
            throw Refusal.Invalid(fault.Fact.Length > 0 ? $"{field}.{fault.Fact}" : field, fault.Message);
        }
    }

    private static IEnumerable<(string, Func<Demand>)> Given<T>(T? facts, string field, Func<T, Demand> demand)
        where T : class
    {
        if (facts is not null) yield return (field, () => demand(facts));
    }
}
