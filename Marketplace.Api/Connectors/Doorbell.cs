using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Marketplace.Billing;

namespace Marketplace;

/// <summary>
/// Takes the marketplace's webhooks (Standard Webhooks 1.0) and lets the connector look at once. It believes nothing that a message says
/// beyond that it comes from the marketplace: a lost or a repeated one harms nothing.
/// </summary>
internal static class Doorbell
{
    private const string SecretPrefix = "whsec_";

    private const int LongestMessage = 1 << 20;

    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>The key in a secret such as <c>whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw</c>; null: it is none.</summary>
    public static byte[]? Key(string secret)
    {
        var text = secret.StartsWith(SecretPrefix, StringComparison.Ordinal) ? secret[SecretPrefix.Length..] : "";
        var key = new byte[text.Length];
        return Convert.TryFromBase64String(text, key, out var length) && length > 0 ? key[..length] : null;
    }

    /// <summary>Listens until it is disposed.</summary>
    public static async Task<WebApplication> Open(Uri listen, byte[] key, Signal bell, TimeProvider time, CancellationToken ct)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(listen.GetLeftPart(UriPartial.Authority)).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LongestMessage;
        });
        var app = builder.Build();
        app.MapPost(listen.AbsolutePath, async (HttpContext context) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            if (!IsGenuine(key, context.Request.Headers, body.ToArray(), time.GetUtcNow())) return Results.Unauthorized();
            bell.Raise();
            return Results.NoContent();
        });
        await app.StartAsync(ct);
        return app;
    }

    /// <summary>Whether a message was signed with the key within the last five minutes; one of its signatures is enough.</summary>
    public static bool IsGenuine(byte[] key, IHeaderDictionary headers, byte[] body, DateTimeOffset now)
    {
        var (id, timestamp) = (headers["webhook-id"].ToString(), headers["webhook-timestamp"].ToString());
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return false;
        if (seconds < (now - Tolerance).ToUnixTimeSeconds() || seconds > (now + Tolerance).ToUnixTimeSeconds()) return false;
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        var expected = Encoding.UTF8.GetBytes($"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, signed))}");
        return headers["webhook-signature"].ToString().Split(' ')
            .Any(signature => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(signature), expected));
    }
}
