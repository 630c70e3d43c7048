using System.Data.Common;
using System.Diagnostics;
using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// Holds auctions: gate, clear, commit. The gate and the commit are a transaction each; between them lies a pure function of the journaled
/// snapshot, so that any host can go on where another has died, any number of them may try at once, and one result is written.
/// </summary>
public sealed class AuctionDesk(Database database, MarketplaceOptions options, ILogger<AuctionDesk> log) : IDisposable
{
    /// <summary>A clearing that takes longer is told of, and never cut off: how long it takes must not decide who gets what.</summary>
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(2);

    /// <summary>After so long, what another host has gated is taken over; within it, the other is at work.</summary>
    private static readonly Duration Grace = Duration.FromSeconds(30);

    private const int MostTries = 5;

    // One auction at a time in this host: its clearing uses all processors.
    private readonly SemaphoreSlim _turn = new(1, 1);

    // The schedule's instants that this host has looked at, for markets in which nothing was to be cleared.
    private readonly Dictionary<string, Instant> _seen = new(StringComparer.Ordinal);

    /// <summary>Told when a step is done.</summary>
    internal Action<AuctionStep>? After { get; init; }

    /// <summary>
    /// Finishes what was left gated, and holds the auctions that are due: the last one of the schedule, for each currency in which bids
    /// wait.
    /// </summary>
    /// <param name="takeOver">At once what another host has gated; else only when it has had its time.</param>
    public async Task Tend(bool takeOver = false, CancellationToken ct = default)
    {
        await _turn.WaitAsync(ct);
        try
        {
            await FinishAll(takeOver ? null : Grace, ct);
            foreach (var (currency, dueAt) in await Due(ct))
            {
                await Hold(currency, dueAt, ct);
                _seen[currency.Code] = dueAt;
            }

            // Whoever was quicker with what is due may still be at it; this returns when it is done.
            if (takeOver) await FinishAll(null, ct);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Holds an auction now, outside the schedule.</summary>
    /// <returns>The auction; null: no bid waits that could be in it.</returns>
    public async Task<AuctionId?> Run(Currency currency, CancellationToken ct = default)
    {
        await _turn.WaitAsync(ct);
        try
        {
            await FinishAll(null, ct);
            return await Hold(currency, null, ct);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Clears a small market, so that the first real one does not wait for the compiler.</summary>
    public static void WarmUp() => DryMarket.Clear();

    public void Dispose() => _turn.Dispose();

    private async Task<IReadOnlyList<(Currency Currency, Instant DueAt)>> Due(CancellationToken ct)
    {
        await using var look = await database.Read(ct);
        if (new AuctionSchedule(options.AuctionMinutes).Last(look.Now) is not { } dueAt) return [];
        var gate = AuctionSchedule.GateAfter(look.Now);

        // A bid that came after that instant waits for the next.
        var waiting = await look.Query<string>(
            """
            SELECT DISTINCT b.currency FROM bid b
            WHERE b.execution = 'auction' AND b.state = 'open' AND b.until_at > @Gate AND b.from_at < @End AND b.placed_at < @dueAt
              AND NOT EXISTS (SELECT 1 FROM auction a WHERE a.currency = b.currency AND a.due_at = @dueAt)
            ORDER BY b.currency
            """,
            new { Gate = gate, End = AuctionFacts.EndOf(gate), dueAt });
        return [.. waiting.Where(c => !_seen.TryGetValue(c, out var seen) || seen < dueAt).Select(c => (Currency.Of(c), dueAt))];
    }

    private async Task<AuctionId?> Hold(Currency currency, Instant? dueAt, CancellationToken ct)
    {
        var auctionId = await Anew(async () =>
        {
            await using var session = await database.Write(ct);
            var gated = await Gate.Shut(session, currency, dueAt, After);
            if (gated is not null) await session.Commit();
            return gated;
        });
        if (auctionId is not { } id) return null;
        After?.Invoke(AuctionStep.Gated);
        await Finish(id, ct);
        return id;
    }

    private async Task FinishAll(Duration? grace, CancellationToken ct)
    {
        IReadOnlyList<Auction> gated;
        Instant now;
        await using (var look = await database.Read(ct)) (gated, now) = (await AuctionBook.Gated(look), look.Now);
        foreach (var auction in gated.Where(a => grace is not { } time || a.GatedAt + time < now))
        {
            log.LogWarning("Auction {Number} was left gated; it is cleared again from the journal", auction.Number);
            await Finish(auction.AuctionId, ct);
        }
    }

    private async Task Finish(AuctionId auctionId, CancellationToken ct)
    {
        Auction auction;
        AuctionSnapshot snapshot;
        await using (var look = await database.Read(ct))
        {
            auction = (await AuctionBook.Find(look, auctionId))!;
            snapshot = await AuctionBook.Snapshot(look, auction);
        }

        var watch = Stopwatch.StartNew();
        var result = Clearing.Clear(snapshot);
        var took = watch.Elapsed;
        if (took > Slow) log.LogError("The clearing of auction {Number} took {Seconds} s", auction.Number, took.TotalSeconds);
        database.Remembered<ClearedAuctions>().Keep(snapshot.Hash, snapshot, result);
        After?.Invoke(AuctionStep.Cleared);
        await Anew(async () =>
        {
            await using var session = await database.Write(ct);
            var commit = new AuctionCommit(session, auction, snapshot, result, options.CommissionBasisPoints, After);
            if (await commit.Write((long)took.TotalMilliseconds)) await session.Commit();
            return true;
        });
        After?.Invoke(AuctionStep.Committed);
        log.LogInformation(
            "Auction {Number}: {Awards} awards of {Bids} bids, {Offers} offers", auction.Number, result.Awards.Count, auction.Bids,
            auction.Offers);
    }

    /// <summary>What the database turned away in passing, two that locked each other out, is made again.</summary>
    private static async Task<T> Anew<T>(Func<Task<T>> work)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await work();
            }
            catch (DbException e) when (e.IsTransient && tries < MostTries)
            {
                // Nothing of it was kept.
            }
        }
    }
}
