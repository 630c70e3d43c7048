using Marketplace.Billing;
using Marketplace.Contracts;

namespace Marketplace;

/// <summary>What followed a position.</summary>
/// <param name="Events">Those that the filter shows, in their order.</param>
/// <param name="Reached">The position up to which nothing else is there to be shown.</param>
internal sealed record LivePassage(IReadOnlyList<LiveEvent> Events, long Reached);

/// <summary>
/// The one on each host who asks the database what happened, for all who watch there. The newest events lie in memory; a watcher has only
/// its own position, and one that is far behind reads from the database until it has caught up. While nobody watches, nothing is asked.
/// </summary>
internal sealed class LiveFeed(Database database, MarketplaceOptions options, TimeProvider time, ILogger<LiveFeed> log) : BackgroundService
{
    /// <summary>How many events are kept in memory, and how many are read from the database at once.</summary>
    internal const int Kept = 2_000, AtOnce = 500;

    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly Dictionary<OrganisationId, int> _watchers = [];
    private volatile Newest _newest = new(0, 0, []);

    /// <summary>Takes a place for one more stream of a tenant on this host, until it is disposed of.</summary>
    /// <exception cref="Refusal">Conflict: the tenant has as many as it may have.</exception>
    public IDisposable Watch(OrganisationId tenant)
    {
        lock (_gate)
        {
            var open = _watchers.GetValueOrDefault(tenant);
            if (open >= options.LiveStreams)
                throw Refusal.Conflict($"You have {open} streams open, which is the most; close one, or let one watch more kinds");
            _watchers[tenant] = open + 1;
        }

        return new Place(this, tenant);
    }

    /// <summary>What followed a position, as soon as something did; nothing when that much time is over first.</summary>
    public async Task<LivePassage> After(long position, LiveFilter filter, TimeSpan atMost, CancellationToken ct)
    {
        var newest = _newest;
        var began = time.GetTimestamp();
        while (newest.Until <= position)
        {
            var left = atMost - time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero) return new([], position);
            try
            {
                newest = await newest.Next.WaitAsync(left, time, ct);
            }
            catch (TimeoutException)
            {
                return new([], position);
            }
        }

        if (position >= newest.From) return new([.. newest.Events.Where(e => e.Position > position && filter.Shows(e))], newest.Until);
        await using var session = await database.Read(ct);
        return await Read(session, position, newest.Until, filter, AtOnce);
    }

    /// <summary>The same from the database alone: a part of what lies in [after + 1, until].</summary>
    internal static async Task<LivePassage> Read(Session session, long after, long until, LiveFilter filter, int limit)
    {
        var events = await LiveLog.Between(session, filter.Only, after, until, limit);
        return new([.. events.Where(filter.Shows)], events.Count < limit ? until : events[^1].Position);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (IsWatched()) await Look(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogError(e, "A look at what happened failed; the next one shows it");
            }

            await Task.Delay(Round, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task Look(CancellationToken ct)
    {
        var seen = _newest;
        var last = await LiveLog.Number(database, ct);
        if (last <= seen.Until) return;

        // After a time without watchers only the end is read; who needs more has its own way to the database.
        var from = Math.Max(seen.Until, last - Kept);
        await using var session = await database.Read(ct);
        var more = await LiveLog.Between(session, null, from, last, Kept);
        var keep = from > seen.Until ? [] : seen.Events.Where(e => e.Position > last - Kept);
        var newest = new Newest(Math.Max(from > seen.Until ? from : seen.From, last - Kept), last, [.. keep, .. more]);
        _newest = newest;
        seen.Follow(newest);
    }

    private bool IsWatched()
    {
        lock (_gate) return _watchers.Count > 0;
    }

    private void Leave(OrganisationId tenant)
    {
        lock (_gate)
        {
            if (--_watchers[tenant] == 0) _watchers.Remove(tenant);
        }
    }

    /// <summary>All events of [From + 1, Until], and word of what follows them. Never changed.</summary>
    private sealed class Newest(long from, long until, IReadOnlyList<LiveEvent> events)
    {
        private readonly TaskCompletionSource<Newest> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long From => from;

        public long Until => until;

        public IReadOnlyList<LiveEvent> Events => events;

        public Task<Newest> Next => _next.Task;

        public void Follow(Newest next) => _next.SetResult(next);
    }

    private sealed class Place(LiveFeed feed, OrganisationId tenant) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) feed.Leave(tenant);
        }
    }
}
