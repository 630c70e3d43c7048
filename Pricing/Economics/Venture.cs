namespace Marketplace.Pricing;

/// <summary>A fleet of cards with its market and its costs, all in one currency. What the rules are, this room's README says.</summary>
public sealed record Venture
{
    /// <summary>The capital, above zero; paid by the owner before the first month.</summary>
    public required Money Capex { get; init; }

    public required CardCount Cards { get; init; }

    /// <summary>What a sold card-hour brings in the first year.</summary>
    public required UnitPrice Price { get; init; }

    /// <summary>By how much the price steps down after each twelve months.</summary>
    public BasisPoints PriceFall { get; init; }

    /// <summary>The part of all card-hours that is sold.</summary>
    public required BasisPoints Utilisation { get; init; }

    /// <summary>Staff, space, network, repairs, hosts' power: a year of the whole fleet.</summary>
    public required Money OpexPerYear { get; init; }

    /// <summary>What the power of one card costs in an hour at full draw, PUE and carbon included; zero: it is in opex.</summary>
    public required UnitPrice PowerPerCardHour { get; init; }

    /// <summary>What an unsold card draws of its full power.</summary>
    public BasisPoints IdleDraw { get; init; } = new(BasisPoints.Whole);

    /// <summary>The market's share of revenue.</summary>
    public BasisPoints Commission { get; init; }

    /// <summary>The owner's share of revenue after commission; the rest is the operator's.</summary>
    public BasisPoints OwnerShare { get; init; } = new(BasisPoints.Whole);

    /// <summary>The owner's share of opex and power; the rest is the operator's.</summary>
    public BasisPoints OwnerCosts { get; init; } = new(BasisPoints.Whole);

    /// <summary>Where looking ahead ends: 1 to <see cref="LongestHorizon"/> months.</summary>
    public int HorizonMonths { get; init; } = 60;

    /// <summary>In how many years the asked-for ask and utilisation pay back: 1 to 20.</summary>
    public int TargetYears { get; init; } = 3;

    public const int LongestHorizon = 240;

    /// <summary>A twelfth of 8,760.</summary>
    public const int HoursPerMonth = 730;

    public const int MonthsPerYear = 12;

    /// <summary>What each month brings at that price of a card-hour.</summary>
    public MonthlyCash Month(UnitPrice price)
    {
        var revenue = Hours(price, Utilisation.Value);
        var commission = Rating.Share(revenue, Commission);
        var idle = (BasisPoints.Whole - Utilisation.Value) * (long)IdleDraw.Value;
        var power = Hours(PowerPerCardHour, Utilisation.Value, idle);
        var opex = new Money(Rating.DivideHalfUp(OpexPerYear.Minor, MonthsPerYear), OpexPerYear.Currency);
        var owner = Rating.Share(revenue - commission, OwnerShare) - Rating.Share(opex + power, OwnerCosts);
        return new(revenue, commission, opex, power, owner, revenue - commission - opex - power - owner);
    }

    /// <summary>The fleet's month at a price per card-hour: a share of the hours in basis points, a further one in their squares.</summary>
    private Money Hours(UnitPrice price, int share, long further = 0)
    {
        const long whole = (long)BasisPoints.Whole * BasisPoints.Whole;
        var hours = (Int128)Cards.Millis * HoursPerMonth * (((long)share * BasisPoints.Whole) + further);
        var perMinor = whole * CardCount.MillisPerCard * price.Currency.NanosPerMinor;
        return new(Rating.DivideHalfUp(hours * price.Nanos, perMinor), price.Currency);
    }
}
