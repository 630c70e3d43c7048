using NodaTime;

namespace Marketplace;

/// <summary>
/// The time that auctions sell: whole hours in UTC, from the next full hour on, which is an auction's gate.
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

    private static long Floor(long value, long step) => value - (((value % step) + step) % step);
}
