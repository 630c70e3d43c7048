using System.Text.Json.Serialization;

namespace Marketplace.Pricing;

/// <summary>
/// An amount on a document or in the ledger: a whole number of minor units of one currency.
/// Range ±9.2e18 minor units; arithmetic is checked and never mixes currencies. The default value has no currency and is not valid.
/// </summary>
[JsonConverter(typeof(AmountJson.OfMoney))]
public readonly record struct Money(long Minor, Currency Currency) : IComparable<Money>
{
    public static Money Zero(Currency currency) => new(0, currency);

    /// <summary>Reads <c>12.50</c>; at most as many decimals as the currency has.</summary>
    /// <exception cref="FormatException">Not a plain decimal number, too many decimals, or out of range.</exception>
    public static Money Parse(string amount, Currency currency) =>
        new(Fixed.Parse(amount, currency.Exponent), currency);

    /// <summary>The number without its currency, with exactly the currency's decimals: <c>12.50</c>.</summary>
    public string Amount => Fixed.Format(Minor, Currency.Exponent, Currency.Exponent);

    public static Money operator +(Money left, Money right) => new(left.Minor + left.Same(right).Minor, left.Currency);

    public static Money operator -(Money left, Money right) => new(left.Minor - left.Same(right).Minor, left.Currency);

    public static Money operator -(Money value) => new(-value.Minor, value.Currency);

    public static bool operator <(Money left, Money right) => left.CompareTo(right) < 0;

    public static bool operator >(Money left, Money right) => left.CompareTo(right) > 0;

    public static bool operator <=(Money left, Money right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Money left, Money right) => left.CompareTo(right) >= 0;

    public int CompareTo(Money other) => Minor.CompareTo(Same(other).Minor);

    public override string ToString() => $"{Amount} {Currency}";

    private Money Same(Money other) => Currency == other.Currency
        ? other
        : throw new InvalidOperationException($"{this} and {other} are of different currencies");
}
