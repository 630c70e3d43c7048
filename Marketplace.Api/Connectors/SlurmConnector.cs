using System.Text.Json;
using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;
using NodaTime.Text;

namespace Marketplace;

/// <summary>
/// Keeps a Slurm cluster as the marketplace's leases say, and tells the marketplace what was used. Each look compares what is wanted with
/// what is there and does what is missing, so that a look that was killed, left out or made twice harms nothing: everything it knows stands
/// in Slurm and in the marketplace, under the lease's id.
/// </summary>
/// <param name="since">How far back the first look of a start asks for usage.</param>
internal sealed class SlurmConnector(MarketApi market, SlurmCommand slurm, SlurmSite site, Duration since, TextWriter log)
{
    /// <summary>So late may a job's end reach Slurm's books and still be seen by the next look.</summary>
    private static readonly Duration Late = Duration.FromHours(1);

    private static readonly Duration AboutToBegin = Duration.FromMinutes(1);

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    private static readonly InstantPattern Time = InstantPattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm':'ss");

    private HashSet<string> _answered = new(StringComparer.Ordinal);
    private Instant? _reported;
    private bool _isDone;

    /// <summary>
    /// Looks again and again: when the bell rings, when the time is over, and sooner, at growing distances, while something is left to do.
    /// </summary>
    public async Task Run(Signal bell, TimeSpan every, CancellationToken ct)
    {
        for (var wait = Soon; ; wait = _isDone ? Soon : wait * 2)
        {
            var isDone = await Look(ct);
            await bell.Wait(isDone || wait > every ? every : wait, ct);
        }
    }

    /// <summary>Does what is to be done now. False: there is more to do soon, such as what the log says was not possible.</summary>
    public async Task<bool> Look(CancellationToken ct)
    {
        _isDone = true;
        await Attempt("look", () => Compare(ct), ct);
        return _isDone;
    }

    private async Task Compare(CancellationToken ct)
    {
        var standing = await Standing(ct);
        var leases = await Leases(standing, ct);
        var now = market.Now;
        var logins = new Dictionary<OrganisationId, string>();
        foreach (var theirs in leases.Values.Where(lease => lease.IsPromised(now)).ToLookup(lease => lease.BuyerId))
        {
            var held = new CardCount(theirs.Where(lease => lease.FromAt <= now).Sum(lease => lease.Cards.Millis));
            await Attempt($"account of {theirs.Key}", Account, ct);

            async Task Account() =>
                logins[theirs.Key] = await BuyerAccount.Ensure(slurm, site, theirs.Key, theirs.First().BuyerName, held, ct);
        }

        foreach (var lease in leases.Values)
        {
            var isStanding = standing.Contains(lease.LeaseId);
            if (lease.IsTakenBack && isStanding)
                await Attempt(lease.LeaseId.Value, () => TakeBack(lease, ct), ct);
            else if (lease.IsPromised(now) && logins.TryGetValue(lease.BuyerId, out var login))
                await Attempt(lease.LeaseId.Value, () => Serve(lease, login, isStanding, now, ct), ct);

            // Whose window is about to begin should not wait for a whole round.
            if (!lease.IsDue(now) && lease.IsDue(now + AboutToBegin)) _isDone = false;
        }

        await Attempt("usage", () => Report(leases, now, ct), ct);
    }

    /// <summary>What one lease or one tool will not do, the others must not wait for; the next look tries it again.</summary>
    private async Task Attempt(string what, Func<Task> act, CancellationToken ct)
    {
        try
        {
            await act();
        }
        catch (Exception e) when (
            e is SlurmFault or HttpRequestException or JsonException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            _isDone = false;
            await log.WriteLineAsync($"{what}: {e.Message}");
        }
    }

    private async Task<HashSet<LeaseId>> Standing(CancellationToken ct) =>
        [.. Reservation.Names(await slurm.Run("scontrol", ["--oneliner", "show", "reservation"], ct))
            .Select(name => Reservation.LeaseOf(site, name)).OfType<LeaseId>()];

    /// <summary>
    /// The leases that want their cards, and those whose reservation stands. A reservation goes because the marketplace says so of its own
    /// lease, never because a list does not name it: a wrong key takes nobody's cards away.
    /// </summary>
    private async Task<Dictionary<LeaseId, ServedLease>> Leases(IEnumerable<LeaseId> standing, CancellationToken ct)
    {
        var leases = new Dictionary<LeaseId, ServedLease>();
        foreach (var state in ServedLease.Promised)
            foreach (var lease in await market.Leases(state, ct))
                leases[lease.LeaseId] = lease;
        foreach (var leaseId in standing.Where(id => !leases.ContainsKey(id)))
            if (await market.Lease(leaseId, ct) is { } lease) leases[leaseId] = lease;
        foreach (var other in leases.Values.Where(lease => !site.Serves(lease)).ToList()) leases.Remove(other.LeaseId);
        return leases;
    }

    private async Task Serve(ServedLease lease, string login, bool isStanding, Instant now, CancellationToken ct)
    {
        if (lease.State == "awarded") await market.Provision(lease.LeaseId, ct);
        if (!isStanding)
        {
            await slurm.Run("scontrol", Reservation.Create(site, lease, now), ct);
            await log.WriteLineAsync($"{lease.LeaseId}: {lease.Cards} cards reserved for {lease.BuyerName}");
        }

        if (!lease.IsDue(now)) return;
        var (account, reservation) = (BuyerAccount.NameOf(site, lease.BuyerId), Reservation.NameOf(site, lease.LeaseId));
        var access = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["kind"] = "slurm", ["host"] = site.LoginHost, ["login"] = login, ["account"] = account, ["reservation"] = reservation,
            ["submit"] = $"sbatch --account={account} --partition={site.Partition} --reservation={reservation}",
        };
        await market.Start(lease.LeaseId, access, ct);
        await log.WriteLineAsync($"{lease.LeaseId}: handed over to {lease.BuyerName}, login {login}");
    }

    // Slurm deletes no reservation while its jobs end; then a later look does.
    private async Task TakeBack(ServedLease lease, CancellationToken ct)
    {
        var name = Reservation.NameOf(site, lease.LeaseId);
        await slurm.Run("scancel", [$"--reservation={name}"], ct);
        await slurm.Run("scontrol", ["delete", $"ReservationName={name}"], ct);
        await log.WriteLineAsync($"{lease.LeaseId}: {lease.State}, its cards are free");
    }

    private async Task Report(Dictionary<LeaseId, ServedLease> leases, Instant now, CancellationToken ct)
    {
        var jobs = await Jobs(_reported is { } last ? last - Late : now - since, ct);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var events = new List<UsageCloudEvent>();
        foreach (var theirs in jobs.GroupBy(job => job.Lease, job => job.Job))
        {
            if (!leases.TryGetValue(theirs.Key, out var lease)) lease = await market.Lease(theirs.Key, ct);
            if (lease is null || !site.Serves(lease)) continue;
            var active = ActiveTime.Of(await market.History(lease.LeaseId, ct), lease.UntilAt);
            foreach (var job in theirs)
            {
                if (site.CardsOf(job) is not { } cards) continue;
                events.AddRange(
                    UsageSlices.Of(job, lease, active, cards, now).Where(slice => seen.Add(slice.Id) && !_answered.Contains(slice.Id)));
            }
        }

        foreach (var batch in events.OrderBy(slice => slice.Data.From).Chunk(UsageLog.MaxBatch))
        {
            var answer = await market.Record(batch, ct);
            _answered.UnionWith(batch.Select(slice => slice.Id));
            await log.WriteLineAsync($"usage: {answer.Accepted} accepted, {answer.Duplicate} known before, of {batch.Length} events");
            foreach (var outcome in answer.Outcomes.Where(o => o.Status is not (UsageStatus.Accepted or UsageStatus.Duplicate)))
                await log.WriteLineAsync($"usage {outcome.Id}: {WireJson.Word(outcome.Status)}, {outcome.Reason}");
        }

        // What no look will meet again need not be remembered.
        _answered = [.. _answered.Where(seen.Contains)];
        _reported = now;
    }

    /// <summary>
    /// The jobs of our reservations since an instant. One that the books say runs, but that the controller does not know, is left out: it
    /// ended without their hearing of it.
    /// </summary>
    private async Task<IReadOnlyList<(LeaseId Lease, SacctRecord Job)>> Jobs(Instant from, CancellationToken ct)
    {
        var records = SacctRecord.Parse(await slurm.Run(
            "sacct",
            [
                "--noheader", "--parsable2", "--allocations", "--duplicates", "--allusers", $"--partition={site.Partition}",
                $"--starttime={Time.Format(from)}", $"--format={SacctRecord.Format}",
            ],
            ct));
        var jobs = records.Where(job => job is { Start: not null, ReservationId: not null }).ToList();
        if (jobs.Count == 0) return [];
        var ids = string.Join(',', jobs.Select(job => job.ReservationId!.Value).Distinct());

        // Without a start sacctmgr would forget the reservations of yesterday.
        var names = Reservation.ById(await slurm.Run(
            "sacctmgr",
            ["--noheader", "--parsable2", "show", "reservation", "where", $"id={ids}", "start=2000-01-01", "format=id,name"], ct));
        var known = (await slurm.Run("squeue", ["--noheader", $"--partition={site.Partition}", "--format=%A"], ct)).Split('\n').ToHashSet();
        return
        [
            .. from job in jobs
            where job.End is not null || known.Contains($"{job.JobId}")
            let lease = Reservation.LeaseOf(site, names.GetValueOrDefault(job.ReservationId!.Value, ""))
            where lease is not null
            select (lease.Value, job),
        ];
    }
}
