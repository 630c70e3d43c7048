using Marketplace.Billing;
using Marketplace.Contracts;
using NodaTime;

namespace Marketplace;

/// <summary>Where a message stands.</summary>
public enum DeliveryState
{
    /// <summary>It will be tried, or tried again.</summary>
    Due,

    /// <summary>Its address took it.</summary>
    Delivered,

    /// <summary>It was given up on until its owner has it tried again.</summary>
    Failed,
}

/// <summary>One message to one address, with every attempt to deliver it.</summary>
public sealed record Delivery
{
    /// <summary>The <c>webhook-id</c> of every attempt.</summary>
    public DeliveryId DeliveryId { get; init; }

    public WebhookId WebhookId { get; init; }

    public required string Kind { get; init; }

    /// <summary>As it is sent.</summary>
    public required string Body { get; init; }

    public DeliveryState State { get; init; }

    /// <summary>When it is tried next, if it is due.</summary>
    public Instant DueAt { get; init; }

    public Instant CreatedAt { get; init; }

    public IReadOnlyList<DeliveryAttempt> Attempts { get; init; } = [];

    /// <summary>The waits after each failure: a little less than a day in all.</summary>
    internal static IReadOnlyList<Duration> Waits { get; } =
    [
        Duration.FromSeconds(5), Duration.FromMinutes(5), Duration.FromMinutes(30), Duration.FromHours(2), Duration.FromHours(5),
        Duration.FromHours(8), Duration.FromHours(8),
    ];

    /// <summary>Messages to an address, newest first, before a cursor.</summary>
    public static async Task<IReadOnlyList<Delivery>> List(Session session, WebhookId webhookId, string? before, int limit)
    {
        var deliveries = await session.Query<Delivery>(
            """
            SELECT delivery_id, webhook_id, kind, body, state, due_at, created_at FROM delivery
            WHERE webhook_id = @webhookId AND (CAST(@before AS TEXT) IS NULL OR delivery_id < @before)
            ORDER BY delivery_id DESC LIMIT @limit
            """,
            new { webhookId, before, limit });
        if (deliveries.Count == 0) return deliveries;
        var attempts = (await session.Query<DeliveryAttempt>(
            """
            SELECT t.delivery_id, t.position, t.at, t.status, t.error
            FROM delivery_attempt t JOIN delivery d ON d.delivery_id = t.delivery_id
            WHERE d.webhook_id = @webhookId AND t.delivery_id >= @First AND t.delivery_id <= @Last ORDER BY t.delivery_id, t.position
            """,
            new { webhookId, First = deliveries[^1].DeliveryId, Last = deliveries[0].DeliveryId })).ToLookup(a => a.DeliveryId);
        return [.. deliveries.Select(d => d with { Attempts = [.. attempts[d.DeliveryId]] })];
    }

    /// <summary>Lets a message that was given up on, or taken, be sent once more, at once.</summary>
    /// <returns>False: there is none of this address, or it is due anyway.</returns>
    public static async Task<bool> Retry(Session session, WebhookId webhookId, DeliveryId deliveryId) => await session.Execute(
        """
        UPDATE delivery SET state = 'due', attempts = 0, due_at = @Now
        WHERE delivery_id = @deliveryId AND webhook_id = @webhookId AND state <> 'due'
        """,
        new { deliveryId, webhookId, session.Now }) == 1;

    /// <summary>Writes down what came of an attempt, and what follows of it.</summary>
    /// <param name="attempts">How often it was tried before.</param>
    internal static async Task Tried(Session session, DeliveryId deliveryId, WebhookId webhookId, long attempts, int? status, string? error)
    {
        await session.Execute(
            """
            INSERT INTO delivery_attempt (delivery_id, position, at, status, error)
            SELECT @deliveryId, COALESCE(MAX(position), 0) + 1, @Now, @Status, @error FROM delivery_attempt WHERE delivery_id = @deliveryId
            """,
            new { deliveryId, Status = (long?)status, error, session.Now });
        var isTaken = status is >= 200 and < 300;
        var state = isTaken ? DeliveryState.Delivered : attempts < Waits.Count ? DeliveryState.Due : DeliveryState.Failed;
        await session.Execute(
            "UPDATE delivery SET state = @State, attempts = attempts + 1, due_at = @Due WHERE delivery_id = @deliveryId AND state = 'due'",
            new
            {
                deliveryId, State = WireJson.Word(state),
                Due = state == DeliveryState.Due ? session.Now + Waits[(int)attempts] : session.Now,
            });
        if (!isTaken) await PutOff(session, webhookId);
        await session.Execute(
            """
            UPDATE webhook SET failing_since = CASE WHEN @IsTaken = 1 THEN NULL ELSE COALESCE(failing_since, @Now) END,
              state = CASE WHEN state = 'active' AND @IsTaken = 0 AND (@IsGone = 1 OR failing_since <= @Long) THEN 'disabled' ELSE state END
            WHERE webhook_id = @webhookId
            """,
            new
            {
                webhookId, session.Now, IsTaken = isTaken ? 1L : 0L, IsGone = status == StatusCodes.Status410Gone ? 1L : 0L,
                Long = session.Now - LongestFailure,
            });
    }

    /// <summary>
    /// What else is due at an address that has just failed waits as long as a first failure: many messages to it would otherwise all be
    /// tried, one after the other, while those to other addresses wait for the courier.
    /// </summary>
    private static Task PutOff(Session session, WebhookId webhookId) => session.Execute(
        "UPDATE delivery SET due_at = @Later WHERE webhook_id = @webhookId AND state = 'due' AND due_at <= @Now",
        new { webhookId, session.Now, Later = session.Now + Waits[0] });

    private static readonly Duration LongestFailure = Duration.FromDays(5);
}

/// <summary>One attempt to deliver a message.</summary>
public sealed record DeliveryAttempt
{
    /// <summary>1 for the first.</summary>
    public long Position { get; init; }

    public Instant At { get; init; }

    /// <summary>The status of the answer; null: there was none.</summary>
    public long? Status { get; init; }

    /// <summary>Why there was none.</summary>
    public string? Error { get; init; }

    internal DeliveryId DeliveryId { get; init; }
}
