using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// The calendars of an auction's offers: whole cards that are free for the whole of an hour, hour by hour from the gate, and for the drain
/// time behind the last hour that is for sale.
/// </summary>
internal sealed class FreeHours
{
    private const long HourMillis = 3_600_000;

    private readonly Dictionary<string, IReadOnlyList<CalendarRun>> _runs = new(StringComparer.Ordinal);

    private FreeHours()
    {
    }

    /// <summary>The calendars of the offers o of a condition.</summary>
    public static async Task<FreeHours> Read(Session session, string condition, Instant gate, object scope)
    {
        var steps = await session.Query<Step>(
            $"""
            SELECT c.offer_id, c.at, c.free, o.available_until, o.drain_minutes
            FROM calendar c JOIN offer o ON o.offer_id = c.offer_id
            WHERE {condition} AND c.at < @End + o.drain_minutes * 60000
              AND c.at >= COALESCE((SELECT MAX(p.at) FROM calendar p WHERE p.offer_id = c.offer_id AND p.at <= @Gate), @Gate)
            ORDER BY c.offer_id, c.at
            """,
            scope);
        var hours = new FreeHours();
        for (var first = 0; first < steps.Count;)
        {
            var next = first + 1;
            while (next < steps.Count && steps[next].OfferId == steps[first].OfferId) next++;
            hours._runs.Add(steps[first].OfferId, Runs(steps, first, next, gate.ToUnixTimeMilliseconds()));
            first = next;
        }

        return hours;
    }

    public IReadOnlyList<CalendarRun> Of(OfferId offerId) => _runs.GetValueOrDefault(offerId.Value) ?? [];

    /// <summary>
    /// A step counts from its instant to the next one's; an hour has what its lowest step has, before the first none. What is for sale ends
    /// with the last whole hour of the offer; behind it there are as many hours as cards rest after a package, and no more.
    /// </summary>
    private static List<CalendarRun> Runs(IReadOnlyList<Step> steps, int first, int next, long gate)
    {
        var (until, drain) = (steps[first].AvailableUntil, steps[first].DrainMinutes);
        var slots = (int)Math.Clamp((until - gate) / HourMillis, 0, AuctionFacts.Slots) + AuctionFacts.HoursOf(drain);
        var rested = until + (drain * 60_000); // the calendar says none from here on, for nobody's cards rest any longer
        var least = new long[slots];
        Array.Fill(least, long.MaxValue);
        Cap(gate, steps[first].At, 0);
        for (var i = first; i < next; i++)
            Cap(steps[i].At, Math.Min(i + 1 < next ? steps[i + 1].At : long.MaxValue, rested), steps[i].Free);
        var runs = new List<CalendarRun>();
        for (var from = 0; from < slots;)
        {
            var to = from + 1;
            while (to < slots && least[to] == least[from]) to++;
            var cards = (int)(least[from] / CardCount.MillisPerCard);
            if (cards > 0) runs.Add(new(from, to, cards));
            from = to;
        }

        return runs;

        void Cap(long at, long end, long free)
        {
            if (at >= end) return;
            var from = (int)Math.Clamp(Math.Max(at - gate, 0) / HourMillis, 0, slots);
            var millis = Math.Clamp(end - gate, 0, slots * HourMillis);
            var to = (int)((millis + HourMillis - 1) / HourMillis);
            for (var t = from; t < to; t++) least[t] = Math.Min(least[t], free);
        }
    }

    private sealed record Step
    {
        public string OfferId { get; init; } = "";

        public long At { get; init; }

        public long Free { get; init; }

        public long AvailableUntil { get; init; }

        public long DrainMinutes { get; init; }
    }
}
