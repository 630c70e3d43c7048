using System.Text.Json;
using System.Text.Json.Serialization;
using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>A usage event as it is sent: a CloudEvent 1.0. Extension attributes are allowed and ignored.</summary>
/// <param name="Specversion"><c>1.0</c>.</param>
/// <param name="Type"><c>marketplace.usage.v1</c>.</param>
/// <param name="Source">Which of the provider's meters says so, such as <c>/clusters/north-1</c>; 1 to 200 characters.</param>
/// <param name="Id">The event's name, unique in its source for ever; 1 to 200 characters.</param>
/// <param name="Subject">The lease.</param>
/// <param name="Data">What was metered.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record UsageCloudEvent(string Specversion, string Type, string Source, string Id, LeaseId Subject, UsageData Data);

/// <summary>These cards were in use over the half-open interval <c>[From, Until)</c>.</summary>
/// <param name="Meter"><c>card_seconds</c>.</param>
/// <param name="Cards">How many; at most three decimals.</param>
public sealed record UsageData(string Meter, Instant From, Instant Until, CardCount Cards);

/// <summary>One event of a request: the fact, or the answer that it is none.</summary>
internal readonly record struct SentEvent(UsageEvent? Usage, UsageOutcome? Rejected);

/// <summary>Reads usage events off a request, each on its own: one that is wrong does not touch its neighbours.</summary>
internal static class CloudEvents
{
    public const string UsageType = "marketplace.usage.v1";

    public const string Single = "application/cloudevents+json", Batch = "application/cloudevents-batch+json";

    public const string Json = "application/json", Lines = "application/x-ndjson";

    private const int LongestName = 200;

    /// <summary>So long that no count of cards over it overflows.</summary>
    private static readonly Duration LongestInterval = Duration.FromDays(366);

    /// <exception cref="BadHttpRequestException">The media type is none of the four.</exception>
    /// <exception cref="JsonException">The body as a whole is not JSON.</exception>
    public static IReadOnlyList<SentEvent> Read(string? mediaType, ReadOnlyMemory<byte> body)
    {
        if (mediaType == Lines) return [.. LinesOf(body).Select(Of)];
        if (mediaType is not (Single or Batch or Json))
            throw new BadHttpRequestException($"send {Single}, {Batch}, {Json} or {Lines}", StatusCodes.Status415UnsupportedMediaType);
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        return root.ValueKind == JsonValueKind.Array && mediaType != Single ? [.. root.EnumerateArray().Select(Of)] : [Of(root)];
    }

    private static SentEvent Of(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return Of(document.RootElement);
        }
        catch (JsonException e)
        {
            return Rejected(default, JsonFaults.Of(e));
        }
    }

    private static SentEvent Of(JsonElement sent)
    {
        try
        {
            var read = sent.Deserialize<UsageCloudEvent>(RequestJson.Options)
                ?? throw new JsonException("expected a CloudEvent");
            var faults = Faults(read).ToList();
            return faults.Count > 0 ? Rejected(sent, faults) : new(new()
            {
                Source = read.Source, EventId = read.Id, LeaseId = read.Subject, Meter = read.Data.Meter,
                FromAt = read.Data.From, UntilAt = read.Data.Until, Cards = read.Data.Cards,
            }, null);
        }
        catch (JsonException e)
        {
            return Rejected(sent, JsonFaults.Of(e));
        }
    }

    private static IEnumerable<FieldError> Faults(UsageCloudEvent read)
    {
        if (read.Specversion != "1.0") yield return new("specversion", "expected 1.0");
        if (read.Type != UsageType) yield return new("type", $"expected {UsageType}");
        if (!IsName(read.Source)) yield return new("source", $"expected 1 to {LongestName} characters");
        if (!IsName(read.Id)) yield return new("id", $"expected 1 to {LongestName} characters");
        if (read.Data.Meter != UsageEvent.CardSecondsMeter) yield return new("data.meter", $"expected {UsageEvent.CardSecondsMeter}");
        if (read.Data.Until <= read.Data.From) yield return new("data.until", "is not after data.from");
        else if (read.Data.Until - read.Data.From > LongestInterval)
            yield return new("data.until", $"is more than {LongestInterval.Days} days after data.from");
    }

    private static bool IsName(string text) => text.Length is > 0 and <= LongestName && !text.Any(char.IsControl);

    private static SentEvent Rejected(JsonElement sent, IEnumerable<FieldError> faults) => new(null, new(
        TextOf(sent, "source"), TextOf(sent, "id"), UsageStatus.Rejected, string.Join("; ", faults.Select(f => $"{f.Field}: {f.Reason}"))));

    // For the answer only: what cannot be read as text is left out of it.
    private static string? TextOf(JsonElement sent, string name)
    {
        try
        {
            if (sent.ValueKind != JsonValueKind.Object || !sent.TryGetProperty(name, out var value)) return null;
            return value.ValueKind == JsonValueKind.String && value.GetString() is { Length: <= LongestName } text ? text : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static IEnumerable<ReadOnlyMemory<byte>> LinesOf(ReadOnlyMemory<byte> body)
    {
        while (body.Length > 0)
        {
            var end = body.Span.IndexOf((byte)'\n');
            var line = end < 0 ? body : body[..end];
            body = end < 0 ? default : body[(end + 1)..];
            if (!line.Span.Trim(" \t\r"u8).IsEmpty) yield return line;
        }
    }
}
