using NodaTime;

namespace Marketplace.Pricing;

/// <summary>
/// One billing month of an account: half-open instants <c>[From, Until)</c>, from the start of the anchor day in the account's zone
/// to the start of the next month's. An anchor day that a month does not have falls on its last day and never drifts.
/// Hours are elapsed instants: a March in New York has 743.
/// </summary>
public readonly record struct BillingPeriod(Instant From, Instant Until)
{
    /// <summary>The period that holds that instant.</summary>
    /// <param name="at">Any instant; a boundary belongs to the period that begins there.</param>
    /// <param name="zone">The account's zone, from NodaTime's own tzdb.</param>
    /// <param name="anchorDay">1 to 31; 1 is the calendar month.</param>
    public static BillingPeriod Containing(Instant at, DateTimeZone zone, int anchorDay = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(anchorDay, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(anchorDay, 31);
        var month = at.InZone(zone).Date.ToYearMonth();
        if (at < Boundary(month, zone, anchorDay)) month = month.PlusMonths(-1);
        return new(Boundary(month, zone, anchorDay), Boundary(month.PlusMonths(1), zone, anchorDay));
    }

    /// <summary>
    /// The periods of an account from the one that holds <paramref name="from"/> to the last that has ended by <paramref name="cutoff"/>.
    /// </summary>
    public static IEnumerable<BillingPeriod> Ended(Instant from, Instant cutoff, DateTimeZone zone, int anchorDay = 1)
    {
        for (var period = Containing(from, zone, anchorDay); period.Until <= cutoff; period = Containing(period.Until, zone, anchorDay))
            yield return period;
    }

    public bool Contains(Instant at) => From <= at && at < Until;

    /// <summary>The year and month in which the period begins, as in <c>2026-01</c>.</summary>
    public string Label(DateTimeZone zone) =>
        From.InZone(zone).Date.ToYearMonth().ToString("yyyy'-'MM", System.Globalization.CultureInfo.InvariantCulture);

    private static Instant Boundary(YearMonth month, DateTimeZone zone, int anchorDay) =>
        zone.AtStartOfDay(month.OnDayOfMonth(Math.Min(anchorDay, month.Calendar.GetDaysInMonth(month.Year, month.Month)))).ToInstant();
}
