using System.Globalization;
using Marketplace.Billing;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>What the form above the offers says, read from the address, so that every view of the market is a link.</summary>
internal static class OffersForm
{
    public const string Workload = "workload", Region = "region", Memory = "memory", MaxPrice = "maxPrice", From = "from", Until = "until",
        Cards = "cards", Card = "card", Domestic = "domestic", Unrated = "unrated", Interruptible = "interruptible", Money = "currency",
        Sort = "sort", Vendor = "vendor", RentNow = "rentNow";

    /// <summary>The names under which <see cref="OfferRanking"/> refuses what these fields say.</summary>
    public static readonly string[] Fields = [Memory, MaxPrice, From, Until, Cards, Card];

    /// <summary>Without a window: from now on for a day.</summary>
    private static readonly Duration Window = Duration.FromDays(1);

    /// <param name="query">Of the request.</param>
    /// <param name="now">A window never begins in the past: what was free then is of no use to anybody.</param>
    /// <param name="zone">In which the form tells the time.</param>
    /// <param name="currency">The one of the reader's account.</param>
    /// <exception cref="Refusal">Names the field that cannot be read.</exception>
    public static OfferFilter Read(IQueryCollection query, Instant now, DateTimeZone zone, Currency currency)
    {
        var money = Text(query, Money) is { } code ? Parse(Money, code, Currency.Of) : currency;
        var from = Instant.Max(now, Time(query, From, zone) ?? now);
        return new OfferFilter
        {
            Workload = Text(query, Workload),
            Region = Text(query, Region),
            Card = Text(query, Card),
            Vendor = Text(query, Vendor),
            MinMemoryGiB = Text(query, Memory) is { } memory ? Parse(Memory, memory, Whole) : null,
            MaxPrice = Text(query, MaxPrice) is { } price ? Parse(MaxPrice, price, t => UnitPrice.Parse(t, money)) : null,
            Cards = Text(query, Cards) is { } cards ? Parse(Cards, cards, CardCount.Parse) : null,
            DomesticOnly = Text(query, Domestic) is not null,
            Unrated = Text(query, Unrated) is not null,
            Interruptible = Text(query, Interruptible) is not null,
            RentNow = Text(query, RentNow) is not null,
            Currency = money,
            From = from,
            Until = Time(query, Until, zone) ?? from + Window,
            Sort = Text(query, Sort) == "card" ? OfferSort.CardPrice : OfferSort.UnitPrice,
        };
    }

    /// <summary>The change to the address that shows what a reason left out; null when no field brings it back.</summary>
    public static (string Field, string? Value)? Undo(string reason) => reason switch
    {
        "region" => (Region, null),
        "card" => (Card, null),
        "vendor" => (Vendor, null),
        "domestic_only" => (Domestic, null),
        "memory" => (Memory, null),
        "price" => (MaxPrice, null),
        "unrated" => (Unrated, "true"),
        "interruptible" => (Interruptible, "true"),
        "lot" => (Cards, null),
        _ => null,
    };

    private static string? Text(IQueryCollection query, string field) =>
        query[field].ToString().Trim() is { Length: > 0 } text ? text : null;

    private static Instant? Time(IQueryCollection query, string field, DateTimeZone zone) => Text(query, field) is { } text
        ? Show.Read(text, zone) ?? throw Refusal.Invalid(field, "is a date and a time, such as 2026-12-01 09:00")
        : null;

    private static int Whole(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= 100_000
            ? value
            : throw new FormatException("is a whole number");

    private static T Parse<T>(string field, string text, Func<string, T> read)
    {
        try
        {
            return read(text);
        }
        catch (FormatException e)
        {
            throw Refusal.Invalid(field, e.Message);
        }
    }
}
