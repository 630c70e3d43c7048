using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>
/// The answers to tenders. Every read goes through one condition: who gave an answer reads it always, the buyer and the market's books from
/// the instant at which the tender closes, nobody else ever; one that was taken back is read by its maker alone.
/// </summary>
public static class SealedBook
{
    private const string Select =
        """
        SELECT s.sealed_offer_id, s.tender_id, s.provider_id, p.name AS provider_name, s.offer_id, s.cards, s.price_nanos, s.currency,
          s.note, s.state, s.made_at
        FROM sealed_offer s JOIN tender t ON t.tender_id = s.tender_id JOIN organisation p ON p.organisation_id = s.provider_id
        WHERE s.tender_id = @tenderId
          AND (s.provider_id = @Viewer
            OR (t.closes_at <= @Now AND s.state <> 'withdrawn' AND (@SeesAll = 1 OR t.buyer_id = @Viewer)))
        """;

    /// <summary>Answers a tender with one of the provider's offers, in place of what was answered with that offer before.</summary>
    /// <exception cref="Refusal">Not open to this provider, closed, or the offer cannot serve it.</exception>
    public static async Task<ComparedOffer> Make(Session session, Caller provider, TenderId tenderId, SealedDraft draft)
    {
        draft = draft with { Note = TextField.OfOptional(draft.Note, "note", 2_000, lines: true) };
        if (draft.Price.Nanos <= 0) throw Refusal.Invalid("price.amount", "is above zero");
        if (draft.Price.Nanos > OfferDraft.HighestAsk * 1_000_000_000)
            throw Refusal.Invalid("price.amount", $"is at most {OfferDraft.HighestAsk} per card-hour");
        var tender = await Answerable(session, provider, tenderId);
        if (draft.Price.Currency != tender.Currency) throw Refusal.Invalid("price.currency", $"is {tender.Currency}, as the tender's");
        var offer = await Over(session, tender, draft.OfferId);
        if (offer is null || offer.ProviderId != provider.OrganisationId)
            throw Refusal.Invalid("offerId", "there is no such offer of yours; GET /v1/offers/mine lists them");
        var fit = await TenderBook.Fit(session, tender);
        var cards = fit.CardsOf(offer);
        if (fit.WhyNot(offer, cards) is { } reason)
        {
            throw Refusal.Conflict(
                $"The offer cannot serve the tender: {TenderFit.Sentence(reason)}; answer with another one, or change it first", "offerId");
        }

        if (draft.Price.Nanos > Market.Payable(cards!.Value.For(tender.Length)))
            throw Refusal.Invalid("price.amount", $"makes {cards.Value} cards over the window cost more than a bill can say; ask less");
        await session.Execute(
            """
            INSERT INTO sealed_offer (sealed_offer_id, tender_id, provider_id, offer_id, cards, price_nanos, currency, note, state, made_at)
            VALUES (@Id, @tenderId, @Provider, @OfferId, @Cards, @Nanos, @Currency, @Note, 'sealed', @Now)
            ON CONFLICT (tender_id, offer_id) DO UPDATE SET cards = excluded.cards, price_nanos = excluded.price_nanos,
              note = excluded.note, state = 'sealed', made_at = excluded.made_at
            """,
            new
            {
                Id = session.NewId<SealedOfferId>(), tenderId, Provider = provider.OrganisationId, draft.OfferId, Cards = cards.Value,
                draft.Price.Nanos, draft.Price.Currency, draft.Note, session.Now,
            });
        return (await Compare(session, tender, provider)).First(c => c.Sealed.OfferId == draft.OfferId);
    }

    /// <summary>Takes an answer back before the tender closes.</summary>
    /// <exception cref="Refusal">Not this provider's, or the tender is closed.</exception>
    public static async Task<SealedOffer> Withdraw(Session session, Caller provider, TenderId tenderId, SealedOfferId sealedOfferId)
    {
        await Answerable(session, provider, tenderId);
        var taken = await session.Execute(
            """
            UPDATE sealed_offer SET state = 'withdrawn'
            WHERE sealed_offer_id = @sealedOfferId AND tender_id = @tenderId AND provider_id = @Provider AND state = 'sealed'
            """,
            new { sealedOfferId, tenderId, Provider = provider.OrganisationId });
        return taken == 1
            ? (await Of(session, tenderId, provider)).First(s => s.SealedOfferId == sealedOfferId)
            : throw Refusal.NotFound("such answer of yours to take back");
    }

    /// <summary>The answers that somebody may read, oldest first.</summary>
    public static Task<IReadOnlyList<SealedOffer>> Of(Session session, TenderId tenderId, Caller viewer) => session.Query<SealedOffer>(
        $"{Select} ORDER BY s.sealed_offer_id",
        new { tenderId, session.Now, Viewer = viewer.OrganisationId, SeesAll = viewer.SeesAll ? 1L : 0L });

    /// <summary>The same, compared: what can be awarded first, by price per unit-hour, then per card-hour, then as they came.</summary>
    /// <param name="tender">As its buyer sees it.</param>
    internal static async Task<IReadOnlyList<ComparedOffer>> Compare(Session session, Tender tender, Caller viewer)
    {
        var fit = await TenderBook.Fit(session, tender);
        var isUndecided = tender.State is TenderState.Opened or TenderState.Closed;
        var compared = new List<ComparedOffer>();
        foreach (var answer in await Of(session, tender.TenderId, viewer))
        {
            var offer = (await Over(session, tender, answer.OfferId))!;
            var units = fit.UnitsOf(offer, Math.Max(1, answer.Cards.Millis / CardCount.MillisPerCard));
            compared.Add(new(
                answer, offer.Card ?? offer.CardName, offer.Region, units,
                units is { Micros: > 0 } some ? answer.Price.PerStandardUnit(some) : null,
                Rating.Charge(answer.Price, answer.Cards.For(tender.Length)),
                isUndecided && answer.State == SealedState.Sealed ? fit.WhyNot(offer, answer.Cards) : null));
        }

        return
        [
            .. compared.OrderBy(c => c.Excluded is not null).ThenBy(c => c.UnitPrice?.Nanos ?? long.MaxValue)
                .ThenBy(c => c.Sealed.Price.Nanos).ThenBy(c => c.Sealed.MadeAt)
                .ThenBy(c => c.Sealed.SealedOfferId.Value, StringComparer.Ordinal),
        ];
    }

    /// <summary>What becomes of the answers that still stand.</summary>
    internal static Task Settle(Session session, TenderId tenderId, SealedState to) => session.Execute(
        "UPDATE sealed_offer SET state = @To WHERE tender_id = @tenderId AND state = 'sealed'", new { tenderId, To = WireJson.Word(to) });

    /// <summary>A provider's offers that could serve a tender now.</summary>
    internal static async Task<IReadOnlyList<Offer>> Fitting(Session session, TenderId tenderId, OrganisationId provider)
    {
        var tender = (await TenderBook.Find(session, tenderId))!;
        var fit = await TenderBook.Fit(session, tender);
        var offers = await OfferBook.Open(session, tender.FromAt, tender.UntilAt);
        return [.. offers.Where(o => o.ProviderId == provider && fit.WhyNot(o, fit.CardsOf(o)) is null)];
    }

    /// <summary>The offer with the cards that are free over the tender's window.</summary>
    internal static async Task<Offer?> Over(Session session, Tender tender, OfferId offerId) => await OfferBook.Known(
        session, await session.Find<Offer>(
            $"""
            SELECT {OfferBook.Columns} FROM offer o JOIN organisation g ON g.organisation_id = o.provider_id WHERE o.offer_id = @offerId
            """,
            new { offerId, From = tender.FromAt, Until = tender.UntilAt }));

    /// <summary>The tender, with its row taken, so that it does not close in between.</summary>
    private static async Task<Tender> Answerable(Session session, Caller provider, TenderId tenderId)
    {
        await TenderBook.Get(session, tenderId, provider);
        await session.Execute("UPDATE tender SET version = version WHERE tender_id = @tenderId", new { tenderId });
        var tender = (await TenderBook.Find(session, tenderId))!;
        return tender.State == TenderState.Opened
            ? tender
            : throw Refusal.Conflict($"The tender is {WireJson.Word(tender.State)}; answers are taken until it closes");
    }
}
