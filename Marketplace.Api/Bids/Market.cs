using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// What somebody looks for on the market: cards over a window, perhaps of one model, offer, region, and no dearer than a limit.
/// </summary>
internal sealed record Need(OrganisationId Buyer, Currency Currency, CardCount Cards, Instant From, Instant Until)
{
    public OfferId? OfferId { get; init; }

    /// <summary>A registry id; with <see cref="CardName"/> null as well, any card.</summary>
    public string? Card { get; init; }

    /// <summary>The name of a card that the registry does not know.</summary>
    public string? CardName { get; init; }

    public string? Region { get; init; }

    /// <summary>The most per SCU-hour; then only rated cards, cheapest per SCU-hour first.</summary>
    public UnitPrice? MostPerUnit { get; init; }

    /// <summary>The most per card-hour.</summary>
    public UnitPrice? MostPerCard { get; init; }
}

/// <summary>
/// Finds the cheapest offer that can hold the whole need for its whole window, and takes its cards.
/// Cheapest per card-hour, or per SCU-hour when the limit is per SCU-hour; equal asks in the order in which they were published.
/// </summary>
internal static class Market
{
    /// <summary>The offer whose cards were taken, or null when none is within the limit and has room.</summary>
    public static async Task<Offer?> Take(Session session, Need need)
    {
        // A candidate can fill up or be changed between the look and the take; then the look is taken again.
        while (await Cheapest(session, need) is { } offer)
        {
            if (await Calendar.Take(session, offer.OfferId, need.Cards, need.From, need.Until, offer.Version)) return offer;
        }

        return null;
    }

    /// <summary>The offer that <see cref="Take"/> would try first.</summary>
    public static Task<Offer?> Cheapest(Session session, Need need)
    {
        var (nanos, most) = need.MostPerUnit is { } perUnit
            ? ("o.unit_ask_nanos", perUnit.Nanos)
            : ("o.ask_nanos", need.MostPerCard?.Nanos ?? long.MaxValue);
        return session.Find<Offer>(
            $"""
            SELECT {OfferBook.Columns}
            FROM offer o JOIN organisation g ON g.organisation_id = o.provider_id
            WHERE o.state = 'open' AND o.currency = @Currency AND {nanos} <= @most AND o.ask_nanos <= @Payable AND o.cards >= @Cards
              AND o.available_from <= @From AND o.available_until >= @Until AND o.provider_id <> @Buyer
              AND (CAST(@OfferId AS TEXT) IS NULL OR o.offer_id = @OfferId)
              AND (CAST(@Card AS TEXT) IS NULL OR o.card = @Card)
              AND (CAST(@CardName AS TEXT) IS NULL OR (o.card IS NULL AND LOWER(o.card_name) = LOWER(@CardName)))
              AND (CAST(@Region AS TEXT) IS NULL OR LOWER(o.region) = LOWER(@Region))
              AND (o.gated_by IS NULL OR o.gate_at >= @Until)
              AND {Calendar.Free} >= @Cards
            ORDER BY {nanos}, o.offer_id LIMIT 1
            """,
            new
            {
                need.Buyer, need.Currency, need.Cards, need.From, need.Until, most, OfferId = need.OfferId?.Value, need.Card, need.CardName,
                need.Region, Payable = Payable(need.Cards.For(need.Until - need.From)),
            });
    }

    /// <summary>
    /// The highest price per card-hour at which that much use is a charge that can be written down: nobody leases what cannot be billed.
    /// </summary>
    private static long Payable(CardSeconds use) =>
        (long)Int128.Min(long.MaxValue, (Int128)long.MaxValue * CardSeconds.MicrosPerCardHour / use.Micros);
}
