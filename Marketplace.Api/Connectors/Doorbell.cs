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
    private const int LongestMessage = 1 << 20;

    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>Listens until it is disposed.</summary>
    public static async Task<WebApplication> Open(Uri listen, WebhookSecret secret, Signal bell, TimeProvider time, CancellationToken ct)
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
            using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
            var body = await reader.ReadToEndAsync(context.RequestAborted);
            if (!IsGenuine(secret, context.Request.Headers, body, time.GetUtcNow())) return Results.Unauthorized();
            bell.Raise();
            return Results.NoContent();
        });
        await app.StartAsync(ct);
        return app;
    }

    /// <summary>Whether a message was signed with the secret within the last five minutes; one of its signatures is enough.</summary>
    public static bool IsGenuine(WebhookSecret secret, IHeaderDictionary headers, string body, DateTimeOffset now)
    {
        if (!long.TryParse(headers["webhook-timestamp"], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return false;
        if (seconds < (now - Tolerance).ToUnixTimeSeconds() || seconds > (now + Tolerance).ToUnixTimeSeconds()) return false;
        var expected = Encoding.UTF8.GetBytes(secret.Sign(headers["webhook-id"].ToString(), seconds, body));
        return headers["webhook-signature"].ToString().Split(' ')
            .Any(signature => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(signature), expected));
    }
}
