using System.Text.Json.Serialization;
using NodaTime;

namespace Marketplace.Pricing;

/// <summary>A number of cards in thousandths, so that a part of a card can be sold: 0.001 to 65,535.</summary>
[JsonConverter(typeof(QuantityJson.OfCardCount))]
public readonly record struct CardCount(int Millis) : IComparable<CardCount>
{
    public const int MillisPerCard = 1_000;

    /// <summary>The most cards in one offer, bid or lease.</summary>
    public const int MaxCards = 65_535;

    public static CardCount Of(int cards) => new(cards * MillisPerCard);

    /// <summary>Reads a plain decimal number with at most three decimals, above 0 and at most 65,535.</summary>
    /// <exception cref="FormatException">Not such a number.</exception>
    public static CardCount Parse(string text)
    {
        var millis = Fixed.Parse(text, 3);
        return millis is > 0 and <= (long)MaxCards * MillisPerCard
            ? new((int)millis)
            : throw new FormatException($"a card count is above 0 and at most {MaxCards}");
    }

    public bool IsWhole => Millis % MillisPerCard == 0;

    /// <summary>These cards held for that long. Exact when the duration is a whole number of milliseconds.</summary>
    /// <exception cref="ArgumentException">The duration has a fraction of a millisecond.</exception>
    public CardSeconds For(Duration duration)
    {
        var nanoseconds = duration.ToInt64Nanoseconds();
        return nanoseconds % NodaConstants.NanosecondsPerMillisecond == 0
            ? new(nanoseconds / NodaConstants.NanosecondsPerMillisecond * Millis)
            : throw new ArgumentException("Usage is measured in whole milliseconds", nameof(duration));
    }

    public static CardCount operator +(CardCount left, CardCount right) => new(left.Millis + right.Millis);

    public static CardCount operator -(CardCount left, CardCount right) => new(left.Millis - right.Millis);

    public static bool operator <(CardCount left, CardCount right) => left.Millis < right.Millis;

    public static bool operator >(CardCount left, CardCount right) => left.Millis > right.Millis;

    public static bool operator <=(CardCount left, CardCount right) => left.Millis <= right.Millis;

    public static bool operator >=(CardCount left, CardCount right) => left.Millis >= right.Millis;

    public int CompareTo(CardCount other) => Millis.CompareTo(other.Millis);

    public override string ToString() => Fixed.Format(Millis, 3, 0);
}
