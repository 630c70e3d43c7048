using Marketplace.Billing;
using Marketplace.Contracts;
using NodaTime;

namespace Marketplace;

/// <summary>
/// Time that stands still until it is moved, and only moves on: so that months can be played in seconds. Its instant lies in the database.
/// Thread-safe.
/// </summary>
public sealed class TestClock(Instant start) : IClock
{
    private long _millis = start.ToUnixTimeMilliseconds();

    public Instant GetCurrentInstant() => Instant.FromUnixTimeMilliseconds(Volatile.Read(ref _millis));

    /// <summary>Moves every host's clock. The same instant again is no mistake.</summary>
    /// <exception cref="Refusal">Conflict: that instant has passed.</exception>
    public async Task Advance(Database database, Instant to, CancellationToken ct)
    {
        await using (var session = await database.Write(ct))
        {
            var moved = await session.Execute(
                "UPDATE test_clock SET now_at = @to WHERE clock_id = 1 AND now_at <= @to", new { to });
            if (moved == 0) throw Refusal.Conflict($"is before now, {InstantText.Format(session.Now)}; time does not go back", "to");
            await session.Commit();
        }

        MoveOn(to.ToUnixTimeMilliseconds());
    }

    /// <summary>Takes over what lies in the database, or puts the start there.</summary>
    internal async Task Begin(Database database, CancellationToken ct)
    {
        await using var session = await database.Write(ct);
        await session.Execute(
            "INSERT INTO test_clock (clock_id, now_at) VALUES (1, @Now) ON CONFLICT (clock_id) DO NOTHING", new { session.Now });
        Volatile.Write(ref _millis, await NowAt(session));
        await session.Commit();
    }

    private void MoveOn(long to)
    {
        for (var now = Volatile.Read(ref _millis); to > now;)
        {
            var seen = Interlocked.CompareExchange(ref _millis, to, now);
            if (seen == now) return;
            now = seen;
        }
    }

    /// <summary>
    /// Takes over the database's instant, or the later one of this host: what was read may be old by the time that it is here.
    /// </summary>
    internal async Task Follow(Database database, CancellationToken ct)
    {
        await using var session = await database.Read(ct);
        MoveOn(await NowAt(session));
    }

    private static Task<long> NowAt(Session session) => session.Scalar<long>("SELECT now_at FROM test_clock WHERE clock_id = 1");
}

/// <summary>Keeps this host's test clock with the others'.</summary>
internal sealed class TestClockFollower(TestClock clock, Database database, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), time);
        while (await timer.WaitForNextTickAsync(stoppingToken)) await clock.Follow(database, stoppingToken);
    }
}
