using Marketplace.Billing;
using Marketplace.Pricing;
using Microsoft.AspNetCore.Mvc;
using NodaTime;
using NodaTime.Text;

namespace Marketplace;

/// <summary>Which values are asked for; what is left out does not narrow.</summary>
internal sealed record IndexFilter
{
    public Board? Board { get; init; }

    public GangTier? Tier { get; init; }

    /// <summary>In lower case; empty: the values of all regions together.</summary>
    public string? Region { get; init; }

    public Currency? Currency { get; init; }

    /// <summary>The first day.</summary>
    public LocalDate? From { get; init; }

    /// <summary>The day after the last one.</summary>
    public LocalDate? Until { get; init; }

    /// <summary>Every vintage, and not only the one that holds.</summary>
    public bool AllVintages { get; init; }
}

/// <summary>The filters of <c>GET /v1/index</c>, as they stand in the address.</summary>
/// <param name="Region">A region, or <c>all</c> for the values of all regions together.</param>
/// <param name="From">The first UTC day, such as 2026-01-01.</param>
/// <param name="Until">The day after the last one.</param>
/// <param name="Vintages"><c>newest</c>, which is the default, or <c>all</c>.</param>
public sealed record IndexQuery(
    [FromQuery(Name = "board")] string? Board,
    [FromQuery(Name = "tier")] string? Tier,
    [FromQuery(Name = "region")] string? Region,
    [FromQuery(Name = "currency")] string? Currency,
    [FromQuery(Name = "from")] string? From,
    [FromQuery(Name = "until")] string? Until,
    [FromQuery(Name = "vintages")] string? Vintages)
{
    /// <exception cref="Refusal">Names the parameter that cannot be read.</exception>
    internal IndexFilter Filter()
    {
        var (from, until) = (From is null ? (LocalDate?)null : Day(From, "from"), Until is null ? (LocalDate?)null : Day(Until, "until"));
        if (from >= until) throw Refusal.Invalid("until", "is after from");
        return new()
        {
            Board = Board is null ? null : QueryValue.OneOf<Board>("board", Board),
            Tier = Tier is null ? null : QueryValue.OneOf<GangTier>("tier", Tier),
            Region = Region == "all" ? "" : Region?.ToLowerInvariant(),
            Currency = Currency is null
                ? null
                : Pricing.Currency.TryOf(Currency, out var known) ? known : throw Refusal.Invalid("currency", "is an ISO 4217 code"),
            From = from,
            Until = until,
            AllVintages = Vintages switch
            {
                null or "newest" => false,
                "all" => true,
                _ => throw Refusal.Invalid("vintages", "is one of newest, all"),
            },
        };
    }

    /// <exception cref="Refusal">Invalid: no day from 2000 to 2199.</exception>
    internal static LocalDate Day(string text, string field) =>
        LocalDatePattern.Iso.Parse(text) is { Success: true, Value: { Year: >= 2000 and < 2200 } day }
            ? day
            : throw Refusal.Invalid(field, "is a day such as 2026-01-31, from 2000 to 2199");
}
