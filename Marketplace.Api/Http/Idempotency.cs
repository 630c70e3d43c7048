using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Marketplace.Billing;
using Marketplace.Contracts;

namespace Marketplace;

/// <summary>
/// A change that is made once however often it is sent. The key comes in the header <c>Idempotency-Key</c>, or from a page's form in a
/// hidden field; it belongs to the caller's organisation for ever. The answer is kept in the transaction of the change: there is no
/// moment at which one of them is there without the other. Of two that come at once, the second waits for the first and gets its answer.
/// </summary>
public sealed class Idempotency
{
    public const string Header = "Idempotency-Key";

    /// <summary>The hidden field of a page's form: <c>Idempotency.NewKey()</c> once for each time that the form is shown.</summary>
    public const string FormField = "idempotencyKey";

    private const string ReplayedHeader = "Idempotency-Replayed";

    private Idempotency(OrganisationId organisation, string key, string fingerprint) =>
        (Organisation, Key, Fingerprint) = (organisation, key, fingerprint);

    private OrganisationId Organisation { get; }

    private string Key { get; }

    private string Fingerprint { get; }

    public static string NewKey() => Guid.NewGuid().ToString("n");

    /// <summary>The key of this request, or null when it has none.</summary>
    /// <exception cref="Refusal">Invalid: not 1 to 200 visible ASCII characters.</exception>
    internal static async Task<Idempotency?> Of(HttpContext context, RequestBody body)
    {
        var caller = Caller.Of(context.User);
        if (caller is null) return null;
        var request = context.Request;
        string? key = request.Headers[Header];
        var field = Header;
        if (key is null && request.HasFormContentType)
        {
            key = (await request.ReadFormAsync(context.RequestAborted))[FormField];
            field = FormField;
        }

        if (key is null) return null;
        if (key.Length is 0 or > 200 || key.Any(c => c is < '!' or > '~'))
            throw Refusal.Invalid(field, "1 to 200 visible ASCII characters");
        return new(caller.OrganisationId, key, FingerprintOf(request, body));
    }

    /// <summary>Takes the key for this request. Returns the answer that it had before, or null when it is new.</summary>
    internal async Task<KeptAnswer?> Claim(Session session)
    {
        // On PostgreSQL this waits for a twin in flight; on SQLite the session itself has.
        var isNew = await session.Execute(
            """
            INSERT INTO idempotency (organisation_id, idempotency_key, fingerprint, created_at)
            VALUES (@Organisation, @Key, @Fingerprint, @Now) ON CONFLICT (organisation_id, idempotency_key) DO NOTHING
            """,
            new { Organisation, Key, Fingerprint, session.Now });
        if (isNew == 1) return null;
        var kept = await session.Find<KeptAnswer>(
            """
            SELECT fingerprint, status, content_type, body, location, etag FROM idempotency
            WHERE organisation_id = @Organisation AND idempotency_key = @Key
            """,
            new { Organisation, Key });
        return kept! with { IsOfAnother = kept.Fingerprint != Fingerprint };
    }

    /// <summary>Keeps the answer beside what it answers.</summary>
    internal Task Keep(Session session, HttpContext context, ReadOnlyMemory<byte> answer)
    {
        var response = context.Response;
        var text = Encoding.UTF8.GetString(answer.Span);
        if (context.GetEndpoint()?.Metadata.GetMetadata<ShownOnceAttribute>() is { } secret) text = secret.Blank(text);
        return session.Execute(
            """
            UPDATE idempotency SET status = @Status, content_type = @ContentType, body = @text, location = @Location, etag = @Etag
            WHERE organisation_id = @Organisation AND idempotency_key = @Key
            """,
            new
            {
                Organisation, Key, text, Status = (long)response.StatusCode, response.ContentType,
                Location = response.Headers.Location.FirstOrDefault(), Etag = response.Headers.ETag.FirstOrDefault(),
            });
    }

    private static string FingerprintOf(HttpRequest request, RequestBody body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path}{request.QueryString}\n"));
        hash.AppendData(body.Bytes.Span);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>An answer that was given before.</summary>
    internal sealed record KeptAnswer
    {
        public required string Fingerprint { get; init; }

        public long Status { get; init; }

        public string? ContentType { get; init; }

        public string? Body { get; init; }

        public string? Location { get; init; }

        public string? Etag { get; init; }

        public bool IsOfAnother { get; init; }

        public Task Replay(HttpContext context)
        {
            if (IsOfAnother)
            {
                const string detail = "This key came before with another request; take a new key";
                FieldError[] errors = [new(Header, "was used for another request")];
                return Problems.Write(context, Problem.Of(409, "idempotency_key_reused", detail, errors));
            }

            var response = context.Response;
            response.StatusCode = (int)Status;
            response.ContentType = ContentType;
            if (Location is not null) response.Headers.Location = Location;
            if (Etag is not null) response.Headers.ETag = Etag;
            response.Headers[ReplayedHeader] = "true";
            return string.IsNullOrEmpty(Body) ? Task.CompletedTask : response.Body.WriteAsync(Encoding.UTF8.GetBytes(Body)).AsTask();
        }
    }
}

/// <summary>
/// Put on an endpoint whose answer tells a secret: the answer that is kept for repeats has the named field empty, because the database
/// never holds a secret. Who lost the first answer revokes the key and asks for another.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ShownOnceAttribute(string field) : Attribute
{
    public string Field { get; } = field;

    internal string Blank(string json)
    {
        var root = JsonNode.Parse(json)!;
        Blank(root);
        return root.ToJsonString();
    }

    private void Blank(JsonNode? node)
    {
        if (node is not JsonObject fields) return;
        foreach (var (name, value) in fields.ToList())
        {
            if (name == Field) fields[name] = null;
            else Blank(value);
        }
    }
}
