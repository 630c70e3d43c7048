using Marketplace.Billing;

namespace Marketplace;

public sealed class AuctionScheduleTests
{
    [Theory]
    [InlineData(15, "2026-01-01T10:07", "2026-01-01T10:00", "2026-01-01T10:15")]
    [InlineData(15, "2026-01-01T10:15", "2026-01-01T10:15", "2026-01-01T10:30")]
    [InlineData(60, "2026-01-01T23:59", "2026-01-01T23:00", "2026-01-02")]
    [InlineData(1, "2026-01-01T10:07", "2026-01-01T10:07", "2026-01-01T10:08")]
    public void LastAndNext_StandOnTheGridOfTheFullHour(int minutes, string now, string last, string next)
    {
        var schedule = new AuctionSchedule(minutes);

        Assert.Equal((Books.At(last), Books.At(next)), (schedule.Last(Books.At(now)), schedule.Next(Books.At(now))));
    }

    [Fact]
    public void NoMinutes_NothingIsEverDue()
    {
        var schedule = new AuctionSchedule(0);

        Assert.Equal((null, null), (schedule.Last(Books.At("2026-01-01")), schedule.Next(Books.At("2026-01-01"))));
    }

    [Theory]
    [InlineData("2026-01-01T10:00", "2026-01-01T11:00")]
    [InlineData("2026-01-01T10:59:59", "2026-01-01T11:00")]
    public void GateAfter_IsTheNextFullHour(string now, string gate) =>
        Assert.Equal(Books.At(gate), AuctionSchedule.GateAfter(Books.At(now)));
}
