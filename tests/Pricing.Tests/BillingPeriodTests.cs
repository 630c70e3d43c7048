using NodaTime;
using NodaTime.Text;

namespace Marketplace.Pricing;

public sealed class BillingPeriodTests
{
    private static readonly DateTimeZone NewYork = DateTimeZoneProviders.Tzdb["America/New_York"];

    [Fact]
    public void Containing_MonthStartsOfFortyZones_AreTheTablesToTheSecond()
    {
        var months = SharedTables.Rows("data/time-zones/month_starts.csv")
            .Select(r => (
                Zone: DateTimeZoneProviders.Tzdb[r["zone"]],
                Month: r["month"],
                First: InstantPattern.General.Parse(r["first_instant_utc"]).Value))
            .ToList();

        Assert.NotEmpty(months);
        foreach (var (row, next) in months.Zip(months.Skip(1).Append(default)))
        {
            var period = BillingPeriod.Containing(row.First, row.Zone);
            var before = BillingPeriod.Containing(row.First - Duration.Epsilon, row.Zone);
            var name = $"{row.Zone} {row.Month}";
            Assert.True(period.From == row.First && period.Label(row.Zone) == row.Month, $"{name} begins {row.First}, not {period.From}");
            Assert.True(before.Until == row.First && !before.Contains(row.First), $"the month before {name} ends {before.Until}");
            if (next.Zone == row.Zone) Assert.True(period.Until == next.First, $"{name} ends {next.First}, not {period.Until}");
        }
    }

    [Theory]
    [InlineData("2026-03-15T00:00:00Z", 743)]
    [InlineData("2026-11-15T00:00:00Z", 721)]
    [InlineData("2026-02-15T00:00:00Z", 672)]
    public void Containing_MonthsOfNewYork_HaveElapsedHours(string at, int hours)
    {
        var period = BillingPeriod.Containing(InstantPattern.General.Parse(at).Value, NewYork);

        Assert.Equal(Duration.FromHours(hours), period.Until - period.From);
    }

    [Fact]
    public void Ended_AnchorDay31_IsClampedPerMonthAndNeverDrifts()
    {
        var zone = DateTimeZoneProviders.Tzdb["Asia/Shanghai"];
        var from = new LocalDate(2026, 1, 31).AtStartOfDayInZone(zone).ToInstant();
        var cutoff = new LocalDate(2028, 4, 1).AtStartOfDayInZone(zone).ToInstant();

        var starts = BillingPeriod.Ended(from, cutoff, zone, 31).Select(p => p.From.InZone(zone).Date).ToList();

        string[] expected =
            ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30", "2026-07-31", "2026-08-31"];
        Assert.Equal(expected, starts.Take(8).Select(LocalDatePattern.Iso.Format));
        Assert.Contains(new LocalDate(2028, 2, 29), starts);
        Assert.Equal(26, starts.Count);
    }

    [Fact]
    public void Ended_AnyAnchorDay_LeavesNoGapAndNoOverlap()
    {
        foreach (var anchor in Enumerable.Range(1, 31))
        {
            var from = InstantPattern.General.Parse("2024-01-15T12:00:00Z").Value;
            var periods = BillingPeriod.Ended(from, from + Duration.FromDays(1200), NewYork, anchor).ToList();

            Assert.True(periods[0].Contains(from));
            Assert.All(periods.Zip(periods.Skip(1)), pair => Assert.Equal(pair.First.Until, pair.Second.From));
            Assert.All(periods, p => Assert.Equal(p, BillingPeriod.Containing(p.Until - Duration.Epsilon, NewYork, anchor)));
        }
    }

    [Fact]
    public void Ended_BeforeThePeriodIsOver_IsEmpty()
    {
        var period = BillingPeriod.Containing(InstantPattern.General.Parse("2026-03-15T00:00:00Z").Value, NewYork);

        Assert.Empty(BillingPeriod.Ended(period.From, period.Until - Duration.Epsilon, NewYork));
        Assert.Equal([period], BillingPeriod.Ended(period.From, period.Until, NewYork));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(32)]
    public void Containing_AnchorDayNoMonthHas_IsRefused(int anchor) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => BillingPeriod.Containing(default, NewYork, anchor));
}
