using System.Security.Cryptography;
using System.Text;

namespace Marketplace;

/// <summary>
/// What a message is signed with, in the form of Standard Webhooks: <c>whsec_</c> and the base64 of 32 random bytes. Source:
/// standardwebhooks.com, "Signature scheme".
/// </summary>
internal readonly record struct WebhookSecret(string Text)
{
    private const string Prefix = "whsec_";

    public static WebhookSecret New() => new(Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));

    /// <summary>A secret as somebody wrote it down; null: it has not the form of one.</summary>
    public static WebhookSecret? Read(string text) =>
        text.StartsWith(Prefix, StringComparison.Ordinal) && text.Length > Prefix.Length
            && Convert.TryFromBase64String(text[Prefix.Length..], new byte[text.Length], out _) ? new(text) : null;

    /// <summary>The signature of a message: <c>v1,</c> and base64.</summary>
    /// <param name="id">The message's, the same at every attempt.</param>
    /// <param name="seconds">Since 1970, of the attempt.</param>
    /// <param name="body">Byte for byte as it is sent.</param>
    public string Sign(string id, long seconds, string body)
    {
        var key = Convert.FromBase64String(Text[Prefix.Length..]);
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{id}.{seconds}.{body}")));
    }
}
