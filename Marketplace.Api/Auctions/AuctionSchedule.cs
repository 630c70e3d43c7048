using NodaTime;

namespace Marketplace;

/// <summary>When auctions are due: every so many minutes, counted from the full hour.</summary>
/// <param name="Minutes">A divisor of 60; 0: none is ever due, they are held on demand.</param>
public readonly record struct AuctionSchedule(int Minutes)
{
    /// <summary>The first auction that is due after this instant; null: none is ever.</summary>
    public Instant? Next(Instant now) => Last(now) is { } last ? last + Duration.FromMinutes(Minutes) : null;

    /// <summary>The last auction that was due at this instant or before it; null: none ever was.</summary>
    public Instant? Last(Instant now)
    {
        if (Minutes == 0) return null;
        var period = Minutes * 60_000L;
        return Instant.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds() / period * period);
    }

    /// <summary>What an auction held now sells from: the next full hour, so that no lease begins before it is awarded.</summary>
    public static Instant GateAfter(Instant now)
    {
        const long hour = 3_600_000;
        return Instant.FromUnixTimeMilliseconds(((now.ToUnixTimeMilliseconds() / hour) + 1) * hour);
    }
}
