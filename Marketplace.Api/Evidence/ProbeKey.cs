using System.Security.Cryptography;
using Marketplace.Billing;
using Marketplace.Contracts;
using NodaTime;

namespace Marketplace;

/// <summary>A public key with which an organisation signs its probes: ECDSA on P-256.</summary>
public sealed record ProbeKey
{
    public ProbeKeyId ProbeKeyId { get; init; }

    public required string Name { get; init; }

    /// <summary>SubjectPublicKeyInfo, DER, base64.</summary>
    public required string PublicKey { get; init; }

    public Instant CreatedAt { get; init; }

    public Instant? RevokedAt { get; init; }

    private const string Select = "SELECT probe_key_id, name, public_key, created_at, revoked_at FROM probe_key";

    /// <exception cref="Refusal">Not such a key, or registered before.</exception>
    public static async Task<ProbeKey> Register(Session session, OrganisationId owner, string name, string publicKey)
    {
        var key = new ProbeKey
        {
            ProbeKeyId = session.NewId<ProbeKeyId>(), Name = TextField.Of(name, "name"), PublicKey = Canonical(publicKey),
            CreatedAt = session.Now,
        };
        var isNew = await session.Execute(
            """
            INSERT INTO probe_key (probe_key_id, organisation_id, name, public_key, created_at)
            VALUES (@ProbeKeyId, @owner, @Name, @PublicKey, @CreatedAt) ON CONFLICT (organisation_id, public_key) DO NOTHING
            """,
            new { key.ProbeKeyId, owner, key.Name, key.PublicKey, key.CreatedAt });
        return isNew == 1 ? key : throw Refusal.Conflict("You have registered this key before; GET /v1/probe-keys lists it", "publicKey");
    }

    public static Task<IReadOnlyList<ProbeKey>> List(Session session, OrganisationId owner, string after, int limit) =>
        session.Query<ProbeKey>(
            $"{Select} WHERE organisation_id = @owner AND probe_key_id > @after ORDER BY probe_key_id LIMIT @limit",
            new { owner, after, limit });

    /// <summary>The key, if it is that organisation's and not revoked.</summary>
    public static Task<ProbeKey?> Valid(Session session, OrganisationId owner, string id) => session.Find<ProbeKey>(
        $"{Select} WHERE probe_key_id = @id AND organisation_id = @owner AND revoked_at IS NULL", new { id, owner });

    /// <summary>Ends a key. What it signed before stays evidence.</summary>
    public static async Task<bool> Revoke(Session session, OrganisationId owner, ProbeKeyId id) => await session.Execute(
        "UPDATE probe_key SET revoked_at = @Now WHERE probe_key_id = @id AND organisation_id = @owner AND revoked_at IS NULL",
        new { id, owner, session.Now }) == 1;

    /// <summary>Whether it made that signature (IEEE P1363 form, as JWS has it) of those bytes.</summary>
    internal bool Signed(byte[] bytes, byte[] signature)
    {
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportSubjectPublicKeyInfo(Convert.FromBase64String(PublicKey), out _);
        return ecdsa.VerifyData(bytes, signature, HashAlgorithmName.SHA256);
    }

    private static string Canonical(string publicKey)
    {
        try
        {
            using var ecdsa = ECDsa.Create();
            ecdsa.ImportSubjectPublicKeyInfo(Convert.FromBase64String(publicKey), out _);
            if (ecdsa.ExportParameters(false).Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value)
                return Convert.ToBase64String(ecdsa.ExportSubjectPublicKeyInfo());
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            // Said below, in the words that help.
        }

        throw Refusal.Invalid("publicKey", "is a P-256 public key: SubjectPublicKeyInfo in DER, base64 (openssl ec -pubout -outform DER)");
    }
}
