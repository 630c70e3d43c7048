using System.Globalization;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>A row of our own CSV of offers, read by the names of its columns. An empty cell says as little as a missing column.</summary>
internal sealed class CsvOffer(IReadOnlyDictionary<string, string> cells)
{
    /// <summary>The columns without which it is no such file; the others may be left out.</summary>
    public static readonly string[] Needed =
        ["offer", "card", "count", "region", "available_from", "available_until", "ask_per_card_hour", "currency"];

    private string _column = "";

    /// <summary>The provider's name for the offer.</summary>
    public string Name => cells["offer"];

    /// <summary>What the row offers, or in <paramref name="reason"/> which column cannot be read and why.</summary>
    public OfferDraft? Read(out string? reason)
    {
        reason = null;
        try
        {
            return Read();
        }
        catch (FormatException e)
        {
            reason = $"{_column}: {e.Message}";
            return null;
        }
    }

    private OfferDraft Read()
    {
        var cards = CardCount.Parse(At("count"));
        var currency = Currency.Of(At("currency"));
        return new()
        {
            Name = Name,
            Card = cells["card"],
            Cards = cards,
            Region = cells["region"],
            Ask = UnitPrice.Parse(At("ask_per_card_hour"), currency),
            AvailableFrom = Time(At("available_from")),
            AvailableUntil = Time(At("available_until")),
            Lot = Maybe("lot", CardCount.Parse),
            MinMinutes = Maybe("min_minutes", Whole) ?? 0,
            MaxMinutes = Maybe("max_minutes", Whole),
            RentNowMaxMinutes = Maybe("rent_now_max_minutes", Whole),
            RentNowAsk = Maybe("rent_now_ask", text => UnitPrice.Parse(text, currency)),
            FollowsCleared = Maybe("follows_cleared", Flag) ?? true,
            InAuction = Maybe("in_auction", Flag) ?? true,
            NoticeMinutes = Maybe("notice_minutes", Whole) ?? 0,
            DrainMinutes = Maybe("drain_minutes", Whole) ?? 0,
            Gang = Maybe("gang", Gang) ?? GangTier.SingleCard,
            LinkGBs = Maybe("link_gbs", Whole),
            Interruptible = Maybe("interruptible", Flag) ?? false,
            OwnUseFirst = Maybe("own_use_first", Flag) ?? false,
            Residency = Filled("residency"),
        };
    }

    private string At(string column) => cells[_column = column];

    private string? Filled(string column) =>
        cells.GetValueOrDefault(_column = column)?.Trim() is { Length: > 0 } text ? text : null;

    private T? Maybe<T>(string column, Func<string, T> read)
        where T : struct => Filled(column) is { } text ? read(text) : null;

    private static Instant Time(string text) => InstantText.TryParse(text, out var at) ? at : throw new FormatException(InstantText.Remedy);

    private static long Whole(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
        ? value
        : throw new FormatException("is a whole number");

    private static bool Flag(string text) => text switch
    {
        "true" => true,
        "false" => false,
        _ => throw new FormatException("is true or false"),
    };

    private static GangTier Gang(string text)
    {
        foreach (var tier in Enum.GetValues<GangTier>())
        {
            if (WireJson.Word(tier) == text) return tier;
        }

        throw new FormatException($"is one of {string.Join(", ", Enum.GetValues<GangTier>().Select(WireJson.Word))}");
    }
}
