using System.Security.Cryptography;
using Marketplace.Billing;
using Marketplace.Contracts;
using NodaTime;

namespace Marketplace;

/// <summary>What signs quotes. It lies in the database, so that every host signs and checks alike; nobody is ever shown it.</summary>
internal sealed record QuoteKey
{
    /// <summary>A key signs for so long; then a new one takes its place, and it only checks what it has signed.</summary>
    public static readonly Duration Lifetime = Duration.FromDays(90);

    public required QuoteKeyId KeyId { get; init; }

    /// <summary>32 bytes in base 64.</summary>
    public required string Secret { get; init; }

    /// <summary>
    /// The key that signs now, made if there is none. Two hosts that make one at once have two: a quote names the one that signed it.
    /// </summary>
    public static async Task<QuoteKey> Now(Session session)
    {
        var newest = await session.Find<QuoteKey>(
            "SELECT key_id, secret FROM quote_key WHERE created_at > @Oldest ORDER BY key_id DESC LIMIT 1",
            new { Oldest = session.Now - Lifetime });
        if (newest is not null) return newest;
        var key = new QuoteKey
        {
            KeyId = session.NewId<QuoteKeyId>(),
            Secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes)),
        };
        await session.Execute(
            "INSERT INTO quote_key (key_id, secret, created_at) VALUES (@KeyId, @Secret, @Now)",
            new { key.KeyId, key.Secret, session.Now });
        return key;
    }

    /// <summary>The quote as this key signs it.</summary>
    public Quote Sign(Quote quote)
    {
        var named = quote with { KeyId = KeyId };
        return named with { Signature = Convert.ToHexStringLower(Mac(named)) };
    }

    /// <summary>
    /// Whether a signature was made by the market for this quote as it stands in the books. The comparison takes the same time wherever
    /// the two differ.
    /// </summary>
    public static async Task<bool> Vouches(Session session, Quote quote, string signature)
    {
        var key = await session.Find<QuoteKey>("SELECT key_id, secret FROM quote_key WHERE key_id = @KeyId", new { quote.KeyId });
        var claimed = new byte[HMACSHA256.HashSizeInBytes];
        return key is not null
            && Convert.FromHexString(signature, claimed, out var read, out var written) == System.Buffers.OperationStatus.Done
            && read == signature.Length && written == claimed.Length
            && CryptographicOperations.FixedTimeEquals(key.Mac(quote), claimed);
    }

    private byte[] Mac(Quote quote) => HMACSHA256.HashData(Convert.FromBase64String(Secret), quote.Signed());
}
