using System.Globalization;
using Marketplace.Pricing;
using NodaTime;
using NodaTime.Text;

namespace Marketplace;

/// <summary>
/// How figures are written for people: no more digits than carry meaning, thousands apart, the same in every language. Nothing that is
/// written here is ever read again by a program: downloads and tooltips carry the full figure.
/// </summary>
internal static class Show
{
    public const string Minus = "−";

    /// <summary>How an instant is written in an <c>input type="datetime-local"</c>.</summary>
    private static readonly LocalDateTimePattern Local = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm");

    private static readonly LocalDateTimePattern LocalSeconds = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm:ss");

    private static readonly LocalDateTimePattern Readable = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm");

    private static readonly LocalDateTimePattern ReadableSeconds = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm:ss");

    private static readonly LocalDatePattern Day = LocalDatePattern.Iso;

    /// <summary>¥12.50; a currency without a sign of its own is named: JPY 1,250.</summary>
    public static string Money(Money money) => Signed(money.Minor < 0, Symbol(money.Currency) + Number(Absolute(money)));

    /// <summary>An amount without its currency, for a column whose header names it.</summary>
    public static string Number(Money money) => Signed(money.Minor < 0, Group(Absolute(money).Amount));

    /// <summary>An amount of a forecast in whole units of its currency; there is nothing in its minor ones.</summary>
    public static string Whole(Money money)
    {
        var amount = decimal.Parse(Absolute(money).Amount, CultureInfo.InvariantCulture);
        return Signed(money.Minor < 0, Math.Round(amount, MidpointRounding.AwayFromZero).ToString("#,##0", CultureInfo.InvariantCulture));
    }

    /// <summary>How many decimals an exact amount needs, at least those of its currency.</summary>
    public static int Decimals(ExactAmount amount)
    {
        var point = amount.Amount.IndexOf('.', StringComparison.Ordinal);
        return point < 0 ? 0 : amount.Amount.Length - point - 1;
    }

    /// <summary>An exact amount to its last digit.</summary>
    public static string Exact(ExactAmount amount) => Padded(amount, Decimals(amount));

    /// <summary>An exact amount with as many decimals as the others of its column, so that the points stand in line.</summary>
    public static string Padded(ExactAmount amount, int decimals) =>
        Signed(amount.Nanos < 0, (Math.Abs(amount.Nanos) / 1_000_000_000m).ToString("N" + decimals, CultureInfo.InvariantCulture));

    /// <summary>A price per card-hour or SCU-hour without its currency: two decimals, four for a price of less than a tenth.</summary>
    public static string Rate(UnitPrice price)
    {
        var value = price.Nanos / 1_000_000_000m;
        return value.ToString(value is > 0 and < 0.1m ? "0.0000" : "#,##0.00", CultureInfo.InvariantCulture);
    }

    /// <summary>What an auction gains, in whole units of its currency.</summary>
    public static string Gain(Auction auction) => auction.Gain is { } gain
        ? Symbol(auction.Currency) + decimal.Parse(gain, CultureInfo.InvariantCulture).ToString("#,##0", CultureInfo.InvariantCulture)
        : "–";

    public static string Units(StandardUnits units)
    {
        var value = units.Micros / (decimal)StandardUnits.MicrosPerUnit;
        return value.ToString(value is > 0 and < 0.1m ? "0.000" : "#,##0.00", CultureInfo.InvariantCulture);
    }

    public static string CardHours(CardSeconds quantity) => Signed(quantity.Micros < 0, Group(quantity.CardHours.TrimStart('-')));

    /// <summary>Use in standard unit-hours, of cards that are worth so many units.</summary>
    public static string UnitHours(CardSeconds quantity, StandardUnits units) =>
        CardHours(new CardSeconds((long)((Int128)quantity.Micros * units.Micros / StandardUnits.MicrosPerUnit)));

    /// <summary>A volume of trade in unit-hours.</summary>
    public static string Volume(UnitHours volume) => (volume.Millis / 1_000m).ToString("#,##0.00", CultureInfo.InvariantCulture);

    public static string Count(long count) => count.ToString("#,##0", CultureInfo.InvariantCulture);

    public static string Count(CardCount cards) => Group(cards.ToString());

    /// <summary>A rate or ratio that was measured or computed: three figures are all that such a number is good for.</summary>
    public static string Figure(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= 1000 => value.ToString("#,##0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.#", CultureInfo.InvariantCulture),
        >= 0.1 => value.ToString("0.##", CultureInfo.InvariantCulture),
        _ => value.ToString("0.####", CultureInfo.InvariantCulture),
    };

    public static string Percent(double share) => share.ToString("0 %", CultureInfo.InvariantCulture);

    public static string Percent(int basisPoints) => new BasisPoints(basisPoints).ToString();

    public static string At(Instant at, DateTimeZone zone) => Readable.Format(at.InZone(zone).LocalDateTime);

    public static string AtSeconds(Instant at, DateTimeZone zone) => ReadableSeconds.Format(at.InZone(zone).LocalDateTime);

    /// <summary>The last day of a half-open period is the one before its end.</summary>
    public static string Days(Instant from, Instant until, DateTimeZone zone)
    {
        var last = (until - Duration.Epsilon).InZone(zone).Date;
        return $"{Day.Format(from.InZone(zone).Date)} – {Day.Format(last)}";
    }

    public static string Month(Instant from, DateTimeZone zone) => Month(from.InZone(zone).Date.ToYearMonth());

    public static string Month(YearMonth month) => YearMonthPattern.Iso.Format(month);

    /// <summary>For a form; <see cref="Read"/> reads it again.</summary>
    public static string Input(Instant at, DateTimeZone zone) => Local.Format(at.InZone(zone).LocalDateTime);

    /// <summary>
    /// Reads a local time of that zone. One that a change of clocks skips moves forward; of one that it repeats the first counts.
    /// </summary>
    public static Instant? Read(string? text, DateTimeZone zone)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        var read = Local.Parse(text.Trim());
        if (!read.Success) read = LocalSeconds.Parse(text.Trim());
        return read.Success ? read.Value.InZoneLeniently(zone).ToInstant() : null;
    }

    public static string Symbol(Currency currency) => currency.Code switch
    {
        "CNY" => "¥",
        "USD" => "$",
        "EUR" => "€",
        "GBP" => "£",
        "HKD" => "HK$",
        _ => currency.Code + " ",
    };

    /// <summary>The start of an id is its time and the same for all of one day; people tell rows apart by the end.</summary>
    public static string Short(string id) => id.Length > 10 ? "…" + id[^6..] : id;

    private static string Signed(bool negative, string text) => negative ? Minus + text : text;

    private static Money Absolute(Money money) => money.Minor < 0 ? -money : money;

    private static string Group(string plain)
    {
        var point = plain.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? plain : plain[..point];
        var grouped = decimal.Parse(whole, CultureInfo.InvariantCulture).ToString("#,##0", CultureInfo.InvariantCulture);
        return point < 0 ? grouped : grouped + plain[point..];
    }
}
