using System.Security.Cryptography;
using System.Text;
using Marketplace.Billing;
using Marketplace.Contracts;
using NodaTime;

namespace Marketplace;

/// <summary>A key with which an organisation's programs and people come in. Its secret is not kept, only the SHA-256 of it.</summary>
public sealed record ApiKey
{
    public ApiKeyId ApiKeyId { get; init; }

    public OrganisationId OrganisationId { get; init; }

    /// <summary>What its owner calls it.</summary>
    public required string Name { get; init; }

    public Instant CreatedAt { get; init; }

    /// <summary>Since when it opens nothing; null while it is good.</summary>
    public Instant? RevokedAt { get; init; }

    private const string Columns = "api_key_id, organisation_id, name, created_at, revoked_at";

    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>A new secret: <c>mk_</c> and 43 letters and digits, 256 random bits.</summary>
    public static string NewSecret() => "mk_" + RandomNumberGenerator.GetString(Base62, 43);

    /// <summary>Issues a key with that secret. Returns null when the secret was issued before, revoked or not.</summary>
    public static async Task<ApiKey?> Issue(Session session, OrganisationId organisationId, string name, string secret)
    {
        var key = new ApiKey
        {
            ApiKeyId = session.NewId<ApiKeyId>(), OrganisationId = organisationId, Name = name, CreatedAt = session.Now,
        };
        var issued = await session.Execute(
            """
            INSERT INTO api_key (api_key_id, organisation_id, name, hash, created_at)
            VALUES (@ApiKeyId, @OrganisationId, @Name, @Hash, @CreatedAt) ON CONFLICT (hash) DO NOTHING
            """,
            new { key.ApiKeyId, key.OrganisationId, key.Name, Hash = HashOf(secret), key.CreatedAt });
        return issued == 1 ? key : null;
    }

    /// <summary>Keys in the order in which they were issued, revoked ones too, after a cursor: of one organisation, or of all.</summary>
    public static Task<IReadOnlyList<ApiKey>> List(Session session, OrganisationId? only, string after, int limit) => session.Query<ApiKey>(
        $"""
        SELECT {Columns} FROM api_key
        WHERE api_key_id > @after AND (CAST(@Only AS TEXT) IS NULL OR organisation_id = @Only)
        ORDER BY api_key_id LIMIT @limit
        """,
        new { Only = only?.Value, after, limit });

    /// <summary>Makes a key worthless from the next request on. Returns false when there is none, or not for this organisation.</summary>
    public static async Task<bool> Revoke(Session session, ApiKeyId id, OrganisationId? only) => await session.Execute(
        """
        UPDATE api_key SET revoked_at = COALESCE(revoked_at, @Now)
        WHERE api_key_id = @id AND (CAST(@Only AS TEXT) IS NULL OR organisation_id = @Only)
        """,
        new { id, Only = only?.Value, session.Now }) == 1;

    /// <summary>Who shows this secret; null when it opens nothing.</summary>
    public static Task<Caller?> Caller(Session session, string secret) => Caller(session, "k.hash = @Value", HashOf(secret));

    /// <summary>Who holds this key; null when it was revoked.</summary>
    public static Task<Caller?> Caller(Session session, ApiKeyId id) => Caller(session, "k.api_key_id = @Value", id.Value);

    private static async Task<Caller?> Caller(Session session, string condition, string value)
    {
        var row = await session.Find<Holder>(
            $"""
            SELECT k.api_key_id, o.organisation_id, o.name, o.roles, o.zone
            FROM api_key k JOIN organisation o ON o.organisation_id = k.organisation_id
            WHERE k.revoked_at IS NULL AND {condition}
            """,
            new { Value = value });
        return row is null ? null : new(row.OrganisationId, row.Name, Organisation.ParseRoles(row.Roles), row.Zone, row.ApiKeyId);
    }

    // The look-up is by hash: how long it takes tells nothing about the secret.
    private static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    private sealed record Holder
    {
        public ApiKeyId ApiKeyId { get; init; }

        public OrganisationId OrganisationId { get; init; }

        public string Name { get; init; } = "";

        public string Roles { get; init; } = "";

        public string Zone { get; init; } = "";
    }
}

/// <summary>A key at the moment of its birth: the only time that its secret is told.</summary>
public sealed record IssuedApiKey(ApiKeyId ApiKeyId, OrganisationId OrganisationId, string Name, string? Secret, Instant CreatedAt)
{
    /// <summary>Issues a key with a fresh secret.</summary>
    public static async Task<IssuedApiKey> New(Session session, OrganisationId organisationId, string name)
    {
        var secret = ApiKey.NewSecret();
        var key = (await ApiKey.Issue(session, organisationId, name, secret))!;
        return new(key.ApiKeyId, key.OrganisationId, key.Name, secret, key.CreatedAt);
    }
}
