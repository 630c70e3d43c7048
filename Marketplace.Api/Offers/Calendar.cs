using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// What is free of an offer, as a step function over time. Taking and giving back are one addition over a window; whoever writes holds the
/// offer's row, and the column's CHECK refuses anything below zero, so that no slot is ever sold twice. Callers speak of the windows of
/// leases: the offer's drain time, for which cards rest after each of them, is added here, and the steps reach that far beyond the offer's
/// end, so that the drain of a lease that ends with the offer is counted like any other if the offer is extended.
/// </summary>
internal static class Calendar
{
    /// <summary>SQL for the most that can be taken over [@From, @Until) of offer o: nothing outside its window.</summary>
    public static readonly string Free = FreeOver("@From", "@Until");

    private const string Drain = "o.drain_minutes * 60000";

    private const string CutAt =
        """
        INSERT INTO calendar (offer_id, at, free)
        SELECT offer_id, @at, free FROM calendar
        WHERE offer_id = @offerId AND at = (SELECT MAX(at) FROM calendar WHERE offer_id = @offerId AND at <= @at)
        ON CONFLICT (offer_id, at) DO NOTHING
        """;

    private const string AddOver = "UPDATE calendar SET free = free + @millis WHERE offer_id = @offerId AND at >= @from AND at < @until";

    /// <summary>The same for a window that other SQL gives.</summary>
    public static string FreeOver(string from, string until) =>
        $"""
        CASE WHEN o.available_until < {until} THEN 0 ELSE COALESCE((SELECT MIN(c.free) FROM calendar c
          WHERE c.offer_id = o.offer_id AND c.at < {until} + {Drain}
            AND c.at >= (SELECT MAX(p.at) FROM calendar p WHERE p.offer_id = o.offer_id AND p.at <= {from})), 0) END
        """;

    /// <summary>SQL that says that no auction has offer o, or that [.., @Until) is over before what it awards begins.</summary>
    public const string NotGated = $"(o.gated_by IS NULL OR o.gate_at >= @Until + {Drain})";

    /// <summary>What somebody is told who comes between the gate and the commit of an auction: seconds lie between them.</summary>
    public static Refusal Gated() => Refusal.Later(
        "An auction that has this offer is being cleared; ask again in a few seconds", Duration.FromSeconds(3));

    public static async Task Open(Session session, OfferId offerId, CardCount cards, Instant from, Instant until, Duration drain)
    {
        await Put(session, offerId, from, cards);
        await Put(session, offerId, until + drain, default);
    }

    /// <summary>
    /// Takes cards over a window, or says that there is no room; while an auction has the offer, there is none of what it may award. The
    /// caller's session holds the offer from here on.
    /// </summary>
    /// <param name="version">
    /// The version that the caller has read, when it goes by the ask; if the offer has changed, nothing is taken.
    /// </param>
    public static async Task<bool> Take(
        Session session, OfferId offerId, CardCount cards, Instant from, Instant until, long? version = null)
    {
        var drain = await session.Find<long?>(
            $"""
            UPDATE offer AS o SET revision = revision + 1
            WHERE o.offer_id = @offerId AND o.state = 'open' AND o.version = COALESCE(@version, o.version)
              AND {NotGated}
            RETURNING drain_minutes
            """,
            new { offerId, version, Until = until });
        if (drain is not { } minutes) return false;
        if (await Least(session, offerId, from, until) < cards.Millis) return false;
        await Add(session, offerId, -cards.Millis, from, until + Duration.FromMinutes(minutes));
        return true;
    }

    /// <summary>Takes what an auction has awarded of the offers that it has, all at once.</summary>
    /// <exception cref="InvalidOperationException">An offer is not the auction's, or not what the auction has seen.</exception>
    /// <exception cref="System.Data.Common.DbException">More was awarded than is free.</exception>
    public static async Task TakeAwarded(
        Session session, AuctionId auction, IReadOnlyCollection<(Offer Offer, CardCount Cards, Instant From, Instant Until)> awarded)
    {
        // Inside the offer's window the CHECK knows what is free; outside it there may be no step to check.
        var offers = awarded.GroupBy(a => a.Offer.OfferId).OrderBy(g => g.Key.Value, StringComparer.Ordinal)
            .Select(g => new
            {
                OfferId = g.Key, auction, g.First().Offer.DrainMinutes, From = g.Min(a => a.From), Until = g.Max(a => a.Until),
            })
            .ToList();
        var held = await session.ExecuteEach(
            """
            UPDATE offer SET revision = revision + 1
            WHERE offer_id = @OfferId AND state = 'open' AND gated_by = @auction AND drain_minutes = @DrainMinutes
              AND available_from <= @From AND available_until >= @Until
            """,
            offers);
        if (held < offers.Count) throw new InvalidOperationException($"{auction} awarded cards of an offer that is not as it was gated");
        var taken = awarded.Select(a => new
        {
            offerId = a.Offer.OfferId, millis = -(long)a.Cards.Millis, from = a.From,
            until = a.Until + Duration.FromMinutes(a.Offer.DrainMinutes),
        }).ToList();
        var steps = taken.SelectMany(t => new[] { new { t.offerId, at = t.from }, new { t.offerId, at = t.until } }).Distinct();
        await session.ExecuteEach(CutAt, steps);
        await session.ExecuteEach(AddOver, taken);
    }

    /// <summary>Gives back what is left of a window that was taken.</summary>
    /// <param name="from">From when on nobody uses the cards: the instant at which a lease was ended, or the window's begin.</param>
    /// <param name="until">The end of the window that was taken.</param>
    /// <param name="used">Whether somebody has used them, so that they rest before they are free.</param>
    public static async Task Give(Session session, OfferId offerId, CardCount cards, Instant from, Instant until, bool used = true)
    {
        var drain = await Hold(session, offerId);
        await Add(session, offerId, cards.Millis, used ? from + drain : from, until + drain);
    }

    /// <summary>When, within a window, too few cards are free to take so many over all of it; empty when nothing is missing.</summary>
    public static async Task<IReadOnlyList<Interval>> Missing(
        Session session, OfferId offerId, CardCount cards, Instant from, Instant until)
    {
        var end = until + await Hold(session, offerId);
        var steps = await session.Query<(Instant At, long Free)>(
            """
            SELECT c.at, c.free FROM calendar c
            WHERE c.offer_id = @offerId AND c.at < @end
              AND c.at >= (SELECT MAX(p.at) FROM calendar p WHERE p.offer_id = @offerId AND p.at <= @from)
            ORDER BY c.at
            """,
            new { offerId, from, end });
        return
        [
            .. steps.Select((s, i) => (s.Free, Over: new Interval(s.At, i + 1 < steps.Count ? steps[i + 1].At : end)))
                .Where(s => s.Free < cards.Millis).Select(s => s.Over),
        ];
    }

    /// <summary>Changes how many cards the offer has from an instant on. False when more are sold later than would be left.</summary>
    public static async Task<bool> Resize(Session session, OfferId offerId, int byMillis, Instant from, Instant until)
    {
        // An offer that is over has no step to change; the new count counts from its old end on, when it is extended.
        var drain = await Hold(session, offerId);
        if (byMillis == 0 || from >= until + drain) return true;
        if (await Least(session, offerId, from, until) + byMillis < 0) return false;
        await Add(session, offerId, byMillis, from, until + drain);
        return true;
    }

    /// <summary>Moves the end of the offer. False when cards are sold beyond the new end.</summary>
    public static async Task<bool> Extend(Session session, OfferId offerId, CardCount cards, Instant from, Instant until)
    {
        var drain = await Hold(session, offerId);
        var (oldEnd, newEnd) = (from + drain, until + drain);
        if (until > from)
        {
            await session.Execute(
                "UPDATE calendar SET free = @cards WHERE offer_id = @offerId AND at = @oldEnd", new { offerId, cards, oldEnd });
            await Put(session, offerId, newEnd, default);
            return true;
        }

        if (await Least(session, offerId, newEnd, from) < cards.Millis) return false;
        await session.Execute("DELETE FROM calendar WHERE offer_id = @offerId AND at >= @newEnd", new { offerId, newEnd });
        await Put(session, offerId, newEnd, default);
        return true;
    }

    /// <summary>Takes the offer's row, and says for how long its cards rest.</summary>
    private static async Task<Duration> Hold(Session session, OfferId offerId) => Duration.FromMinutes(await session.Scalar<long>(
        "UPDATE offer SET revision = revision + 1 WHERE offer_id = @offerId RETURNING drain_minutes", new { offerId }));

    private static Task<long> Least(Session session, OfferId offerId, Instant from, Instant until) => session.Scalar<long>(
        $"SELECT CAST({Free} AS BIGINT) FROM offer o WHERE o.offer_id = @offerId", new { offerId, From = from, Until = until });

    private static async Task Add(Session session, OfferId offerId, long millis, Instant from, Instant until)
    {
        if (from >= until) return;
        await Cut(session, offerId, from);
        await Cut(session, offerId, until);
        await session.Execute(AddOver, new { offerId, millis, from, until });
    }

    /// <summary>Lets a step begin at that instant, as high as the one that it divides.</summary>
    private static Task Cut(Session session, OfferId offerId, Instant at) => session.Execute(CutAt, new { offerId, at });

    private static Task Put(Session session, OfferId offerId, Instant at, CardCount free) => session.Execute(
        "INSERT INTO calendar (offer_id, at, free) VALUES (@offerId, @at, @free)", new { offerId, at, free });
}
