using Marketplace.Billing;
using Marketplace.Pricing;
using Microsoft.AspNetCore.Mvc;
using NodaTime;

namespace Marketplace;

/// <summary>The filters of <c>GET /v1/offers</c> and of the front page, as they stand in the address.</summary>
public sealed record OfferQuery(
    [FromQuery(Name = "workload")] string? Workload,
    [FromQuery(Name = "card")] string? Card,
    [FromQuery(Name = "board")] string? Board,
    [FromQuery(Name = "region")] string? Region,
    [FromQuery(Name = "vendor")] string? Vendor,
    [FromQuery(Name = "minMemoryGiB")] string? MinMemoryGiB,
    [FromQuery(Name = "domesticOnly")] string? DomesticOnly,
    [FromQuery(Name = "maxPrice")] string? MaxPrice,
    [FromQuery(Name = "currency")] string? Currency,
    [FromQuery(Name = "from")] string? From,
    [FromQuery(Name = "until")] string? Until,
    [FromQuery(Name = "cards")] string? Cards,
    [FromQuery(Name = "unrated")] string? Unrated,
    [FromQuery(Name = "interruptible")] string? Interruptible,
    [FromQuery(Name = "rentNow")] string? RentNow,
    [FromQuery(Name = "sort")] string? Sort)
{
    /// <summary>The filter that this asks for. A window that is not given is the coming hour.</summary>
    /// <exception cref="Refusal">Names the parameter that cannot be read.</exception>
    internal OfferFilter Filter(Instant now, Currency ownCurrency)
    {
        var currency = Given(Currency) is { } code
            ? Read("currency", code, Pricing.Currency.Of)
            : ownCurrency;
        var from = QueryValue.Instant(Given(From), "from") ?? now;
        return new OfferFilter
        {
            Workload = Given(Workload),
            Card = Given(Card),
            Board = Given(Board) is { } board ? QueryValue.OneOf<Board>("board", board) : null,
            Region = Given(Region),
            Vendor = Given(Vendor),
            MinMemoryGiB = Given(MinMemoryGiB) is { } memory ? Read("minMemoryGiB", memory, Whole) : null,
            DomesticOnly = Flag("domesticOnly", DomesticOnly),
            MaxPrice = Given(MaxPrice) is { } most ? Read("maxPrice", most, text => UnitPrice.Parse(text, currency)) : null,
            Currency = currency,
            From = from,
            Until = QueryValue.Instant(Given(Until), "until") ?? from + Duration.FromHours(1),
            Cards = Given(Cards) is { } cards ? Read("cards", cards, CardCount.Parse) : null,
            Unrated = Flag("unrated", Unrated),
            Interruptible = Flag("interruptible", Interruptible),
            RentNow = Flag("rentNow", RentNow),
            Sort = Given(Sort) is { } sort ? QueryValue.OneOf<OfferSort>("sort", sort) : OfferSort.UnitPrice,
        };
    }

    // A form sends empty fields for what was left blank.
    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static bool Flag(string name, string? text) => Given(text) switch
    {
        null or "false" => false,
        "true" or "on" => true,
        _ => throw Refusal.Invalid(name, "is true or false"),
    };

    private static int Whole(string text) =>
        int.TryParse(text, System.Globalization.NumberStyles.None, null, out var value) && value is > 0 and <= 65_536
        ? value
        : throw new FormatException("is a whole number from 1 to 65536");

    private static T Read<T>(string name, string text, Func<string, T> parse)
    {
        try
        {
            return parse(text);
        }
        catch (FormatException e)
        {
            throw Refusal.Invalid(name, e.Message);
        }
    }
}
