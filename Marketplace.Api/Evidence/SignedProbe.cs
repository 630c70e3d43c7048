using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>What a probe signs.</summary>
/// <param name="Nonce">The nonce that was issued for it.</param>
/// <param name="Card">The card's id in the registry, as for the nonce.</param>
/// <param name="Framework">What ran, with its version: <c>pytorch 2.9.0 / cuda 13.0</c>.</param>
/// <param name="Model">What was run: <c>gemm</c>, or the name of a network whose kernels were timed.</param>
/// <param name="TakenAt">When it was measured: after the nonce was issued.</param>
/// <param name="Samples">The measurements.</param>
public sealed record ProbeStatement(
    string Nonce, string Card, string Framework, string Model, Instant TakenAt, IReadOnlyList<ProbeSample> Samples);

/// <summary>A signed probe: compact JWS (RFC 7515) with ES256, whose header names the key (<c>kid</c>).</summary>
internal sealed record SignedProbe(string KeyId, byte[] SigningInput, byte[] Signature, ProbeStatement Statement)
{
    /// <summary>More than any probe says.</summary>
    private const int Longest = 65_536;

    /// <summary>Reads it, without believing it.</summary>
    /// <exception cref="Refusal">Not such a text.</exception>
    public static SignedProbe Parse(string jws)
    {
        if (jws.Length > Longest) throw Refusal.Invalid("signed", $"has at most {Longest} characters");
        var parts = jws.Split('.');
        if (parts.Length != 3) throw Refusal.Invalid("signed", "is a compact JWS: header.payload.signature");
        using var header = Json(parts[0], "header");
        var root = header.RootElement;
        if (root.ValueKind != JsonValueKind.Object || Text(root, "alg") != "ES256" || Text(root, "kid") is not { } keyId)
            throw Refusal.Invalid("signed", "the header says alg ES256 and kid, the id of your probe key");
        return new(keyId, Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Decode(parts[2], "signature"), Read(parts[1]));
    }

    private static ProbeStatement Read(string payload)
    {
        try
        {
            var statement = JsonSerializer.Deserialize<ProbeStatement>(Decode(payload, "payload"), WireJson.Requests)
                ?? throw new JsonException("is null");
            if (statement.Samples.Any(s => s?.Figure is null || s.Rates is null)) throw new JsonException("a sample lacks a field");
            return statement;
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw Refusal.Invalid("signed", $"the payload says nonce, card, framework, model, takenAt and samples: {e.Message}");
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonDocument Json(string part, string name)
    {
        try
        {
            return JsonDocument.Parse(Decode(part, name));
        }
        catch (JsonException)
        {
            throw Refusal.Invalid("signed", $"the {name} is no JSON");
        }
    }

    private static byte[] Decode(string part, string name)
    {
        try
        {
            return Base64Url.DecodeFromChars(part);
        }
        catch (FormatException)
        {
            throw Refusal.Invalid("signed", $"the {name} is no base64url");
        }
    }
}
