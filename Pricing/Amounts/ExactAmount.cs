using System.Text.Json.Serialization;

namespace Marketplace.Pricing;

/// <summary>
/// An amount before it is rounded to the currency: a whole number of nanos (1e-9 of the currency unit).
/// Charges are exact amounts; documents are not. Range ±9.2e9 currency units; arithmetic is checked and never mixes currencies.
/// </summary>
[JsonConverter(typeof(AmountJson.OfExactAmount))]
public readonly record struct ExactAmount(long Nanos, Currency Currency)
{
    public static ExactAmount Zero(Currency currency) => new(0, currency);

    /// <summary>The same value in nanos, exactly.</summary>
    public static ExactAmount Of(Money money) => new(money.Minor * money.Currency.NanosPerMinor, money.Currency);

    /// <summary>Reads a plain decimal number with at most nine decimals.</summary>
    /// <exception cref="FormatException">Not a plain decimal number, too many decimals, or out of range.</exception>
    public static ExactAmount Parse(string amount, Currency currency) => new(Fixed.Parse(amount, 9), currency);

    /// <summary>The number without its currency, with the currency's decimals or as many more as it needs.</summary>
    public string Amount => Fixed.Format(Nanos, 9, Currency.Exponent);

    public static ExactAmount operator +(ExactAmount left, ExactAmount right) => new(left.Nanos + left.Same(right).Nanos, left.Currency);

    public static ExactAmount operator -(ExactAmount left, ExactAmount right) => new(left.Nanos - left.Same(right).Nanos, left.Currency);

    public override string ToString() => $"{Amount} {Currency}";

    private ExactAmount Same(ExactAmount other) => Currency == other.Currency
        ? other
        : throw new InvalidOperationException($"{this} and {other} are of different currencies");
}
