using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>Renting now: a quote at the ask, and its acceptance, which makes the lease or says what moved.</summary>
public static class QuoteBook
{
    /// <summary>How long a quoted price is held.</summary>
    public static readonly Duration Validity = Duration.FromMinutes(1);

    /// <summary>
    /// Quotes the cheapest offer that has room from now until the end asked for: per effective SCU-hour of the workload, or per card-hour
    /// when none is named.
    /// </summary>
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
            Workload = TextField.OfOptional(request.Workload, "workload"),
        };
        if (request.OfferId is { } asked && await OfferBook.Find(session, asked) is null)
            throw Refusal.Invalid("offerId", "there is no such offer");
        var account = await BillingAccount.Get(session, buyer);
        var found = request.Workload is null
            ? await CheapestCard(session, buyer, account.Currency, request)
            : await CheapestUnit(session, buyer, account.Currency, request);
        var offer = found.Offer;
        var quote = new Quote
        {
            QuoteId = session.NewId<QuoteId>(), BuyerId = buyer, OfferId = offer.OfferId, Cards = request.Cards, UntilAt = request.UntilAt,
            PriceNanos = offer.Ask.Nanos, Currency = offer.Ask.Currency, Reference = request.Reference, Workload = request.Workload,
            Claimed = found.Claimed, Derate = found.Claimed is null ? null : found.Derate,
            TierWord = found.Claimed is null ? null : WireJson.Word(found.Tier),
            QuotedAt = session.Now, ExpiresAt = session.Now + Validity,
        };
        await session.Execute(
            """
            INSERT INTO quote (quote_id, buyer_id, offer_id, cards, until_at, price_nanos, currency, reference, workload, claimed, derate,
              tier, state, quoted_at, expires_at)
            VALUES (@QuoteId, @BuyerId, @OfferId, @Cards, @UntilAt, @Nanos, @Currency, @Reference, @Workload, @Claimed, @Derate,
              @Tier, 'open', @QuotedAt, @ExpiresAt)
            """,
            new
            {
                quote.QuoteId, quote.BuyerId, quote.OfferId, quote.Cards, quote.UntilAt, quote.Price.Nanos, quote.Price.Currency,
                quote.Reference, quote.Workload, quote.Claimed, quote.Derate, Tier = quote.TierWord,
                quote.QuotedAt, quote.ExpiresAt,
            });
        return quote;
    }

    private static async Task<RankedOffer> CheapestCard(
        Session session, OrganisationId buyer, Currency currency, QuoteRequest request)
    {
        var card = request.Card is null ? null : (await CardBook.Registry(session)).Resolve(request.Card).Card;
        var offer = await Market.Cheapest(session, new Need(buyer, currency, request.Cards, session.Now, request.UntilAt)
        {
            OfferId = request.OfferId, Card = card?.Id, CardName = card is null ? request.Card : null, Region = request.Region,
        }) ?? throw Refusal.Conflict(
            "No offer has room for that many cards from now until then; ask for fewer cards or a shorter time, or place a bid");
        return new(offer, offer.ListedUnits, offer.UnitAsk, offer.Units, offer.Derate, offer.Tier);
    }

    private static async Task<RankedOffer> CheapestUnit(
        Session session, OrganisationId buyer, Currency currency, QuoteRequest request)
    {
        var ranking = await OfferRanking.Of(
            session,
            new OfferFilter
            {
                Workload = request.Workload, Card = request.Card, Region = request.Region, Currency = currency, Cards = request.Cards,
                From = session.Now, Until = request.UntilAt,
            },
            buyer);
        return ranking.Offers.FirstOrDefault(o =>
                o.Offer.ProviderId != buyer && (request.OfferId is null || o.Offer.OfferId == request.OfferId))
            ?? throw Refusal.Conflict(
                $"No offer can do that workload on so many cards from now until then; of {ranking.Considered} were left out: "
                + string.Join(", ", ranking.Excluded.OrderByDescending(e => e.Value).Select(e => $"{e.Value} {e.Key}"))
                + ". Ask for fewer cards, a shorter time or another region, or place a bid");
    }

    public static Task<Quote?> Find(Session session, OrganisationId buyer, QuoteId quoteId) => session.Find<Quote>(
        """
        SELECT quote_id, buyer_id, offer_id, cards, until_at, price_nanos, currency, reference, workload, claimed, derate,
          tier AS tier_word, quoted_at, expires_at
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
        var sale = new Sale(offer, buyer, quote.Cards, session.Now, quote.UntilAt, quote.Price, commission)
        {
            Reference = quote.Reference, QuoteId = quoteId, Origin = TradeOrigin.Quote,
        };
        var leaseId = await LeaseBook.Award(session, sale);
        return (await LeaseBook.Find(session, leaseId))!;
    }
}
