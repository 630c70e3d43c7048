using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Marketplace.Pricing;

/// <summary>Counts and quantities on the wire: JSON numbers, read from their decimal text and so exact.</summary>
internal static class QuantityJson
{
    internal sealed class OfCardCount : Base<CardCount>
    {
        protected override CardCount Make(string text) => CardCount.Parse(text);
    }

    internal sealed class OfCardSeconds : Base<CardSeconds>
    {
        protected override CardSeconds Make(string text) => CardSeconds.Parse(text);
    }

    internal sealed class OfStandardUnits : Base<StandardUnits>
    {
        protected override StandardUnits Make(string text) => StandardUnits.Parse(text);
    }

    internal sealed class OfBasisPoints : Base<BasisPoints>
    {
        protected override BasisPoints Make(string text) => BasisPoints.Parse(text);

        protected override string Text(BasisPoints value) => Fixed.Format(value.Value, 4, 0);
    }

    internal abstract class Base<T> : JsonConverter<T>
        where T : struct
    {
        protected abstract T Make(string text);

        protected virtual string Text(T value) => value.ToString()!;

        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.Number) throw new JsonException("expected a plain decimal number, not a string");
            try
            {
                return Make(Encoding.ASCII.GetString(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan));
            }
            catch (FormatException e)
            {
                throw new JsonException(e.Message, e);
            }
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WriteRawValue(Text(value));
    }
}
