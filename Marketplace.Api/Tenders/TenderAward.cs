using Marketplace.Billing;
using Marketplace.Contracts;

namespace Marketplace;

/// <summary>How an answer becomes a lease, once: the tender's row is taken, then the cards, then the funds.</summary>
internal static class TenderAward
{
    /// <summary>
    /// Awards one answer at its price. It makes no trade of the price index: a price that was given to one buyer, unseen, is none at which
    /// others could have bought.
    /// </summary>
    /// <param name="commission">The market's share in basis points.</param>
    /// <exception cref="Refusal">Not the buyer's, not closed, decided, no such answer, or its cards or the funds are gone.</exception>
    public static async Task<Tender> Award(
        Session session, Caller buyer, TenderId tenderId, SealedOfferId sealedOfferId, int commission)
    {
        var tender = await TenderBook.Own(session, buyer.OrganisationId, tenderId);
        if (tender.State != TenderState.Closed)
        {
            throw Refusal.Conflict(tender.State == TenderState.Opened
                ? $"The tender takes answers until {InstantText.Format(tender.ClosesAt)}; award one then"
                : $"The tender is {WireJson.Word(tender.State)}");
        }

        var answer = (await SealedBook.Of(session, tenderId, buyer))
            .FirstOrDefault(s => s.SealedOfferId == sealedOfferId && s.State == SealedState.Sealed)
            ?? throw Refusal.Invalid("sealedOfferId", "there is no such answer to this tender; GET /v1/tenders/{tenderId} lists them");
        var lease = await Lease(session, tender, answer, buyer, commission);
        await session.Execute(
            "UPDATE tender SET state = 'awarded', lease_id = @lease, version = version + 1 WHERE tender_id = @tenderId",
            new { tenderId, lease });
        await session.Execute(
            "UPDATE sealed_offer SET state = 'won' WHERE sealed_offer_id = @sealedOfferId", new { sealedOfferId });
        await SealedBook.Settle(session, tenderId, SealedState.Lost);

        // Losers are told that they lost, and nothing of the price that won: the few who meet in every tender would soon know each
        // other's, and a sealed offer would be sealed from the buyer alone.
        var won = new[] { buyer.OrganisationId, answer.ProviderId };
        await TenderBook.Say(session, tender, "awarded", won, lease);
        var others = (await TenderBook.Concerned(session, tenderId)).Except(won).ToList();
        if (others.Count > 0) await TenderBook.Say(session, tender, "awarded", others);
        return (await TenderBook.Find(session, tenderId))!;
    }

    private static async Task<LeaseId> Lease(Session session, Tender tender, SealedOffer answer, Caller buyer, int commission)
    {
        var offer = (await SealedBook.Over(session, tender, answer.OfferId))!;
        if (!await Calendar.Take(session, answer.OfferId, answer.Cards, tender.FromAt, tender.UntilAt))
        {
            throw Refusal.Conflict(
                offer.GatedBy is not null
                    ? "An auction that has this offer is being cleared; award again in a few seconds"
                    : "The offer has no longer the cards: award another answer, or ask its provider to free them and award again",
                "sealedOfferId");
        }

        var sale = new Sale(offer, buyer.OrganisationId, answer.Cards, tender.FromAt, tender.UntilAt, answer.Price, commission)
        {
            Reference = tender.Reference,
        };
        return await LeaseBook.Award(session, sale);
    }
}
