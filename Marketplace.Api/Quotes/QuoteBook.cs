using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// Renting now: a signed quote that holds its cards, and its acceptance, which makes the lease or says what moved. Cards that are held come
/// back when the quote is declined or expires. Rows are taken in the order quote, bid, offer, account.
/// </summary>
public static class QuoteBook
{
    /// <summary>How long a quote is held.</summary>
    public static readonly Duration Validity = Duration.FromMinutes(1);

    /// <summary>
    /// So many quotes of an hour may a buyer leave unaccepted: each holds cards that others want, so that holding is no weapon.
    /// </summary>
    public const int MostUnused = 20;

    private const string Columns =
        """
        quote_id, state, buyer_id, offer_id, cards, quoted_at, expires_at, until_at, price_nanos, currency, ask_nanos, rent_now_ask_nanos,
        cleared_nanos, tax_rate, lot, interruptible AS interruptible_flag, notice_minutes, drain_minutes, workload, claimed, derate,
        tier AS tier_word, bid_id, reference, key_id, signature
        """;

    private static readonly Duration Hour = Duration.FromHours(1);

    /// <summary>
    /// Quotes the cheapest offer that has room from now until the end asked for, and holds its cards: per effective SCU-hour of the
    /// workload, or per card-hour when none is named.
    /// </summary>
    /// <exception cref="Refusal">
    /// A field cannot be, nothing has room, the cheapest is in an auction that is being cleared, the buyer has too many quotes open, or not
    /// the funds.
    /// </exception>
    public static async Task<Quote> Ask(Session session, OrganisationId buyer, QuoteRequest request)
    {
        request = request.Checked(session.Now);
        await ExpireDue(session);
        if (request.BidId is { } bidId) await StandsFor(session, buyer, bidId);
        var account = await BillingAccount.Get(session, buyer);
        var found = await QuoteSearch.Cheapest(session, account, request);

        // Another session may take the room or change the offer between the look and the take; then the look is taken again.
        while (!await Calendar.Take(
            session, found.Offer.OfferId, request.Cards, session.Now, request.UntilAt, found.Offer.Version))
        {
            if ((await OfferBook.Find(session, found.Offer.OfferId))?.GatedBy is not null) throw Calendar.Gated();
            found = await QuoteSearch.Cheapest(session, account, request);
        }

        var offer = found.Offer;
        var quote = (await QuoteKey.Now(session)).Sign(new Quote
        {
            QuoteId = session.NewId<QuoteId>(), BuyerId = buyer, OfferId = offer.OfferId, Cards = request.Cards,
            QuotedAt = session.Now, ExpiresAt = session.Now + Validity, UntilAt = request.UntilAt,
            PriceNanos = found.Rent.Price.Nanos, Currency = account.Currency, AskNanos = found.Rent.Ask.Nanos,
            RentNowAskNanos = found.Rent.RentNowAsk?.Nanos, ClearedNanos = found.Rent.Cleared?.Nanos, TaxRate = new(account.TaxRate),
            Lot = offer.Lot, InterruptibleFlag = offer.InterruptibleFlag, NoticeMinutes = offer.NoticeMinutes,
            DrainMinutes = offer.DrainMinutes, Workload = request.Workload, Claimed = found.Worth.Claimed,
            Derate = found.Worth.Claimed is null ? null : found.Worth.Derate,
            TierWord = found.Worth.Claimed is null ? null : WireJson.Word(found.Worth.Tier), BidId = request.BidId,
            Reference = request.Reference,
        });
        await Funds.Need(session, account, await FirstDay(session, account, quote));
        await CheckUnused(session, buyer);
        await Put(session, quote);
        return quote;
    }

    /// <summary>A buyer's quote; null if there is none of the name or it is somebody else's.</summary>
    /// <param name="buyer">Null: whoever's.</param>
    public static Task<Quote?> Find(Session session, OrganisationId? buyer, QuoteId quoteId) => session.Find<Quote>(
        $"SELECT {Columns} FROM quote WHERE quote_id = @quoteId AND (CAST(@Buyer AS TEXT) IS NULL OR buyer_id = @Buyer)",
        new { quoteId, Buyer = buyer?.Value });

    /// <summary>Quotes of one buyer, or of all, newest first, before a cursor.</summary>
    public static Task<IReadOnlyList<Quote>> List(Session session, OrganisationId? buyer, QuoteState? state, string? before, int limit) =>
        session.Query<Quote>(
            $"""
            SELECT {Columns} FROM quote
            WHERE (CAST(@Buyer AS TEXT) IS NULL OR buyer_id = @Buyer) AND (CAST(@State AS TEXT) IS NULL OR state = @State)
              AND (CAST(@before AS TEXT) IS NULL OR quote_id < @before)
            ORDER BY quote_id DESC LIMIT @limit
            """,
            new { Buyer = buyer?.Value, State = state is { } s ? WireJson.Word(s) : null, before, limit });

    /// <summary>
    /// Rents at the quoted price, from now on. The cards have been held since; an auction under way does not matter to them.
    /// </summary>
    /// <param name="commission">The market's share in basis points.</param>
    /// <exception cref="Refusal">
    /// Not the buyer's, not open any more, or something has moved against the buyer: then the refusal carries the difference.
    /// </exception>
    public static async Task<Lease> Accept(Session session, OrganisationId buyer, QuoteId quoteId, int commission)
    {
        var quote = await Close(session, buyer, quoteId, QuoteState.Accepted);
        if (session.Now >= quote.UntilAt) throw Refusal.Conflict("The end of the quoted lease has passed; ask for another");
        if (!await QuoteKey.Vouches(session, quote, quote.Signature))
            throw Refusal.Conflict("The quote is not what was signed; ask for another quote and tell the operator");
        var offer = (await OfferBook.Find(session, quote.OfferId))!;
        if (offer.State == OfferState.Withdrawn) throw Refusal.Conflict("The offer was withdrawn; ask for another quote");
        if (await Against(session, quote, offer) is { } moved)
        {
            var what = moved.What.Replace('_', ' ');
            throw new Refusal(RefusalCode.Conflict, $"The {what} has moved from {moved.Old} to {moved.New}; ask for another quote")
            {
                Moved = moved,
            };
        }

        if (quote.BidId is { } bidId) await Supersede(session, buyer, bidId, quoteId);
        var sale = new Sale(offer, buyer, quote.Cards, session.Now, quote.UntilAt, quote.Price, commission)
        {
            Reference = quote.Reference, QuoteId = quoteId, Origin = TradeOrigin.Quote,
        };
        var leaseId = await LeaseBook.Award(session, sale);
        return (await LeaseBook.Find(session, leaseId))!;
    }

    /// <summary>Lets a quote go; its cards are for sale again.</summary>
    /// <exception cref="Refusal">Not the buyer's, or not open any more.</exception>
    public static async Task<Quote> Decline(Session session, OrganisationId buyer, QuoteId quoteId)
    {
        await GiveBack(session, await Close(session, buyer, quoteId, QuoteState.Declined));
        return (await Find(session, buyer, quoteId))!;
    }

    /// <summary>Lets the quotes go that nobody accepted in time. Returns how many.</summary>
    public static async Task<int> ExpireDue(Session session)
    {
        var due = await session.Query<Quote>(
            $"SELECT {Columns} FROM quote WHERE state = 'open' AND expires_at <= @Now ORDER BY quote_id LIMIT 1000", new { session.Now });
        var expired = 0;
        foreach (var quote in due)
        {
            if (!await Move(session, quote.QuoteId, QuoteState.Expired)) continue;
            await GiveBack(session, quote);
            expired++;
        }

        return expired;
    }

    /// <summary>Moves the buyer's open quote on, once, and gives it as it was.</summary>
    private static async Task<Quote> Close(Session session, OrganisationId buyer, QuoteId quoteId, QuoteState to)
    {
        var quote = await Find(session, buyer, quoteId) ?? throw Refusal.NotFound("such quote of yours");
        if (!await Move(session, quoteId, to)) quote = (await Find(session, buyer, quoteId))!;
        return (quote.State, session.Now < quote.ExpiresAt) switch
        {
            (QuoteState.Open, true) => quote,
            (QuoteState.Accepted, _) => throw Refusal.Conflict("The quote was accepted before; see your leases"),
            (QuoteState.Declined, _) => throw Refusal.Conflict("The quote was declined before; ask for another"),
            _ => throw Refusal.Conflict("The quote has expired; ask for another"),
        };
    }

    private static async Task<bool> Move(Session session, QuoteId quoteId, QuoteState to) => await session.Execute(
        "UPDATE quote SET state = @To WHERE quote_id = @quoteId AND state = 'open'", new { quoteId, To = WireJson.Word(to) }) == 1;

    private static async Task GiveBack(Session session, Quote quote)
    {
        await Calendar.Give(session, quote.OfferId, quote.Cards, quote.QuotedAt, quote.UntilAt, used: false);
        await OfferBook.Wake(session, quote.OfferId);
    }

    /// <summary>What has moved against the buyer since the quote: the price, or what a card is worth; null when nothing has.</summary>
    private static async Task<Moved?> Against(Session session, Quote quote, Offer offer)
    {
        var now = await RentPrice.Of(session, offer, session.Now, quote.UntilAt);
        if (now.Price.Nanos > quote.Price.Nanos) return new(WireJson.Word(now.Binding), $"{quote.Price}", $"{now.Price}");
        if (quote.Units is not { } then) return null;
        var units = await OfferRanking.UnitsOf(session, offer, quote.Workload, quote.BuyerId) ?? default;
        return units.Micros < then.Micros ? new("listed_units", $"{then} SCU", $"{units} SCU") : null;
    }

    /// <summary>What the first day of the lease may cost, less what is held for the bid in whose place it comes.</summary>
    private static async Task<Money> FirstDay(Session session, BillingAccount account, Quote quote)
    {
        var first = Duration.Min(quote.UntilAt - quote.QuotedAt, Duration.FromDays(1));
        var cost = Funds.WithTax(Rating.Charge(quote.Price, quote.Cards.For(first)), account);
        return quote.BidId is { } bidId ? cost - new Money(await BidBook.HeldMinor(session, bidId), cost.Currency) : cost;
    }

    // The account's row is taken by now: of two quotes at once, the second counts the first.
    private static async Task CheckUnused(Session session, OrganisationId buyer)
    {
        var (count, oldest) = await session.Find<(long Count, Instant? Oldest)>(
            """
            SELECT COUNT(*), MIN(quoted_at) FROM quote WHERE buyer_id = @buyer AND quoted_at > @Since AND state <> 'accepted'
            """,
            new { buyer, Since = session.Now - Hour });
        if (count < MostUnused) return;
        throw Refusal.Later(
            $"You have left {count} quotes of the last hour unaccepted, and each held cards; accept one, or look at the offers instead",
            oldest!.Value + Hour - session.Now);
    }

    private static async Task StandsFor(Session session, OrganisationId buyer, BidId bidId)
    {
        if (await BidBook.Find(session, bidId) is not { State: BidState.Open } bid || bid.BuyerId != buyer)
            throw Refusal.Invalid("bidId", "is no open bid of yours");
    }

    /// <summary>Cancels the bid, and those of its group, that the lease stands for.</summary>
    /// <exception cref="Refusal">The need was served meanwhile, by an auction, an ask or another quote.</exception>
    private static async Task Supersede(Session session, OrganisationId buyer, BidId bidId, QuoteId quoteId)
    {
        var group = await session.Query<(BidId BidId, string State)>(
            """
            SELECT bid_id, state FROM bid
            WHERE buyer_id = @buyer
              AND (bid_id = @bidId OR xor_group = (SELECT b.xor_group FROM bid b WHERE b.bid_id = @bidId AND b.buyer_id = @buyer))
            ORDER BY bid_id
            """,
            new { buyer, bidId });
        if (group.FirstOrDefault(b => b.State == "matched") is { BidId.Value: not null } matched)
            throw Refusal.Conflict($"The bid {matched.BidId}, for the same need, was matched meanwhile; see your leases");
        foreach (var bid in group.Where(b => b.State == "open")) await BidBook.Cancel(session, buyer, bid.BidId);
        var served = await session.Find<string>(
            """
            SELECT MIN(q.quote_id) FROM quote q JOIN bid b ON b.bid_id = q.bid_id
            WHERE q.buyer_id = @buyer AND q.state = 'accepted' AND q.quote_id <> @quoteId AND b.buyer_id = @buyer
              AND (b.bid_id = @bidId OR b.xor_group = (SELECT o.xor_group FROM bid o WHERE o.bid_id = @bidId))
            """,
            new { buyer, bidId, quoteId });
        if (served is not null) throw Refusal.Conflict($"The quote {served}, for the same need, was accepted before; see your leases");
    }

    private static Task Put(Session session, Quote quote) => session.Execute(
        """
        INSERT INTO quote (quote_id, state, buyer_id, offer_id, cards, quoted_at, expires_at, until_at, price_nanos, currency, ask_nanos,
          rent_now_ask_nanos, cleared_nanos, tax_rate, lot, interruptible, notice_minutes, drain_minutes, workload, claimed, derate, tier,
          bid_id, reference, key_id, signature)
        VALUES (@QuoteId, 'open', @BuyerId, @OfferId, @Cards, @QuotedAt, @ExpiresAt, @UntilAt, @PriceNanos, @Currency, @AskNanos,
          @RentNowAskNanos, @ClearedNanos, @TaxRate, @Lot, @InterruptibleFlag, @NoticeMinutes, @DrainMinutes, @Workload, @Claimed, @Derate,
          @TierWord, @BidId, @Reference, @KeyId, @Signature)
        """,
        new
        {
            quote.QuoteId, quote.BuyerId, quote.OfferId, quote.Cards, quote.QuotedAt, quote.ExpiresAt, quote.UntilAt, quote.PriceNanos,
            quote.Currency, quote.AskNanos, quote.RentNowAskNanos, quote.ClearedNanos, quote.TaxRate, quote.Lot, quote.InterruptibleFlag,
            quote.NoticeMinutes, quote.DrainMinutes, quote.Workload, quote.Claimed, quote.Derate, quote.TierWord, quote.BidId,
            quote.Reference, quote.KeyId, quote.Signature,
        });
}
