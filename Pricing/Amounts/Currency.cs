using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Marketplace.Pricing;

/// <summary>
/// An ISO 4217 currency with the exponent of its minor unit (CNY 2, JPY 0, KWD 3).
/// The exponents are ISO's list of active currencies, never a locale's display digits, which differ for 16 of them.
/// Instances are unique: equality is identity.
/// </summary>
[JsonConverter(typeof(CodeConverter))]
public sealed class Currency
{
    private static readonly FrozenDictionary<string, Currency> Known = All().ToFrozenDictionary(c => c.Code, StringComparer.Ordinal);

    private Currency(string code, int exponent)
    {
        Code = code;
        Exponent = exponent;
        NanosPerMinor = Pow10(9 - exponent);
    }

    /// <summary>Three capital letters, for example <c>CNY</c>.</summary>
    public string Code { get; }

    /// <summary>Digits after the decimal point of the minor unit, 0 to 4.</summary>
    public int Exponent { get; }

    /// <summary>How many nanos (1e-9 of the currency unit) one minor unit holds.</summary>
    public long NanosPerMinor { get; }

    public static Currency Cny { get; } = Of("CNY");

    public static Currency Usd { get; } = Of("USD");

    /// <summary>The currency of that code.</summary>
    /// <exception cref="FormatException">The code is not an active ISO 4217 code.</exception>
    public static Currency Of(string code) =>
        TryOf(code, out var currency)
            ? currency!
            : throw new FormatException($"'{code}' is not an ISO 4217 currency code, such as CNY or USD");

    public static bool TryOf(string? code, out Currency? currency)
    {
        currency = null;
        return code is not null && Known.TryGetValue(code, out currency);
    }

    public override string ToString() => Code;

    internal static long Pow10(int exponent)
    {
        var value = 1L;
        for (var i = 0; i < exponent; i++) value *= 10;
        return value;
    }

    private static IEnumerable<Currency> All()
    {
        const string none = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
        const string three = "BHD IQD JOD KWD LYD OMR TND";
        const string four = "CLF UYW";
        const string two = """
            AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW
            CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS
            INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN
            NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC
            SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
            """;
        return Read(none, 0).Concat(Read(two, 2)).Concat(Read(three, 3)).Concat(Read(four, 4));

        static IEnumerable<Currency> Read(string codes, int exponent) =>
            codes.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Select(code => new Currency(code, exponent));
    }

    private sealed class CodeConverter : JsonConverter<Currency>
    {
        public override Currency Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && TryOf(reader.GetString(), out var currency)
                ? currency!
                : throw new JsonException("expected an ISO 4217 currency code, such as CNY or USD");

        public override void Write(Utf8JsonWriter writer, Currency value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Code);
    }
}
