using Marketplace.Billing;
using Marketplace.Contracts;
using NodaTime;

namespace Marketplace;

/// <summary>
/// What providers use of their own offers. It takes what is free; of an offer whose own use comes first, it takes back from leases what is
/// missing, with the offer's notice.
/// </summary>
public static class OwnUseBook
{
    private const string Columns = "own_use_id, offer_id, cards, from_at, until_at, state, created_at";

    /// <exception cref="Refusal">
    /// Not the provider's offer, a field cannot be, an auction that has the offer is being cleared, or not enough is free, nor can it be
    /// taken back in time.
    /// </exception>
    public static async Task<OwnUse> Take(Session session, OrganisationId provider, OfferId offerId, OwnUseDraft draft)
    {
        var offer = await Own(session, provider, offerId);
        if (offer.State == OfferState.Withdrawn) throw Refusal.Conflict("The offer was withdrawn: nothing more of it is sold");
        draft.Check(offer, session.Now);
        await QuoteBook.ExpireDue(session);
        if (!await Calendar.Take(session, offerId, draft.Cards, draft.FromAt, draft.UntilAt))
        {
            if ((await OfferBook.Find(session, offerId))!.GatedBy is not null) throw Calendar.Gated();
            if (!offer.OwnUseFirst) throw Refusal.Conflict("Fewer cards are free over that window: the others are sold or held", "cards");
            await Reclaim.Cards(session, offer, draft.Cards, draft.FromAt, draft.UntilAt);
            if (!await Calendar.Take(session, offerId, draft.Cards, draft.FromAt, draft.UntilAt))
                throw new InvalidOperationException($"What was taken back of {offerId} is not free");
        }

        var id = session.NewId<OwnUseId>();
        await session.Execute(
            """
            INSERT INTO own_use (own_use_id, offer_id, cards, from_at, until_at, state, created_at)
            VALUES (@id, @offerId, @Cards, @FromAt, @UntilAt, 'held', @Now)
            """,
            new { id, offerId, draft.Cards, draft.FromAt, draft.UntilAt, session.Now });
        return (await Find(session, id))!;
    }

    /// <summary>The own use of an offer, newest first, before a cursor.</summary>
    /// <exception cref="Refusal">Not the provider's offer.</exception>
    public static async Task<IReadOnlyList<OwnUse>> Of(
        Session session, OrganisationId provider, OfferId offerId, string? before, int limit)
    {
        await Own(session, provider, offerId);
        return await session.Query<OwnUse>(
            $"""
            SELECT {Columns} FROM own_use
            WHERE offer_id = @offerId AND (CAST(@before AS TEXT) IS NULL OR own_use_id < @before)
            ORDER BY own_use_id DESC LIMIT @limit
            """,
            new { offerId, before, limit });
    }

    /// <summary>Gives back what is left of the window; it is for sale again.</summary>
    /// <exception cref="Refusal">Not the provider's, or given back before, or over.</exception>
    public static async Task<OwnUse> Release(Session session, OrganisationId provider, OfferId offerId, OwnUseId id)
    {
        await Own(session, provider, offerId);
        var use = await Find(session, id);
        if (use is null || use.OfferId != offerId) throw Refusal.NotFound("such own use of that offer");
        var mine = await session.Execute(
            "UPDATE own_use SET state = 'released' WHERE own_use_id = @id AND state = 'held' AND until_at > @Now", new { id, session.Now });
        if (mine == 0) throw Refusal.Conflict("The own use is over, or its cards were given back before");
        var from = Instant.Max(session.Now, use.FromAt);
        await Calendar.Give(session, offerId, use.Cards, from, use.UntilAt, used: from > use.FromAt);
        await OfferBook.Wake(session, offerId);
        return (await Find(session, id))!;
    }

    private static Task<OwnUse?> Find(Session session, OwnUseId id) =>
        session.Find<OwnUse>($"SELECT {Columns} FROM own_use WHERE own_use_id = @id", new { id });

    private static async Task<Offer> Own(Session session, OrganisationId provider, OfferId offerId) =>
        await OfferBook.Find(session, offerId) is { } offer && offer.ProviderId == provider
            ? offer
            : throw Refusal.NotFound("such offer of yours");
}
