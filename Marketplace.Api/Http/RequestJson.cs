using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Marketplace.Contracts;

namespace Marketplace;

/// <summary>The house's JSON as the API speaks it: unknown fields are refused, and so is what no database can hold.</summary>
internal static class RequestJson
{
    public static JsonSerializerOptions Options { get; } = Make();

    public static void Apply(JsonSerializerOptions options)
    {
        // Chinese is written as it is; what could matter inside a page stays escaped.
        options.Encoder = JavaScriptEncoder.Create(UnicodeRanges.All);
        WireJson.Apply(options, JsonUnmappedMemberHandling.Disallow);
        options.Converters.Add(new TextConverter());
    }

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Apply(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    /// <summary>PostgreSQL's text cannot hold a NUL; it is refused here, at its field, and not there.</summary>
    private sealed class TextConverter : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.String) throw new JsonException("expected a text");
            var text = reader.GetString()!;
            return text.Contains('\0', StringComparison.Ordinal) ? throw new JsonException("has a NUL character") : text;
        }

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
    }
}
