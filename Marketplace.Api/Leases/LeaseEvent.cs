using System.Globalization;
using Marketplace.Billing;
using Marketplace.Contracts;
using NodaTime;

namespace Marketplace;

/// <summary>
/// Something that happened to a lease: an edge that it took, or, where the two states are the same, a word that was given or a doubt.
/// Never changed.
/// </summary>
public sealed record LeaseEvent
{
    /// <summary>1 for the first of its lease.</summary>
    public long Position { get; init; }

    /// <summary>Null: the lease came into being.</summary>
    public LeaseState? FromState => FromWord is { } word ? Enum.Parse<LeaseState>(word, ignoreCase: true) : null;

    public LeaseState ToState { get; init; }

    /// <summary>The reason code of the edge; else <c>notice</c>, <c>no_usage</c>, <c>probe_short</c>, <c>credit</c>.</summary>
    public required string Reason { get; init; }

    public LeaseActor Actor { get; init; }

    /// <summary>What the actor said, or the figures of the case.</summary>
    public string? Note { get; init; }

    /// <summary>When it happened: what a minute should have done happened in that minute, even if it was written later.</summary>
    public Instant At { get; init; }

    internal string? FromWord { get; init; }

    /// <summary>The history of a lease in its order, after a cursor.</summary>
    public static async Task<IReadOnlyList<LeaseEvent>> List(Session session, LeaseId leaseId, string after = "", int limit = 1_000)
    {
        long position = 0;
        if (after.Length > 0 && !long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out position))
            throw Refusal.Invalid("cursor", "is not a cursor that this list gave; leave it out to begin");
        return await session.Query<LeaseEvent>(
            """
            SELECT position, from_state AS from_word, to_state, reason, actor, note, at FROM lease_event
            WHERE lease_id = @leaseId AND position > @position ORDER BY position LIMIT @limit
            """,
            new { leaseId, position, limit });
    }

    /// <summary>Begins the history of leases that are made now.</summary>
    internal static Task Begin(Session session, IEnumerable<LeaseId> leases, LeaseEdge edge) => session.ExecuteEach(
        """
        INSERT INTO lease_event (lease_id, position, from_state, to_state, reason, actor, note, at)
        VALUES (@leaseId, 1, NULL, @To, @Reason, @Actor, NULL, @Now)
        """,
        leases.Select(leaseId => new
        {
            leaseId, To = WireJson.Word(edge.To), edge.Reason, Actor = WireJson.Word(LeaseActor.Market), session.Now,
        }));

    /// <summary>Whether something of that reason happened at an instant or later.</summary>
    internal static async Task<bool> Has(Session session, LeaseId leaseId, string reason, Instant since) => await session.Scalar<long>(
        "SELECT COUNT(*) FROM lease_event WHERE lease_id = @leaseId AND reason = @reason AND at >= @since",
        new { leaseId, reason, since }) > 0;

    /// <summary>Adds to the history; the caller holds the lease.</summary>
    internal static Task Add(
        Session session, LeaseId leaseId, LeaseState? from, LeaseState to, string reason, LeaseActor actor, string? note, Instant at) =>
        session.Execute(
            """
            INSERT INTO lease_event (lease_id, position, from_state, to_state, reason, actor, note, at)
            SELECT @leaseId, COALESCE(MAX(position), 0) + 1, @From, @To, @reason, @Actor, @note, @at
            FROM lease_event WHERE lease_id = @leaseId
            """,
            new
            {
                leaseId, From = from is { } state ? WireJson.Word(state) : null, To = WireJson.Word(to), reason,
                Actor = WireJson.Word(actor), note, at,
            });
}
