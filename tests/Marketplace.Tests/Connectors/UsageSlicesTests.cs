using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>Usage as it is cut: every second of a job within its lease once, under names that never mean anything else.</summary>
public sealed class UsageSlicesTests
{
    private static readonly Instant Noon = Instant.FromUtc(2026, 1, 10, 12, 0);

    private static readonly ServedLease Lease = new()
    {
        LeaseId = new("lease_01"), OfferId = new("offer_01"), BuyerId = new("org_01"), BuyerName = "Blue Heron", ProviderId = new("org_02"),
        Cards = CardCount.Of(4), FromAt = Noon, UntilAt = Noon + Duration.FromHours(6), State = "active",
    };

    [Fact]
    public void EndedJob_IsCutAtTheHours_AndAtTheLease()
    {
        var job = Job(start: -10, end: 130);

        var slices = UsageSlices.Of(job, Lease, [new(Minute(5), Minute(125))], CardCount.Of(8), Minute(131)).ToList();

        Assert.Equal(
            [(5, 60), (60, 120), (120, 125)], slices.Select(s => (Minutes(s.Data.From), Minutes(s.Data.Until))));
        Assert.All(slices, s => Assert.Equal(("lease_01", "/slurm/test", "4"), (s.Subject.Value, s.Source, s.Data.Cards.ToString())));
        Assert.Equal(3, slices.Select(s => s.Id).Distinct().Count());
    }

    [Theory]
    [InlineData(64, 0)]
    [InlineData(65, 1)]
    [InlineData(124, 1)]
    [InlineData(125, 2)]
    public void RunningJob_IsReportedByFullHours_OnceTheyHaveSettled(int now, int count) =>
        Assert.Equal(count, UsageSlices.Of(Job(0, null), Lease, [new(Noon, Lease.UntilAt)], CardCount.Of(1), Minute(now)).Count());

    [Fact]
    public void JobThatNeverBegan_OrRanOutsideTheLease_IsNoUsage()
    {
        Assert.Empty(UsageSlices.Of(Job(null, 10), Lease, [new(Noon, Lease.UntilAt)], CardCount.Of(1), Minute(99)));
        Assert.Empty(UsageSlices.Of(Job(-20, -10), Lease, [new(Noon, Lease.UntilAt)], CardCount.Of(1), Minute(99)));
        Assert.Empty(UsageSlices.Of(Job(0, 10), Lease, [], CardCount.Of(1), Minute(99)));
    }

    [Fact]
    public void JobThatEndsInTheMarketsFuture_Waits() =>
        Assert.Empty(UsageSlices.Of(Job(0, 10), Lease, [new(Noon, Lease.UntilAt)], CardCount.Of(1), Minute(9)));

    [Fact]
    public void History_TellsWhenTheLeaseWasActive()
    {
        ServedLeaseEvent[] history =
        [
            new("awarded", Minute(-5)), new("provisioning", Minute(-4)), new("active", Minute(1)), new("active", Minute(2)),
            new("interrupted", Minute(10)), new("active", Minute(20)), new("ended", Minute(30)), new("disputed", Minute(40)),
        ];

        Assert.Equal([new(Minute(1), Minute(10)), new(Minute(20), Minute(30))], ActiveTime.Of(history, Lease.UntilAt));
        Assert.Equal([new(Minute(1), Lease.UntilAt)], ActiveTime.Of(history[..3], Lease.UntilAt));
        Assert.Empty(ActiveTime.Of(history[..2], Lease.UntilAt));
    }

    // Whoever looks when, what is sent adds up to the job within the lease, and no name is ever sent with two meanings.
    [Fact]
    public void Looks_AtAnyTimes_AddUpToTheJob()
    {
        for (var seed = 0; seed < 2_000; seed++)
        {
            var random = new Random(seed);
            var (start, length) = (random.Next(-60, 300), random.Next(1, 300));
            var (from, until) = (random.Next(0, 60), random.Next(61, 360));
            var cut = random.Next(from, until);
            ServedLeaseEvent[] history =
            [
                new("active", Minute(from)), new("interrupted", Minute(cut)), new("active", Minute(cut + 7)),
                new("ended", Minute(until + 8)),
            ];
            var sent = new Dictionary<string, UsageData>(StringComparer.Ordinal);
            for (var now = 0; now < 800; now += random.Next(1, 90))
            {
                // The books learn of the end up to four minutes late.
                var isKnown = start + length <= now - random.Next(0, 5);
                var job = Job(start, isKnown ? start + length : null);
                if (start > now) continue;
                var active = ActiveTime.Of(history.Where(e => e.At <= Minute(now)), Lease.UntilAt);
                foreach (var slice in UsageSlices.Of(job, Lease, active, CardCount.Of(1), Minute(now)))
                {
                    Assert.True(slice.Data.Until <= Minute(now), $"seed {seed}");
                    Assert.True(!sent.TryGetValue(slice.Id, out var before) || before == slice.Data, $"seed {seed}: {slice.Id}");
                    sent[slice.Id] = slice.Data;
                }
            }

            var expected = Overlap(start, start + length, from, cut) + Overlap(start, start + length, cut + 7, Math.Min(until + 8, 360));
            Assert.True(expected == sent.Values.Sum(d => Minutes(d.Until) - Minutes(d.From)), $"seed {seed}");
        }
    }

    private static int Overlap(int from, int until, int since, int end) => Math.Max(0, Math.Min(until, end) - Math.Max(from, since));

    private static SacctRecord Job(int? start, int? end) =>
        new("test", 7, 1, start is { } s ? Minute(s) : null, end is { } e ? Minute(e) : null, "gres/gpu=1");

    private static Instant Minute(int minute) => Noon + Duration.FromMinutes(minute);

    private static int Minutes(Instant at) => (int)(at - Noon).TotalMinutes;
}
