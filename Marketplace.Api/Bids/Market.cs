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

    /// <summary>Capacity that may be interrupted will do.</summary>
    public bool Interruptible { get; init; }

    /// <summary>Offers that an auction has will do: whoever takes them is told to come again.</summary>
    public bool Gated { get; init; }
}

/// <summary>
/// Finds the cheapest offer that can hold the whole need for its whole window, and takes its cards.
/// Cheapest per card-hour, or per SCU-hour when the limit is per SCU-hour; equal asks in the order in which they were published.
/// </summary>
internal static class Market
{
    /// <summary>
    /// The offer whose cards were taken and what they cost per card-hour, or null when none is within the limit and has room.
    /// </summary>
    public static async Task<(Offer Offer, UnitPrice Price)?> Take(Session session, Need need)
    {
        // A candidate can fill up or be changed between the look and the take; then the look is taken again.
        while (await Best(session, need) is { } best)
        {
            if (await Calendar.Take(session, best.Offer.OfferId, need.Cards, need.From, need.Until, best.Offer.Version)) return best;
        }

        return null;
    }

    /// <summary>
    /// The cheapest with what it costs: the ask, and not less than its hours last cleared at, so that who lost an auction does not undercut
    /// who won it. Asks come in order and nothing costs less than its ask, so the search ends early.
    /// </summary>
    private static async Task<(Offer Offer, UnitPrice Price)?> Best(Session session, Need need)
    {
        var isPerUnit = need.MostPerUnit is not null;
        var most = need.MostPerUnit?.Nanos ?? need.MostPerCard?.Nanos ?? long.MaxValue;
        var (best, least) = (((Offer, UnitPrice)?)null, long.MaxValue);
        var payable = Payable(need.Cards.For(need.Until - need.From));
        for (var offer = await Cheapest(session, need); offer is not null; offer = await Cheapest(session, need, after: offer))
        {
            if ((isPerUnit ? offer.UnitAskNanos! : offer.AskNanos) >= least) break;
            var posted = BeginsAtOnce(need.From, session.Now) ? offer : offer with { RentNowAskNanos = null };
            var price = (await RentPrice.Of(session, posted, need.From, need.Until)).Price;
            if (price.Nanos > payable) continue;
            var counts = isPerUnit ? Offer.UnitAskOf(price, offer.ListedUnits)!.Value : price.Nanos;
            if (counts <= most && counts < least) (best, least) = ((offer, price), counts);
        }

        return best;
    }

    /// <summary>The offer of the lowest ask that has room, or the next one after an offer.</summary>
    public static Task<Offer?> Cheapest(Session session, Need need, Offer? after = null)
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
              AND {nanos} >= @AfterNanos AND ({nanos} > @AfterNanos OR o.offer_id > @AfterId)
              AND @Cards % o.lot = 0
              AND @Millis >= o.min_minutes * 60000 AND (o.max_minutes IS NULL OR @Millis <= o.max_minutes * 60000)
              AND (@AtOnce = 0 OR o.rent_now_max_minutes IS NULL OR @Millis <= o.rent_now_max_minutes * 60000)
              AND (@Interruptible = 1 OR o.interruptible = 0)
              AND (@Gated = 1 OR {Calendar.NotGated})
              AND {Calendar.Free} >= @Cards
            ORDER BY {nanos}, o.offer_id LIMIT 1
            """,
            new
            {
                need.Buyer, need.Currency, need.Cards, need.From, need.Until, most, OfferId = need.OfferId?.Value, need.Card, need.CardName,
                need.Region, Payable = Payable(need.Cards.For(need.Until - need.From)),
                AfterNanos = (need.MostPerUnit is null ? after?.AskNanos : after?.UnitAskNanos) ?? -1, AfterId = after?.OfferId.Value ?? "",
                Millis = (long)(need.Until - need.From).TotalMilliseconds, AtOnce = Flag(BeginsAtOnce(need.From, session.Now)),
                Interruptible = Flag(need.Interruptible), Gated = Flag(need.Gated),
            });
    }

    /// <summary>Whether a window begins before the next full hour, from which on auctions sell.</summary>
    private static bool BeginsAtOnce(Instant from, Instant now) =>
        from.ToUnixTimeSeconds() / NodaConstants.SecondsPerHour <= now.ToUnixTimeSeconds() / NodaConstants.SecondsPerHour;

    private static long Flag(bool value) => value ? 1 : 0;

    /// <summary>
    /// The highest price per card-hour at which that much use is a charge that can be written down: nobody leases what cannot be billed.
    /// </summary>
    public static long Payable(CardSeconds use) =>
        (long)Int128.Min(long.MaxValue, (Int128)long.MaxValue * CardSeconds.MicrosPerCardHour / use.Micros);
}
