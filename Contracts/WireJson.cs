using System.Text.Json;
using System.Text.Json.Serialization;
using NodaTime;

namespace Marketplace.Contracts;

/// <summary>
/// The one JSON setup for REST, bus and outbox: camelCase, instants as ISO 8601 in UTC, ids as strings, enums as snake_case words.
/// </summary>
public static class WireJson
{
    /// <summary>For messages: unknown fields are ignored, so that an older reader survives a newer writer.</summary>
    public static JsonSerializerOptions Messages { get; } = Make(JsonUnmappedMemberHandling.Skip);

    /// <summary>For requests: unknown fields are refused, so that a typing error is never a silent default.</summary>
    public static JsonSerializerOptions Requests { get; } = Make(JsonUnmappedMemberHandling.Disallow);

    /// <summary>The word that a value of an enum is on the wire and in the database, such as <c>provider_probe</c>.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <summary>Puts the setup onto options that somebody else made.</summary>
    public static void Apply(JsonSerializerOptions options, JsonUnmappedMemberHandling unmapped)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = unmapped;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.AllowDuplicateProperties = false;
        options.Converters.Add(new InstantConverter());
        options.Converters.Add(new IdConverterFactory());
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
    }

    private static JsonSerializerOptions Make(JsonUnmappedMemberHandling unmapped)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Apply(options, unmapped);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    private sealed class InstantConverter : JsonConverter<Instant>
    {
        public override Instant Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.String && InstantText.TryParse(reader.GetString(), out var instant)) return instant;
            throw new JsonException(InstantText.Remedy);
        }

        public override void Write(Utf8JsonWriter writer, Instant value, JsonSerializerOptions options) =>
            writer.WriteStringValue(InstantText.Format(value));
    }

    private sealed class IdConverterFactory : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) =>
            typeToConvert.IsValueType
                && typeToConvert.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(ITextId<>));

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(IdConverter<>).MakeGenericType(typeToConvert))!;
    }

    private sealed class IdConverter<TId> : JsonConverter<TId>
        where TId : struct, ITextId<TId>
    {
        public override TId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && TextId.TryParse<TId>(reader.GetString(), out var id)
                ? id
                : throw new JsonException($"expected an id such as {TId.Prefix}_…");

        public override void Write(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
    }
}
