using Marketplace.Billing;
using Marketplace.Contracts;
using NodaTime;

namespace Marketplace;

/// <summary>Renting now: a quote at the ask, and its acceptance, which makes the lease or says what moved.</summary>
public static class QuoteBook
{
    /// <summary>How long a quoted price is held.</summary>
    public static readonly Duration Validity = Duration.FromMinutes(1);

    /// <summary>Quotes the cheapest offer per card-hour that has room from now until the end asked for.</summary>
    /// <exception cref="Refusal">A field cannot be, or nothing has room.</exception>
    public static async Task<Quote> Ask(Session session, OrganisationId buyer, QuoteRequest request)
    {
        if (request.UntilAt <= session.Now) throw Refusal.Invalid("untilAt", $"is after now ({InstantText.Format(session.Now)})");
        if (request.UntilAt - session.Now > Duration.FromDays(366)) throw Refusal.Invalid("untilAt", "is at most 366 days from now");
        request = request with
        {
            Card = TextField.OfOptional(request.Card, "card"),
            Region = TextField.OfOptional(request.Region, "region"),
            Reference = TextField.OfOptional(request.Reference, "reference"),
        };
        if (request.OfferId is { } asked && await OfferBook.Find(session, asked) is null)
            throw Refusal.Invalid("offerId", "there is no such offer");
        var account = await BillingAccount.Get(session, buyer);
        var card = request.Card is null ? null : (await CardBook.Registry(session)).Resolve(request.Card).Card;
        var offer = await Market.Cheapest(session, new Need(buyer, account.Currency, request.Cards, session.Now, request.UntilAt)
        {
            OfferId = request.OfferId, Card = card?.Id, CardName = card is null ? request.Card : null, Region = request.Region,
        }) ?? throw Refusal.Conflict(
            "No offer has room for that many cards from now until then; ask for fewer cards or a shorter time, or place a bid");
        var quote = new Quote
        {
            QuoteId = session.NewId<QuoteId>(), BuyerId = buyer, OfferId = offer.OfferId, Cards = request.Cards, UntilAt = request.UntilAt,
            PriceNanos = offer.Ask.Nanos, Currency = offer.Ask.Currency, Reference = request.Reference,
            QuotedAt = session.Now, ExpiresAt = session.Now + Validity,
        };
        await session.Execute(
            """
            INSERT INTO quote (quote_id, buyer_id, offer_id, cards, until_at, price_nanos, currency, reference, state, quoted_at,
              expires_at)
            VALUES (@QuoteId, @BuyerId, @OfferId, @Cards, @UntilAt, @Nanos, @Currency, @Reference, 'open', @QuotedAt, @ExpiresAt)
            """,
            new
            {
                quote.QuoteId, quote.BuyerId, quote.OfferId, quote.Cards, quote.UntilAt, quote.Price.Nanos, quote.Price.Currency,
                quote.Reference, quote.QuotedAt, quote.ExpiresAt,
            });
        return quote;
    }

    public static Task<Quote?> Find(Session session, OrganisationId buyer, QuoteId quoteId) => session.Find<Quote>(
        """
        SELECT quote_id, buyer_id, offer_id, cards, until_at, price_nanos, currency, reference, quoted_at, expires_at
        FROM quote WHERE quote_id = @quoteId AND buyer_id = @buyer
        """,
        new { quoteId, buyer });

    /// <summary>Rents at the quoted price, from now on.</summary>
    /// <param name="commission">The market's share in basis points.</param>
    /// <exception cref="Refusal">Not the buyer's, expired, accepted before, dearer by now, or the cards are gone.</exception>
    public static async Task<Lease> Accept(Session session, OrganisationId buyer, QuoteId quoteId, int commission)
    {
        var quote = await Find(session, buyer, quoteId) ?? throw Refusal.NotFound("such quote of yours");
        var mine = await session.Execute(
            "UPDATE quote SET state = 'accepted' WHERE quote_id = @quoteId AND state = 'open'", new { quoteId });
        if (mine == 0) throw Refusal.Conflict("The quote was accepted before; see your leases");
        if (session.Now >= quote.ExpiresAt) throw Refusal.Conflict("The quote has expired; ask for another");
        if (session.Now >= quote.UntilAt) throw Refusal.Conflict("The end of the quoted lease has passed; ask for another");
        if (!await Calendar.Take(session, quote.OfferId, quote.Cards, session.Now, quote.UntilAt))
            throw Refusal.Conflict("The cards are gone; ask for another quote");
        var offer = (await OfferBook.Find(session, quote.OfferId))!;
        if (offer.Ask.Nanos > quote.Price.Nanos)
            throw Refusal.Conflict($"The ask has risen from {quote.Price} to {offer.Ask} per card-hour; ask for another quote");
        var leaseId = await LeaseBook.Award(
            session, offer, buyer, quote.Cards, session.Now, quote.UntilAt, quote.Price, commission, quote.Reference, quoteId: quoteId);
        return (await LeaseBook.Find(session, leaseId))!;
    }
}
