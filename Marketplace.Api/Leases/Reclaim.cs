using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// Cards that a provider takes back for its own use, of an offer whose buyers agreed to that. They do not come back to the lease, because
/// the calendar, which guards them, gives them to the own use: the lease's window ends there.
/// </summary>
internal static class Reclaim
{
    private const string Reclaimed = "reclaimed";

    /// <summary>
    /// Cuts leases of the offer short until so many cards are free over the window: packages that paid their bid first, then those that
    /// were awarded last. A lease keeps its cards until the window begins (less the time they drain); one that would begin later is
    /// cancelled. What is cut is free in the calendar at once.
    /// </summary>
    /// <exception cref="Refusal">The window begins before the notice is over, or leases do not hold what is missing.</exception>
    public static async Task Cards(Session session, Offer offer, CardCount cards, Instant from, Instant until)
    {
        var at = from - Duration.FromMinutes(offer.DrainMinutes);
        var earliest = session.Now + Duration.FromMinutes(offer.NoticeMinutes);
        if (at < earliest)
        {
            var first = InstantText.Format(earliest + (from - at));
            throw Refusal.Conflict($"Leases are interrupted with the offer's notice: their cards are free from {first} on", "fromAt");
        }

        var held = await session.Query<LeaseId>(
            """
            SELECT l.lease_id FROM lease l LEFT JOIN award w ON w.award_id = l.award_id
            WHERE l.offer_id = @OfferId AND l.state IN ('awarded', 'provisioning', 'active', 'interrupted')
            ORDER BY CASE WHEN w.class = 'paid_as_bid' THEN 0 ELSE 1 END, l.created_at DESC, l.lease_id DESC
            """,
            new { offer.OfferId });
        foreach (var leaseId in held)
        {
            var missing = await Calendar.Missing(session, offer.OfferId, cards, from, until);
            if (missing.Count == 0) return;
            var lease = (await LeaseBook.Hold(session, leaseId))!;
            var rested = lease.UntilAt + (from - at);
            if (lease.EndedAt is null && missing.Any(m => lease.FromAt < m.End && m.Start < rested)) await Cut(session, lease, at);
        }

        if ((await Calendar.Missing(session, offer.OfferId, cards, from, until)).Count > 0)
            throw Refusal.Conflict("What is missing is held by quotes or by own use, not by leases; try again later", "cards");
    }

    private static async Task Cut(Session session, Lease lease, Instant at)
    {
        if (lease.FromAt >= at)
        {
            await LeaseBook.Move(session, lease, LeaseState.Cancelled, Reclaimed, LeaseActor.Provider);
            return;
        }

        await Agreement.Shorten(session, lease.LeaseId, at);
        await session.Execute(
            "UPDATE lease SET until_at = @at, version = version + 1 WHERE lease_id = @LeaseId", new { lease.LeaseId, at });
        await LeaseBook.HoldFunds(session, [lease with { UntilAt = at }], session.Now, mustFit: false);
        await Calendar.Give(session, lease.OfferId, lease.Cards, at, lease.UntilAt);
        await OfferBook.Wake(session, lease.OfferId);
        var note = $"ends {InstantText.Format(at)}";
        await LeaseEvent.Add(session, lease.LeaseId, lease.State, lease.State, Reclaimed, LeaseActor.Provider, note, session.Now);
        await LeaseNews.Say(session, [lease with { UntilAt = at }], "notice", Reclaimed, session.Now);
    }
}
