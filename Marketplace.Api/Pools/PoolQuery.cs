using Marketplace.Billing;
using Marketplace.Pricing;
using Microsoft.AspNetCore.Mvc;
using NodaTime;

namespace Marketplace;

/// <summary>A pool, a currency and a stretch of time, as they stand in the address.</summary>
/// <param name="Card">A card's registry id or alias, or the name of a card that the registry does not know.</param>
/// <param name="Tier">The gang's word, with <c> interruptible</c> behind it where leases may be interrupted.</param>
/// <param name="Region">With <c>/XX</c> behind it where data stays in a country.</param>
/// <param name="Band">The lower bound of the derate band in percent: 0, 10, ... 100.</param>
/// <param name="Currency">Left out: the caller's.</param>
public sealed record PoolQuery(
    [FromQuery(Name = "card")] string? Card,
    [FromQuery(Name = "tier")] string? Tier,
    [FromQuery(Name = "region")] string? Region,
    [FromQuery(Name = "band")] string? Band,
    [FromQuery(Name = "currency")] string? Currency,
    [FromQuery(Name = "from")] string? From,
    [FromQuery(Name = "until")] string? Until)
{
    /// <summary>Every word of a tier that a pool can have.</summary>
    public static IReadOnlyList<string> Tiers { get; } =
        [.. Enum.GetValues<GangTier>().SelectMany(g => new[] { Pools.Tier(g, false), Pools.Tier(g, true) })];

    /// <exception cref="Refusal">Names the parameter that is missing or cannot be.</exception>
    internal AuctionPool Pool(CardRegistry cards)
    {
        var card = TextField.Of(Card ?? "", "card");
        return new(
            cards.Resolve(card).Card?.Id ?? card.ToLowerInvariant(),
            Tiers.Contains(Tier ?? "") ? Tier! : throw Refusal.Invalid("tier", $"is one of {string.Join(", ", Tiers)}"),
            TextField.Of(Region ?? "", "region"),
            QueryValue.Whole("band", Band ?? "", 0, 100) is { } band && band % 10 == 0
                ? band
                : throw Refusal.Invalid("band", "is 0, 10, 20 and so on to 100"));
    }

    /// <exception cref="Refusal">No such currency.</exception>
    internal Currency In(Currency own) => InCurrency(Currency, own);

    /// <summary>The stretch [from, until) that is asked for.</summary>
    /// <param name="from">The beginning if none was given.</param>
    /// <param name="length">How long it is if no end was given.</param>
    /// <exception cref="Refusal">Names the parameter that cannot be.</exception>
    internal (Instant From, Instant Until) Window(Instant from, Duration length)
    {
        var first = QueryValue.Instant(From, "from") ?? from;
        var until = QueryValue.Instant(Until, "until") ?? first + length;
        if (until <= first) throw Refusal.Invalid("until", "is after from");
        return until - first <= Duration.FromDays(366) ? (first, until) : throw Refusal.Invalid("until", "is at most 366 days after from");
    }

    /// <exception cref="Refusal">No such currency.</exception>
    internal static Currency InCurrency(string? code, Currency own) => code is null ? own
        : Pricing.Currency.TryOf(code, out var known) ? known! : throw Refusal.Invalid("currency", "is an ISO 4217 code");
}
