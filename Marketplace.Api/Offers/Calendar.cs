using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// What is free of an offer, as a step function over time. Taking and giving back are one addition over a window; whoever writes holds the
/// offer's row, and the column's CHECK refuses anything below zero, so that no slot is ever sold twice.
/// </summary>
internal static class Calendar
{
    /// <summary>SQL for the most that is free over the whole of [@From, @Until) of offer o: nothing outside its window.</summary>
    public static readonly string Free = FreeOver("@From", "@Until");

    /// <summary>The same for a window that other SQL gives.</summary>
    public static string FreeOver(string from, string until) =>
        $"""
        COALESCE((SELECT MIN(c.free) FROM calendar c WHERE c.offer_id = o.offer_id AND c.at < {until}
          AND c.at >= (SELECT MAX(p.at) FROM calendar p WHERE p.offer_id = o.offer_id AND p.at <= {from})), 0)
        """;

    public static async Task Open(Session session, OfferId offerId, CardCount cards, Instant from, Instant until)
    {
        await Put(session, offerId, from, cards);
        await Put(session, offerId, until, default);
    }

    /// <summary>Takes cards over a window, or says that there is no room. The caller's session holds the offer from here on.</summary>
    /// <param name="version">
    /// The version that the caller has read, when it goes by the ask; if the offer has changed, nothing is taken.
    /// </param>
    /// <param name="auction">The auction that takes what it awarded; while one has the offer, nobody else takes what it may award.</param>
    public static async Task<bool> Take(
        Session session, OfferId offerId, CardCount cards, Instant from, Instant until, long? version = null, AuctionId? auction = null)
    {
        var open = await session.Execute(
            """
            UPDATE offer SET revision = revision + 1
            WHERE offer_id = @offerId AND state = 'open' AND version = COALESCE(@version, version)
              AND (gated_by IS NULL OR gated_by = @Auction OR gate_at >= @until)
            """,
            new { offerId, version, until, Auction = auction?.Value });
        if (open == 0) return false;
        var free = await session.Scalar<long>(
            $"SELECT CAST({Free} AS BIGINT) FROM offer o WHERE o.offer_id = @offerId", new { offerId, From = from, Until = until });
        if (free < cards.Millis) return false;
        await Add(session, offerId, -cards.Millis, from, until);
        return true;
    }

    public static async Task Give(Session session, OfferId offerId, CardCount cards, Instant from, Instant until)
    {
        await session.Execute("UPDATE offer SET revision = revision + 1 WHERE offer_id = @offerId", new { offerId });
        await Add(session, offerId, cards.Millis, from, until);
    }

    /// <summary>Changes how many cards the offer has from an instant on. False when more are sold later than would be left.</summary>
    public static async Task<bool> Resize(Session session, OfferId offerId, int byMillis, Instant from, Instant until)
    {
        // An offer that is over has no step to change; the new count counts from its old end on, when it is extended.
        if (byMillis == 0 || from >= until) return true;
        var least = await session.Scalar<long>(
            $"SELECT CAST({Free} AS BIGINT) FROM offer o WHERE o.offer_id = @offerId", new { offerId, From = from, Until = until });
        if (least + byMillis < 0) return false;
        await Add(session, offerId, byMillis, from, until);
        return true;
    }

    /// <summary>Moves the end of the offer. False when cards are sold beyond the new end.</summary>
    public static async Task<bool> Extend(Session session, OfferId offerId, CardCount cards, Instant from, Instant until)
    {
        if (until > from)
        {
            await session.Execute(
                "UPDATE calendar SET free = @cards WHERE offer_id = @offerId AND at = @from", new { offerId, cards, from });
            await Put(session, offerId, until, default);
            return true;
        }

        var least = await session.Scalar<long>(
            $"SELECT CAST({Free} AS BIGINT) FROM offer o WHERE o.offer_id = @offerId", new { offerId, From = until, Until = from });
        if (least < cards.Millis) return false;
        await session.Execute("DELETE FROM calendar WHERE offer_id = @offerId AND at >= @until", new { offerId, until });
        await Put(session, offerId, until, default);
        return true;
    }

    private static async Task Add(Session session, OfferId offerId, long millis, Instant from, Instant until)
    {
        await Cut(session, offerId, from);
        await Cut(session, offerId, until);
        await session.Execute(
            "UPDATE calendar SET free = free + @millis WHERE offer_id = @offerId AND at >= @from AND at < @until",
            new { offerId, millis, from, until });
    }

    /// <summary>Lets a step begin at that instant, as high as the one that it divides.</summary>
    private static Task Cut(Session session, OfferId offerId, Instant at) => session.Execute(
        """
        INSERT INTO calendar (offer_id, at, free)
        SELECT offer_id, @at, free FROM calendar
        WHERE offer_id = @offerId AND at = (SELECT MAX(at) FROM calendar WHERE offer_id = @offerId AND at <= @at)
        ON CONFLICT (offer_id, at) DO NOTHING
        """,
        new { offerId, at });

    private static Task Put(Session session, OfferId offerId, Instant at, CardCount free) => session.Execute(
        "INSERT INTO calendar (offer_id, at, free) VALUES (@offerId, @at, @free)", new { offerId, at, free });
}
