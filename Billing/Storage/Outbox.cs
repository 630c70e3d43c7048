using System.Buffers.Binary;
using System.Text.Json;
using Marketplace.Contracts;
using MassTransit;

namespace Marketplace.Billing;

/// <summary>
/// The only door through which messages leave. A message lies here from the commit that staged it until its consumers (embedded) or the
/// broker (RabbitMQ) have it; then its row is deleted. So a message is delivered at least once, and consumers are safe to run twice.
/// </summary>
public static class Outbox
{
    /// <summary>After so many failures a row is parked: visible, and delivered again only when an operator retries it.</summary>
    public const int MaxAttempts = 10;

    /// <summary>A claim that is older belongs to a host that died; the row is taken by another.</summary>
    public static readonly TimeSpan ClaimTime = TimeSpan.FromSeconds(10);

    private static readonly Dictionary<string, Type> Types = typeof(UsageRecorded).Assembly.GetTypes()
        .Where(t => t.IsSealed && !t.IsNested && t.Namespace == typeof(UsageRecorded).Namespace)
        .ToDictionary(t => t.Name, StringComparer.Ordinal);

    internal static async Task Add(Session session, IReadOnlyList<object> messages)
    {
        foreach (var message in messages)
        {
            await session.Execute(
                "INSERT INTO outbox (id, type, body) VALUES (@Id, @Type, @Body)",
                new { Id = session.NewId<MessageId>(), Type = message.GetType().Name, Body = Session.Json(message) });
        }
    }

    /// <summary>
    /// Claims a handful of due rows in one statement, publishes each with its row's id, deletes what it handed over. Returns how many.
    /// </summary>
    /// <param name="host">This host's name, so that only it gives its claims back.</param>
    public static async Task<int> Relay(Database database, IPublishEndpoint publisher, TimeProvider time, string host, CancellationToken ct)
    {
        IReadOnlyList<Row> rows;
        await using (var session = await database.Write(ct))
        {
            rows = await session.Query<Row>(
                """
                UPDATE outbox SET claimed_by = @host, due_at = @Until
                WHERE id IN (SELECT id FROM outbox WHERE parked_at IS NULL AND due_at <= @Now ORDER BY id LIMIT 20)
                  AND parked_at IS NULL AND due_at <= @Now
                RETURNING id, type, body, attempts
                """,
                new { host, Now = Millis(time), Until = Millis(time) + (long)ClaimTime.TotalMilliseconds });
            if (rows.Count > 0) await session.Commit();
        }

        var done = new List<Row>();
        foreach (var row in rows.OrderBy(r => r.Id.Value, StringComparer.Ordinal))
        {
            try
            {
                await Publish(publisher, row, ct);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                await GiveBack(database, row, host, e, time, ct);
                continue;
            }

            done.Add(row);
        }

        if (done.Count > 0) await Delete(database, done, ct);
        return done.Count;
    }

    /// <summary>
    /// Takes back what a killed process had claimed. Only for SQLite, whose file has one host: there, every claim at the start is a dead
    /// one's.
    /// </summary>
    public static async Task ForgetClaims(Database database, CancellationToken ct)
    {
        if (database.Engine != Engine.Sqlite) return;
        await using var session = await database.Write(ct);
        await session.Execute("UPDATE outbox SET claimed_by = NULL, due_at = 0 WHERE claimed_by IS NOT NULL AND parked_at IS NULL");
        await session.Commit();
    }

    /// <summary>The rows that were given up on, oldest first.</summary>
    public static Task<IReadOnlyList<ParkedMessage>> Parked(Session session) => Parked(session, "", 1_000);

    /// <summary>The same, after a cursor.</summary>
    public static Task<IReadOnlyList<ParkedMessage>> Parked(Session session, string after, int limit) => session.Query<ParkedMessage>(
        "SELECT id, type, body, attempts, error FROM outbox WHERE parked_at IS NOT NULL AND id > @after ORDER BY id LIMIT @limit",
        new { after, limit });

    /// <summary>Lets a parked row be delivered again, from its first attempt on.</summary>
    public static async Task<bool> Retry(Session session, MessageId id) => await session.Execute(
        "UPDATE outbox SET parked_at = NULL, attempts = 0, due_at = 0 WHERE id = @id AND parked_at IS NOT NULL", new { id }) == 1;

    /// <summary>Writes down, once, a message that its consumer gave up on elsewhere, under the id with which it left.</summary>
    internal static Task Park(Session session, Guid id, object message, DateTimeOffset at, string error) => session.Execute(
        """
        INSERT INTO outbox (id, type, body, attempts, parked_at, error) VALUES (@Id, @Type, @Body, @MaxAttempts, @At, @Error)
        ON CONFLICT (id) DO NOTHING
        """,
        new
        {
            Id = IdOf(id), Type = message.GetType().Name, Body = Session.Json(message), MaxAttempts = (long)MaxAttempts,
            At = at.ToUnixTimeMilliseconds(), Error = Short(error),
        });

    private static Task Publish(IPublishEndpoint publisher, Row row, CancellationToken ct)
    {
        if (!Types.TryGetValue(row.Type, out var type)) throw new InvalidOperationException($"No message is called {row.Type}");
        var message = JsonSerializer.Deserialize(row.Body, type, WireJson.Messages)!;
        return publisher.Publish(message, type, Pipe.Execute<PublishContext>(context => context.MessageId = GuidOf(row.Id)), ct);
    }

    private static async Task Delete(Database database, IEnumerable<Row> rows, CancellationToken ct)
    {
        await using var session = await database.Write(ct);
        await session.ExecuteEach("DELETE FROM outbox WHERE id = @Id", rows.Select(r => new { r.Id }));
        await session.Commit();
    }

    private static async Task GiveBack(Database database, Row row, string host, Exception e, TimeProvider time, CancellationToken ct)
    {
        var attempts = row.Attempts + 1;
        var wait = TimeSpan.FromMilliseconds(50 * Math.Pow(2, Math.Min(attempts, 9)));
        await using var session = await database.Write(ct);
        await session.Execute(
            """
            UPDATE outbox SET attempts = @attempts, due_at = @Due, claimed_by = NULL, error = @Error, parked_at = @ParkedAt
            WHERE id = @Id AND claimed_by = @host
            """,
            new
            {
                row.Id,
                host,
                attempts,
                Due = Millis(time) + (long)wait.TotalMilliseconds,
                Error = Short(e.ToString()),
                ParkedAt = attempts >= MaxAttempts ? Millis(time) : (long?)null,
            });
        await session.Commit();
    }

    // The bus wants a 128-bit id; the row's 26 base-32 digits hold exactly that many bits.
    private static Guid GuidOf(MessageId id)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, IdSequence.Number(id.Value.AsSpan(MessageId.Prefix.Length + 1)));
        return new Guid(bytes, bigEndian: true);
    }

    private static MessageId IdOf(Guid id) =>
        new($"{MessageId.Prefix}_{IdSequence.Text(BinaryPrimitives.ReadUInt128BigEndian(id.ToByteArray(bigEndian: true)))}");

    private static string Short(string error) => error.Length > 4_000 ? error[..4_000] : error;

    private static long Millis(TimeProvider time) => time.GetUtcNow().ToUnixTimeMilliseconds();

    private sealed record Row
    {
        public MessageId Id { get; init; }

        public string Type { get; init; } = "";

        public string Body { get; init; } = "";

        public long Attempts { get; init; }
    }
}

/// <summary>A message that failed too often to be tried again, with its last error.</summary>
public sealed record ParkedMessage
{
    public MessageId Id { get; init; }

    public required string Type { get; init; }

    public required string Body { get; init; }

    public long Attempts { get; init; }

    public string? Error { get; init; }
}
