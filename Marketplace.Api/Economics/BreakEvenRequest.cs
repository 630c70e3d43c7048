using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>A fleet, what it costs and what it earns. All amounts are in the currency of the capital.</summary>
public sealed record BreakEvenRequest
{
    /// <summary>The name of the reference card, which is in no registry.</summary>
    internal const string ReferenceCard = "r0";

    /// <summary>A card's registry id or another of its names, or <c>r0</c>.</summary>
    public required string Card { get; init; }

    /// <summary>What one card costs to buy; or the next.</summary>
    public Money? CapexPerCard { get; init; }

    /// <summary>What 100 PFLOPS of dense FP16 cost to buy.</summary>
    public Money? CapexPer100Pflops { get; init; }

    /// <summary>How many cards; or the next.</summary>
    public CardCount? Cards { get; init; }

    /// <summary>How many PFLOPS of dense FP16.</summary>
    public Petaflops? Pflops { get; init; }

    /// <summary>Running costs of the fleet for a year; or the next; neither: none.</summary>
    public Money? OpexPerYear { get; init; }

    /// <summary>The same as a share of the capital, in basis points.</summary>
    public BasisPoints? OpexShare { get; init; }

    /// <summary>Per kilowatt-hour; left out: power is in opex.</summary>
    public UnitPrice? Tariff { get; init; }

    /// <summary>Of the site; left out: 1.</summary>
    public Pue? Pue { get; init; }

    /// <summary>Of one card; left out: the registry's.</summary>
    public Power? PowerWatts { get; init; }

    /// <summary>What an unsold card draws of its power, in basis points; left out: all of it.</summary>
    public BasisPoints? IdleDraw { get; init; }

    /// <summary>The part of all card-hours that is sold, in basis points, above 0.</summary>
    public required BasisPoints Utilisation { get; init; }

    /// <summary>What a sold card-hour brings in the first year; or one of the next two.</summary>
    public UnitPrice? PricePerCardHour { get; init; }

    /// <summary>The same per SCU-hour, for a rated card.</summary>
    public UnitPrice? PricePerScuHour { get; init; }

    /// <summary>The same as a published index value of the card's board.</summary>
    public IndexId? IndexId { get; init; }

    /// <summary>By how much the price falls each year, in basis points; left out: not at all.</summary>
    public BasisPoints? PriceFallPerYear { get; init; }

    /// <summary>The market's share of revenue, in basis points; left out: this market's.</summary>
    public BasisPoints? Commission { get; init; }

    /// <summary>The owner's share of revenue after commission, in basis points; left out: all.</summary>
    public BasisPoints? OwnerShare { get; init; }

    /// <summary>The owner's share of opex and power, in basis points; left out: all.</summary>
    public BasisPoints? OwnerCosts { get; init; }

    /// <summary>How far to look ahead, 1 to 240; left out: 60.</summary>
    public int? HorizonMonths { get; init; }

    /// <summary>In how many years the asked-for ask and utilisation pay back, 1 to 20; left out: 3.</summary>
    public int? PaybackYears { get; init; }
}
