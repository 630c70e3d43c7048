using NodaTime;

namespace Marketplace;

/// <summary>
/// The time of the auctions: whole hours in UTC are sold, and an auction is due every so many minutes, counted from the full hour. An
/// auction sells from the next full hour on, which is its gate.
/// </summary>
internal static class HourGrid
{
    /// <summary>How far ahead of its gate an auction sells, hours: two weeks. No lease of an auction is longer.</summary>
    public const int Slots = 336;

    /// <summary>So long before an auction is due bids for it stay as they are.</summary>
    public static readonly Duration Quiet = Duration.FromSeconds(60);

    private const long HourMs = NodaConstants.MillisecondsPerHour;

    /// <summary>The first full hour that is not before it.</summary>
    public static Instant Up(Instant at) => Instant.FromUnixTimeMilliseconds(-Floor(-at.ToUnixTimeMilliseconds(), HourMs));

    /// <summary>The last full hour that is not after it.</summary>
    public static Instant Down(Instant at) => Instant.FromUnixTimeMilliseconds(Floor(at.ToUnixTimeMilliseconds(), HourMs));

    /// <summary>The whole hours from one instant of the grid to another; below zero if the other is earlier.</summary>
    public static long Hours(Instant from, Instant until) => (until - from).ToInt64Nanoseconds() / NodaConstants.NanosecondsPerHour;

    /// <summary>When the next auction after now is due.</summary>
    /// <param name="now">Now.</param>
    /// <param name="minutes">From one auction to the next; 0: they are held on demand, and none is due.</param>
    public static Instant? NextDue(Instant now, int minutes)
    {
        if (minutes == 0) return null;
        var round = minutes * NodaConstants.MillisecondsPerMinute;
        return Instant.FromUnixTimeMilliseconds(Floor(now.ToUnixTimeMilliseconds(), round) + round);
    }

    private static long Floor(long value, long step) => value - (((value % step) + step) % step);
}
