using System.Text.Json;
using System.Text.Json.Serialization;

namespace Marketplace.Pricing;

/// <summary>Money, prices and exact amounts on the wire: <c>{"amount":"12.50","currency":"CNY"}</c>, a string and never a float.</summary>
internal static class AmountJson
{
    internal sealed class OfMoney : Base<Money>
    {
        protected override Money Make(string amount, Currency currency) => Money.Parse(amount, currency);

        protected override (string Amount, Currency Currency) Parts(Money value) => (value.Amount, value.Currency);
    }

    internal sealed class OfExactAmount : Base<ExactAmount>
    {
        protected override ExactAmount Make(string amount, Currency currency) => ExactAmount.Parse(amount, currency);

        protected override (string Amount, Currency Currency) Parts(ExactAmount value) => (value.Amount, value.Currency);
    }

    internal sealed class OfUnitPrice : Base<UnitPrice>
    {
        protected override UnitPrice Make(string amount, Currency currency) => UnitPrice.Parse(amount, currency);

        protected override (string Amount, Currency Currency) Parts(UnitPrice value) => (value.Amount, value.Currency);
    }

    internal abstract class Base<T> : JsonConverter<T>
    {
        protected abstract T Make(string amount, Currency currency);

        protected abstract (string Amount, Currency Currency) Parts(T value);

        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartObject) throw Wrong();
            string? amount = null, currency = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString();
                if (!reader.Read() || reader.TokenType != JsonTokenType.String) throw Wrong();
                if (name == "amount") amount = reader.GetString();
                else if (name == "currency") currency = reader.GetString();
                else throw new JsonException($"'{name}' is not a field of an amount; write {Example}");
            }

            if (amount is null || currency is null) throw Wrong();
            if (!Currency.TryOf(currency, out var known)) throw Wrong("currency", "is not an ISO 4217 currency code, such as CNY or USD");
            try
            {
                return Make(amount, known!);
            }
            catch (FormatException e)
            {
                throw Wrong("amount", e.Message);
            }
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
        {
            var (amount, currency) = Parts(value);
            writer.WriteStartObject();
            writer.WriteString("amount", amount);
            writer.WriteString("currency", currency.Code);
            writer.WriteEndObject();
        }

        private const string Example = """{"amount":"12.50","currency":"CNY"}""";

        private static JsonException Wrong() => new($"an amount is written as {Example}");

        // The serializer knows the path to the amount; which part of it is wrong is told beside.
        private static JsonException Wrong(string field, string reason) => new(reason) { Data = { ["field"] = field } };
    }
}
