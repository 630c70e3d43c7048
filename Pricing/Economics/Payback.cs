namespace Marketplace.Pricing;

/// <summary>Why a venture does not pay back.</summary>
public enum NoPayback
{
    /// <summary>The first month already takes as much as it brings, or more.</summary>
    CostsExceedRevenue,

    /// <summary>The price falls under the costs before the capital is back.</summary>
    PriceFallsBelowCosts,

    /// <summary>Every month brings something, but the horizon ends first.</summary>
    BeyondHorizon,
}

/// <summary>When the owner has the capital back.</summary>
/// <param name="Months">The first month at whose end it is; <c>null</c>: not within the horizon.</param>
/// <param name="WhyNot">Why not; <c>null</c> when it is.</param>
/// <param name="PaidBack">What the owner has had back by then, or by the horizon.</param>
public sealed record Payback(int? Months, NoPayback? WhyNot, Money PaidBack)
{
    /// <summary>Counts the months of a venture, up to a horizon.</summary>
    public static Payback Of(Venture venture, int horizonMonths)
    {
        var paid = Money.Zero(venture.Capex.Currency);
        var price = venture.Price;
        var fails = false;
        for (var begun = 0; begun < horizonMonths; begun += Venture.MonthsPerYear)
        {
            var months = Math.Min(Venture.MonthsPerYear, horizonMonths - begun);
            var flow = venture.Month(price).Owner;
            fails = flow.Minor <= 0;
            if (fails && begun == 0) return new(null, NoPayback.CostsExceedRevenue, Times(flow, horizonMonths));
            if (!fails)
            {
                var needed = (venture.Capex.Minor - paid.Minor + flow.Minor - 1) / flow.Minor;
                if (needed <= months) return new(begun + (int)needed, null, paid + Times(flow, (int)needed));
            }

            paid += Times(flow, months);
            price = Step(price, venture.PriceFall);
        }

        return new(null, fails ? NoPayback.PriceFallsBelowCosts : NoPayback.BeyondHorizon, paid);
    }

    internal static UnitPrice Step(UnitPrice price, BasisPoints fall) =>
        price with { Nanos = Rating.DivideHalfUp((Int128)price.Nanos * (BasisPoints.Whole - fall.Value), BasisPoints.Whole) };

    internal static Money Times(Money flow, int months) => new(flow.Minor * months, flow.Currency);
}
