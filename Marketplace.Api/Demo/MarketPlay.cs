using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// Plays a market file on the test clock, through the same books and consumers that the API uses. The clock is moved before a moment is
/// played, and nothing in a moment has a second effect when it is played again: a play that was killed goes on from the moment at which it
/// stood and ends with the same totals.
/// </summary>
internal sealed class MarketPlay(Database database, TestClock clock, MarketplaceOptions options, MarketFiles files)
{
    /// <summary>The zone of all accounts of a play; its calendar months are billed.</summary>
    public const string Zone = "Asia/Shanghai";

    private static readonly Duration Hour = Duration.FromHours(1);

    private readonly Dictionary<string, OrganisationId> _organisations = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Lease> _leases = new(StringComparer.Ordinal);
    private readonly HashSet<string> _bids = new(StringComparer.Ordinal);
    private readonly List<Lease> _running = [];

    /// <summary>Plays from the first instant of the files.</summary>
    /// <param name="stop">Where to stop, billing the months that have ended; null: when the last job is over, billing every month
    /// touched.</param>
    /// <param name="progress">Told every played hour.</param>
    public async Task Run(Instant? stop, Action<Instant, Instant>? progress, CancellationToken ct)
    {
        var first = files.Offers.Select(o => o.Draft.AvailableFrom).Concat(files.Jobs.Select(j => j.From))
            .Concat(files.Bids.Select(b => b.PlacedAt)).Min();
        var last = stop ?? files.Jobs.Select(j => j.Until).Append(first).Max();
        if (clock.GetCurrentInstant() < first) await clock.Advance(database, first, ct);
        await Enrol(ct);
        await Publish(ct);
        await Recall(ct);
        await Settle(ct);

        var begun = clock.GetCurrentInstant();
        foreach (var at in Moments(first, last).Where(m => m >= begun))
        {
            await clock.Advance(database, at, ct);
            await Play(at, ct);
            if (at == OnTheHour(at)) progress?.Invoke(at, last);
        }

        var end = stop is null
            ? BillingPeriod.Containing(last - Duration.FromMilliseconds(1), DateTimeZoneProviders.Tzdb[Zone]).Until
            : last;
        if (clock.GetCurrentInstant() < end) await clock.Advance(database, end, ct);
        await Steward.Tend(database, ct);
        await LeaseKeeper.Tend(database, options, ct);
        await IndexPublisher.Tend(database, options, ct);
        await Bill(end, ct);
        await Settle(ct);
    }

    /// <summary>The buyers of served jobs.</summary>
    public int Served => files.Jobs.Count(j => _leases.ContainsKey(j.Job));

    private async Task Enrol(CancellationToken ct)
    {
        await using var session = await database.Write(ct);
        foreach (var organisation in await Organisation.List(session, null, "", int.MaxValue))
            _organisations[organisation.Name] = organisation.OrganisationId;
        foreach (var name in files.Offers.Select(o => o.Provider).Distinct(StringComparer.Ordinal))
            await Open(session, name, Role.Provider);
        foreach (var name in files.Jobs.Select(j => j.Buyer).Concat(files.Bids.Select(b => b.Buyer)).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal))
            await Open(session, name, Role.Buyer);
        await session.Commit();
    }

    private async Task Open(Session session, string name, Role role)
    {
        if (_organisations.ContainsKey(name)) return;
        var organisation = await new OpenAccount(name, [role], Zone).Open(session);
        _organisations[name] = organisation.OrganisationId;
    }

    /// <summary>
    /// Publishes what is not there yet: in one transaction, so that of equal asks the first in the file is always the older.
    /// </summary>
    private async Task Publish(CancellationToken ct)
    {
        await using var session = await database.Write(ct);
        var known = new HashSet<(OrganisationId, string)>();
        foreach (var name in files.Offers.Select(o => o.Provider).Distinct(StringComparer.Ordinal))
            known.UnionWith((await OfferBook.Of(session, _organisations[name], null, int.MaxValue)).Select(o => (o.ProviderId, o.Name)));
        foreach (var offer in files.Offers.Where(o => !known.Contains((_organisations[o.Provider], o.Draft.Name))))
            await OfferBook.Publish(session, _organisations[offer.Provider], offer.Draft);
        await session.Commit();
    }

    /// <summary>What an earlier, killed play has done: its leases and bids by their names in the files.</summary>
    private async Task Recall(CancellationToken ct)
    {
        await using var look = await database.Read(ct);
        foreach (var lease in await LeaseBook.List(look, null, null, null, int.MaxValue))
        {
            if (lease.Reference is null) continue;
            _leases[lease.Reference] = lease;
            if (lease.StartedAt is not null) _running.Add(lease);
        }

        foreach (var bid in await BidBook.List(look, null, null, null, int.MaxValue)) _bids.Add(bid.Reference ?? "");
    }

    /// <summary>Every instant at which something happens, in order.</summary>
    private IEnumerable<Instant> Moments(Instant first, Instant last)
    {
        var moments =
            new SortedSet<Instant>(files.Jobs.Select(j => j.From).Concat(files.Bids.SelectMany(b => new[] { b.PlacedAt, b.Draft.FromAt })));
        for (var hour = OnTheHour(first); hour < last + Hour; hour += Hour) moments.Add(hour);
        return moments.Where(m => m >= first && (m <= last || m == OnTheHour(m)));
    }

    private async Task Play(Instant at, CancellationToken ct)
    {
        await Steward.Tend(database, ct);
        await LeaseKeeper.Tend(database, options, ct);
        if (at == OnTheHour(at)) await Report(at, ct);
        await using (var session = await database.Write(ct))
        {
            foreach (var job in _jobs[at]) await Rent(session, job);
            foreach (var bid in _placed[at]) await Place(session, bid);
            await session.Commit();
        }

        // What bids do next depends on the matching of this moment, which happens behind the outbox.
        if (files.Bids.Count > 0)
        {
            await Settle(ct);
            await StartWhatWasMatched(ct);
        }

        if (BillingPeriod.Containing(at, DateTimeZoneProviders.Tzdb[Zone]).From == at) await Bill(at, ct);
    }

    private readonly ILookup<Instant, FileJob> _jobs = files.Jobs.ToLookup(j => j.From);

    private readonly ILookup<Instant, FileBid> _placed = files.Bids.ToLookup(b => b.PlacedAt);

    /// <summary>Rents for one job from the cheapest offer that can hold it, or not at all.</summary>
    private async Task Rent(Session session, FileJob job)
    {
        if (_leases.ContainsKey(job.Job)) return;
        try
        {
            var buyer = _organisations[job.Buyer];
            var quote = await QuoteBook.Ask(session, buyer, new QuoteRequest
            {
                Card = job.Card, Cards = job.Cards, UntilAt = job.Until, Reference = job.Job,
            });
            var lease = await QuoteBook.Accept(session, buyer, quote.QuoteId, options.CommissionBasisPoints);
            Remember(await LeaseBook.Start(session, lease.ProviderId, lease.LeaseId));
        }
        catch (Refusal refusal) when (refusal.Code == RefusalCode.Conflict)
        {
            // Nobody has room: the job goes unserved, and the market says so in its report.
        }
    }

    private async Task Place(Session session, FileBid bid)
    {
        if (_bids.Add(bid.Draft.Reference!))
            await BidBook.Place(session, _organisations[bid.Buyer], bid.Draft, options.CommissionBasisPoints);
    }

    private async Task StartWhatWasMatched(CancellationToken ct)
    {
        await using var session = await database.Write(ct);
        foreach (var lease in await LeaseBook.List(session, null, LeaseState.Awarded, null, int.MaxValue))
        {
            if (lease.FromAt <= session.Now) Remember(await LeaseBook.Start(session, lease.ProviderId, lease.LeaseId));
        }

        await session.Commit();
    }

    private void Remember(Lease lease)
    {
        _leases[lease.Reference!] = lease;
        _running.Add(lease);
    }

    /// <summary>Reports the use of the hour that ends now, every provider for itself, as their agents would.</summary>
    private async Task Report(Instant hour, CancellationToken ct)
    {
        foreach (var provider in _running.GroupBy(l => l.ProviderId).OrderBy(g => g.Key.Value, StringComparer.Ordinal))
        {
            foreach (var part in provider.Select(lease => Used(lease, hour)).OfType<UsageEvent>().Chunk(UsageLog.MaxBatch))
            {
                await using var session = await database.Write(ct);
                var outcomes = await UsageLog.Record(session, provider.Key, part);
                var refused = outcomes.FirstOrDefault(o => o.Status is not (UsageStatus.Accepted or UsageStatus.Duplicate));
                if (refused is not null) throw new InvalidOperationException($"Usage {refused.Id} was {refused.Status}: {refused.Reason}");
                await session.Commit();
            }
        }

        _running.RemoveAll(lease => lease.UntilAt <= hour);
    }

    private static UsageEvent? Used(Lease lease, Instant hour)
    {
        var from = Instant.Max(lease.StartedAt!.Value, hour - Hour);
        var until = Instant.Min(lease.UntilAt, hour);
        return from >= until ? null : new UsageEvent
        {
            Source = "demo/agent", EventId = $"{lease.Reference}/{InstantText.Format(from)}", LeaseId = lease.LeaseId, FromAt = from,
            UntilAt = until,
            Cards = lease.Cards,
        };
    }

    private async Task Bill(Instant cutoff, CancellationToken ct)
    {
        await using (var session = await database.Write(ct))
        {
            await BillingRun.Start(session, cutoff, Organisation.FirstOperator);
            await session.Commit();
        }

        await Settle(ct);
    }

    /// <summary>Waits until the pipeline has nothing left to do, on whichever transport it runs.</summary>
    private async Task Settle(CancellationToken ct)
    {
        while (true)
        {
            await using (var look = await database.Read(ct))
            {
                var backlog = await Backlog.Of(look);
                if (backlog.Parked > 0)
                    throw new InvalidOperationException($"A message was given up on: {(await Outbox.Parked(look))[0].Error}");
                if (backlog.IsEmpty && await BidBook.Unmatched(look) == 0) return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), ct);
        }
    }

    private static Instant OnTheHour(Instant at) => Instant.FromUnixTimeSeconds(at.ToUnixTimeSeconds() / 3_600 * 3_600);
}
