namespace Marketplace.Pricing;

/// <summary>A venture at one price and one utilisation.</summary>
/// <param name="Utilisation">The part of all card-hours that is sold.</param>
/// <param name="PriceChange">The price against the venture's, in basis points; -1,000 is a tenth less.</param>
/// <param name="Payback">When the capital is back.</param>
/// <param name="MonthlyOwner">The owner's month of the first year.</param>
public sealed record SensitivityCell(BasisPoints Utilisation, int PriceChange, Payback Payback, Money MonthlyOwner);

/// <summary>The venture at four fifths sold, against what it was told.</summary>
/// <param name="Monthly">A month of the first year at 80 %.</param>
/// <param name="Payback">When the capital is back at 80 %.</param>
/// <param name="Ask">What a card-hour must bring at 80 % to pay back in time; <c>null</c>: no ask does.</param>
/// <param name="MonthlyChange">What the owner's month has more, or less, than at the given utilisation.</param>
/// <param name="MonthsChange">How many months earlier (negative) or later; <c>null</c> when one of the two does not pay back.</param>
public sealed record EightyLine(MonthlyCash Monthly, Payback Payback, UnitPrice? Ask, Money MonthlyChange, int? MonthsChange);

/// <summary>Everything that is told about a venture. Same input, same output; no interest, no tax, no resale value.</summary>
/// <param name="Years">Price, month and what is paid back, year by year to the horizon.</param>
/// <param name="Payback">When the capital is back at the given price and utilisation.</param>
/// <param name="Ask">The least per card-hour, in the first year, that pays back in the target years; <c>null</c>: none up to
/// <see cref="HighestAsk"/> currency units.</param>
/// <param name="UtilisationNeeded">The least utilisation that pays back in the target years at the given price; <c>null</c>: not even when
/// all is sold.</param>
/// <param name="AtEighty">The 80 % line.</param>
/// <param name="Sensitivity">Prices from a fifth less to a fifth more, at four utilisations and the given one; row by row.</param>
public sealed record BreakEven(
    IReadOnlyList<CashYear> Years, Payback Payback, UnitPrice? Ask, BasisPoints? UtilisationNeeded, EightyLine AtEighty,
    IReadOnlyList<SensitivityCell> Sensitivity)
{
    /// <summary>No ask above this is looked for, in currency units per card-hour.</summary>
    public const long HighestAsk = 1_000_000;

    /// <summary>The line against which utilisation is held: four fifths.</summary>
    public static readonly BasisPoints Eighty = new(8_000);

    private static readonly int[] PriceChanges = [-2_000, -1_000, 0, 1_000, 2_000];

    private static readonly int[] Utilisations = [4_000, 6_000, 8_000, 10_000];

    public static BreakEven Of(Venture venture)
    {
        var payback = Payback.Of(venture, venture.HorizonMonths);
        return new(
            [.. YearsOf(venture)], payback, AskOf(venture), UtilisationOf(venture), EightyOf(venture, payback), [.. CellsOf(venture)]);
    }

    /// <summary>The ask per unit-hour that comes to no less than an ask per card-hour: rounded up to the nano.</summary>
    public static UnitPrice PerUnit(UnitPrice perCardHour, StandardUnits units) => perCardHour with
    {
        Nanos = (long)((((Int128)perCardHour.Nanos * StandardUnits.MicrosPerUnit) + units.Micros - 1) / units.Micros),
    };

    private static IEnumerable<CashYear> YearsOf(Venture venture)
    {
        var (price, paid) = (venture.Price, Money.Zero(venture.Capex.Currency));
        for (var begun = 0; begun < venture.HorizonMonths; begun += Venture.MonthsPerYear)
        {
            var month = venture.Month(price);
            paid += Payback.Times(month.Owner, Math.Min(Venture.MonthsPerYear, venture.HorizonMonths - begun));
            yield return new((begun / Venture.MonthsPerYear) + 1, price, month, paid);
            price = Payback.Step(price, venture.PriceFall);
        }
    }

    private static UnitPrice? AskOf(Venture venture) =>
        Least(HighestAsk * 1_000_000_000, nanos => PaysBack(venture with { Price = venture.Price with { Nanos = nanos } })) is { } least
            ? venture.Price with { Nanos = least }
            : null;

    private static BasisPoints? UtilisationOf(Venture venture) =>
        Least(BasisPoints.Whole, share => PaysBack(venture with { Utilisation = new((int)share) })) is { } least
            ? new BasisPoints((int)least)
            : null;

    private static bool PaysBack(Venture venture) =>
        Payback.Of(venture, venture.TargetYears * Venture.MonthsPerYear).Months is not null;

    /// <summary>
    /// The least value that will do, by halving; null when the most will not. What an owner gets never falls when the price or the sold
    /// part rises, unless a sold hour costs more power than it brings: then no part of all hours pays back either.
    /// </summary>
    private static long? Least(long most, Func<long, bool> does)
    {
        if (!does(most)) return null;
        var low = 0L;
        while (low < most)
        {
            var middle = low + ((most - low) / 2);
            if (does(middle)) most = middle;
            else low = middle + 1;
        }

        return most;
    }

    private static EightyLine EightyOf(Venture venture, Payback given)
    {
        var eighty = venture with { Utilisation = Eighty };
        var (month, payback) = (eighty.Month(eighty.Price), Payback.Of(eighty, eighty.HorizonMonths));
        return new(
            month, payback, AskOf(eighty), month.Owner - venture.Month(venture.Price).Owner,
            payback.Months is { } then && given.Months is { } now ? then - now : null);
    }

    private static IEnumerable<SensitivityCell> CellsOf(Venture venture) =>
        from share in Utilisations.Append(venture.Utilisation.Value).Distinct().Order()
        from change in PriceChanges
        let nanos = Rating.DivideHalfUp((Int128)venture.Price.Nanos * (BasisPoints.Whole + change), BasisPoints.Whole)
        let cell = venture with { Utilisation = new(share), Price = venture.Price with { Nanos = nanos } }
        select new SensitivityCell(cell.Utilisation, change, Payback.Of(cell, cell.HorizonMonths), cell.Month(cell.Price).Owner);
}
