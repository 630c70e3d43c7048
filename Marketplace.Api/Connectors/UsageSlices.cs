using Marketplace.Billing;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// Cuts what a job used into usage events whose names never mean anything else: a slice ends with the hour of the clock (UTC), with the job
/// or with the lease, and is named by the job's number, its start and the slice's own. Whoever asks again, and however often, gets the same
/// events; a job that still runs gets new ones as hours pass.
/// </summary>
internal static class UsageSlices
{
    /// <summary>So long an hour waits while a job runs: its end may be known to the controller and not yet to the books.</summary>
    public static readonly Duration Settling = Duration.FromMinutes(5);

    /// <param name="job">Whose usage it is.</param>
    /// <param name="lease">Whose reservation the job ran in.</param>
    /// <param name="active">When the lease was active; nothing outside is usage.</param>
    /// <param name="cards">What the job had; more than the lease has is cut to it.</param>
    /// <param name="now">The marketplace's time; what ends later is left for the next look.</param>
    public static IEnumerable<UsageCloudEvent> Of(
        SacctRecord job, ServedLease lease, IEnumerable<ActiveTime> active, CardCount cards, Instant now)
    {
        if (job.Start is not { } start) yield break;
        var known = job.End is null ? now - Settling : now;
        foreach (var stretch in active)
        {
            var until = job.End is { } end ? Instant.Min(end, stretch.Until) : stretch.Until;
            for (var from = Instant.Max(start, stretch.From); from < until;)
            {
                var cut = Instant.Min(until, HourAfter(from));
                if (cut > known) break;
                yield return new(
                    "1.0", CloudEvents.UsageType, $"/slurm/{job.Cluster}",
                    $"{job.JobId}-{start.ToUnixTimeSeconds()}-{from.ToUnixTimeMilliseconds()}", lease.LeaseId,
                    new(UsageEvent.CardSecondsMeter, from, cut, cards < lease.Cards ? cards : lease.Cards));
                from = cut;
            }
        }
    }

    private static Instant HourAfter(Instant at) =>
        Instant.FromUnixTimeSeconds(((at.ToUnixTimeSeconds() / NodaConstants.SecondsPerHour) + 1) * NodaConstants.SecondsPerHour);
}
