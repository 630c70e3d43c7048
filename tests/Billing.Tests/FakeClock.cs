using NodaTime;

namespace Marketplace.Billing;

/// <summary>
/// A clock that stands still until it is moved: the market's <see cref="IClock"/> and the host's <see cref="TimeProvider"/> in one.
/// </summary>
public sealed class FakeClock(Instant now) : TimeProvider, IClock
{
    private long _ticks = now.ToUnixTimeTicks();

    public Instant Now
    {
        get => Instant.FromUnixTimeTicks(Volatile.Read(ref _ticks));
        set => Volatile.Write(ref _ticks, value.ToUnixTimeTicks());
    }

    /// <summary>Moves on to an instant, unless it is later already; safe when several do so at once.</summary>
    public void MoveTo(Instant to)
    {
        var ticks = to.ToUnixTimeTicks();
        for (var before = Volatile.Read(ref _ticks); ticks > before;)
        {
            var seen = Interlocked.CompareExchange(ref _ticks, ticks, before);
            if (seen == before) return;
            before = seen;
        }
    }

    public Instant GetCurrentInstant() => Now;

    public override DateTimeOffset GetUtcNow() => Now.ToDateTimeOffset();
}

/// <summary>The host's time, thirty times as fast, so that waits of the outbox are over soon.</summary>
public sealed class FastTime : TimeProvider
{
    private readonly long _start = System.GetTimestamp();
    private readonly DateTimeOffset _origin = System.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => _origin + (30 * System.GetElapsedTime(_start));
}
