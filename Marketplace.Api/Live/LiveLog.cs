using System.Text.Json;
using Marketplace.Billing;
using Marketplace.Contracts;
using NodaTime;

namespace Marketplace;

/// <summary>
/// What happened, for those who watch the market live. It is said in the transaction in which it happens, or not at all. Positions are
/// given afterwards, by whoever looks: while the sayers' transactions overlap nobody knows in which order they become visible, so a number
/// that was drawn inside them could appear after a reader had gone past it.
/// </summary>
internal static class LiveLog
{
    private const string Columns = "position, kind, subject, organisation_id, body AS body_text, at";

    /// <summary>Writes down that something happened.</summary>
    /// <param name="kind">The thing and what became of it, such as <c>bid.placed</c>, <c>lease.active</c>, <c>auction.cleared</c>.</param>
    /// <param name="subject">The thing's id.</param>
    /// <param name="body">A few facts worth showing; never a secret, never another tenant's name.</param>
    /// <param name="seenBy">The tenants that may see it; none: everybody may.</param>
    public static Task Say(Session session, string kind, string subject, object body, params OrganisationId[] seenBy) =>
        Say(session, [new(kind, subject, body, seenBy)]);

    /// <summary>Writes down that many things happened, in their order.</summary>
    public static Task Say(Session session, IEnumerable<Said> said) => session.ExecuteEach(
        """
        INSERT INTO live_event (event_id, kind, subject, organisation_id, body, at)
        VALUES (@Id, @Kind, @Subject, @Tenant, @Text, @Now)
        """,
        said.SelectMany(s =>
        {
            var text = JsonSerializer.Serialize(s.Body, s.Body.GetType(), WireJson.Messages);
            IEnumerable<string?> tenants = s.SeenBy.Length == 0 ? [null] : s.SeenBy.Distinct().Select(o => (string?)o.Value);
            return tenants.Select(t => new
            {
                Id = session.NewId<LiveEventId>(), s.Kind, s.Subject, Tenant = t, Text = text, session.Now,
            });
        }));

    /// <summary>Gives positions to what has none yet, in a transaction of its own if there is any. Returns the last one given.</summary>
    public static async Task<long> Number(Database database, CancellationToken ct = default)
    {
        await using (var look = await database.Read(ct))
        {
            var waiting = await look.Scalar<long>(
                "SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT event_id FROM live_event WHERE position IS NULL LIMIT 1) w");
            if (waiting == 0) return await Last(look);
        }

        await using var session = await database.Write(ct);
        var last = await Number(session);
        await session.Commit();
        return last;
    }

    /// <summary>Gives positions to what has none yet, in the order of ids. Returns the last one given.</summary>
    internal static async Task<long> Number(Session session)
    {
        // The row is taken first: who numbers at the same time waits here, and then goes on after the last position of this one.
        await session.Execute("UPDATE live_position SET position = position WHERE name = 'live'");
        var given = await session.Execute(
            """
            UPDATE live_event SET position = (SELECT p.position FROM live_position p WHERE p.name = 'live') + w.place
            FROM (SELECT event_id, ROW_NUMBER() OVER (ORDER BY event_id) AS place FROM live_event WHERE position IS NULL) w
            WHERE live_event.event_id = w.event_id
            """);
        await session.Execute("UPDATE live_position SET position = position + @Given WHERE name = 'live'", new { Given = (long)given });
        return await Last(session);
    }

    /// <summary>The last position that was given; 0: none yet.</summary>
    public static Task<long> Last(Session session) => session.Scalar<long>("SELECT position FROM live_position WHERE name = 'live'");

    /// <summary>The last position that is kept no longer: who has seen less has missed something. 0: all are kept.</summary>
    public static Task<long> Pruned(Session session) => session.Scalar<long>("SELECT position FROM live_position WHERE name = 'pruned'");

    /// <summary>The events of [after + 1, until] that one tenant, or anybody, may see, in their order.</summary>
    public static Task<IReadOnlyList<LiveEvent>> Between(Session session, OrganisationId? only, long after, long until, int limit) =>
        session.Query<LiveEvent>(
            $"""
            SELECT {Columns} FROM live_event
            WHERE position > @after AND position <= @until
              AND (CAST(@Only AS TEXT) IS NULL OR organisation_id IS NULL OR organisation_id = @Only)
            ORDER BY position LIMIT @limit
            """,
            new { Only = only?.Value, after, until, limit });

    /// <summary>Whether anything was said before an instant and is still kept.</summary>
    public static async Task<bool> HasBefore(Session session, Instant before) => await session.Scalar<long>(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT at FROM live_event WHERE at < @before LIMIT 1) w", new { before }) > 0;

    /// <summary>Forgets what was said before an instant; readers who had not seen it are told so. Returns how much.</summary>
    public static async Task<int> Prune(Session session, Instant before)
    {
        // Numbered first: without a position it would be gone unnoticed.
        await Number(session);
        await session.Execute(
            """
            UPDATE live_position
            SET position = (SELECT COALESCE(MAX(e.position), live_position.position) FROM live_event e WHERE e.at < @before)
            WHERE name = 'pruned'
            """,
            new { before });
        return await session.Execute(
            "DELETE FROM live_event WHERE position <= (SELECT p.position FROM live_position p WHERE p.name = 'pruned')");
    }
}
