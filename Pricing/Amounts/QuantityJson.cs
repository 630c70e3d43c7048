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

    /// <summary>A whole number of basis points.</summary>
    internal sealed class OfBasisPoints : JsonConverter<BasisPoints>
    {
        public override BasisPoints Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var value) && value is >= 0 and <= BasisPoints.Whole
                ? new(value)
                : throw new JsonException($"expected basis points, a whole number from 0 to {BasisPoints.Whole}");

        public override void Write(Utf8JsonWriter writer, BasisPoints value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value.Value);
    }

    internal sealed class OfUnitHours : Base<UnitHours>
    {
        protected override UnitHours Make(string text) => UnitHours.Parse(text);
    }

    internal sealed class OfPower : Base<Power>
    {
        protected override Power Make(string text) => Power.Parse(text);
    }

    internal sealed class OfEnergy : Base<Energy>
    {
        protected override Energy Make(string text) => Energy.Parse(text);
    }

    internal sealed class OfCarbon : Base<Carbon>
    {
        protected override Carbon Make(string text) => Carbon.Parse(text);
    }

    internal sealed class OfPue : Base<Pue>
    {
        protected override Pue Make(string text) => Pue.Parse(text);
    }

    internal sealed class OfPetaflops : Base<Petaflops>
    {
        protected override Petaflops Make(string text) => Petaflops.Parse(text);
    }

    internal abstract class Base<T> : JsonConverter<T>
        where T : struct
    {
        protected abstract T Make(string text);

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
            writer.WriteRawValue(value.ToString()!);
    }
}
