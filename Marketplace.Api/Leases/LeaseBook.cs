using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// The leases of all buyers. Awarded, active, ended; cancelled or expired when the cards were never handed over.
/// Every edge is one conditional update, so that two who try it at once have one effect.
/// </summary>
public static class LeaseBook
{
    private const string Select =
        """
        SELECT l.lease_id, l.offer_id, COALESCE(l.bid_id, w.bid_id) AS bid_id, l.quote_id, l.award_id, a.buyer_id,
          b.name AS buyer_name, a.provider_id, p.name AS provider_name,
          a.card, a.region, a.cards, a.price_nanos, a.currency, a.units, a.unit_version, a.from_at, a.until_at, a.started_at, a.ended_at,
          l.card_version, l.derate, l.tier AS tier_word, l.reference, l.state, l.reason, l.created_at, l.version,
          (SELECT CAST(COALESCE(SUM(t.quantity), 0) AS BIGINT) FROM tally t WHERE t.lease_id = l.lease_id) AS metered,
          (SELECT CAST(COALESCE(SUM(t.nanos), 0) AS BIGINT) FROM tally t WHERE t.lease_id = l.lease_id) AS spent_nanos
        FROM lease l
        JOIN agreement a ON a.lease_id = l.lease_id
        JOIN organisation b ON b.organisation_id = a.buyer_id
        JOIN organisation p ON p.organisation_id = a.provider_id
        LEFT JOIN award w ON w.award_id = l.award_id
        """;

    /// <summary>Makes the lease for cards that were just taken from the offer's calendar in this session.</summary>
    internal static async Task<LeaseId> Award(Session session, Sale sale)
    {
        var leaseId = session.NewId<LeaseId>();
        var offer = sale.Offer;
        await Agreement.Open(session, new Agreement
        {
            LeaseId = leaseId, BuyerId = sale.Buyer, ProviderId = offer.ProviderId, Card = offer.Card ?? offer.CardName,
            Region = offer.Region, Cards = sale.Cards, Price = sale.Price, Units = offer.ListedUnits, UnitVersion = offer.UnitVersion,
            Commission = sale.Commission, FromAt = sale.From, UntilAt = sale.Until,
        });
        await session.Execute(
            """
            INSERT INTO lease (lease_id, offer_id, bid_id, quote_id, award_id, card_version, derate, tier, reference, state, until_at,
              created_at)
            VALUES (@leaseId, @OfferId, @BidId, @QuoteId, @AwardId, @CardVersion, @Derate, @Tier, @Reference, 'awarded', @Until, @Now)
            """,
            new
            {
                leaseId, offer.OfferId, sale.BidId, sale.QuoteId, sale.AwardId, offer.CardVersion,
                Derate = offer.Units is null ? (BasisPoints?)null : offer.Derate,
                Tier = offer.Units is null ? null : WireJson.Word(offer.Tier), sale.Reference, sale.Until, session.Now,
            });
        if (sale.Origin is { } origin)
            await TradeBook.Record(session, leaseId, origin, offer, sale.Buyer, sale.Cards, sale.From, sale.Until, sale.Price);
        return leaseId;
    }

    public static Task<Lease?> Find(Session session, LeaseId leaseId) =>
        session.Find<Lease>($"{Select} WHERE l.lease_id = @leaseId", new { leaseId });

    /// <summary>Leases of one party (buyer or provider), or all, newest first, before a cursor.</summary>
    public static Task<IReadOnlyList<Lease>> List(Session session, OrganisationId? party, LeaseState? state, string? before, int limit) =>
        session.Query<Lease>(
            $"""
            {Select}
            WHERE (CAST(@Party AS TEXT) IS NULL OR a.buyer_id = @Party OR a.provider_id = @Party)
              AND (CAST(@State AS TEXT) IS NULL OR l.state = @State)
              AND (CAST(@before AS TEXT) IS NULL OR l.lease_id < @before)
            ORDER BY l.lease_id DESC LIMIT @limit
            """,
            new { Party = party?.Value, State = Word(state), before, limit });

    /// <summary>The provider has handed the cards over: from now on usage may be metered.</summary>
    /// <exception cref="Refusal">Not this provider's, not awarded any more, or outside its window.</exception>
    public static async Task<Lease> Start(Session session, OrganisationId provider, LeaseId leaseId)
    {
        var lease = await Hold(session, leaseId);
        if (lease is null || lease.ProviderId != provider) throw Refusal.NotFound("such lease of yours to start");
        if (session.Now < lease.FromAt) throw Refusal.Conflict($"The lease begins at {InstantText.Format(lease.FromAt)}");
        if (session.Now >= lease.UntilAt) throw Refusal.Conflict($"The lease was over at {InstantText.Format(lease.UntilAt)}");
        await Move(session, lease, LeaseState.Awarded, LeaseState.Active, "");
        await Agreement.Start(session, leaseId, session.Now);
        return (await Find(session, leaseId))!;
    }

    /// <summary>Ends a lease before its time, or cancels one that never began; what is left of its window is for sale again.</summary>
    /// <exception cref="Refusal">Neither party asks, or it is over.</exception>
    public static async Task<Lease> End(Session session, OrganisationId party, LeaseId leaseId)
    {
        var lease = await Hold(session, leaseId);
        if (lease is null || (lease.BuyerId != party && lease.ProviderId != party)) throw Refusal.NotFound("such lease of yours");
        var who = lease.BuyerId == party ? "buyer" : "provider";
        var end = lease.State == LeaseState.Awarded ? LeaseState.Cancelled : LeaseState.Ended;
        await Close(session, lease, Instant.Min(session.Now, lease.UntilAt), end, who);
        return (await Find(session, leaseId))!;
    }

    /// <summary>Ends the leases whose window is over. Returns how many.</summary>
    public static async Task<int> EndDue(Session session)
    {
        var due = await session.Query<LeaseId>(
            "SELECT lease_id FROM lease WHERE state IN ('awarded', 'active') AND until_at <= @Now ORDER BY lease_id LIMIT 1000",
            new { session.Now });
        var ended = 0;
        foreach (var leaseId in due)
        {
            var lease = (await Hold(session, leaseId))!;
            if (lease.State is not (LeaseState.Awarded or LeaseState.Active)) continue;
            await Close(
                session, lease, lease.UntilAt, lease.State == LeaseState.Awarded ? LeaseState.Expired : LeaseState.Ended, "run_out");
            ended++;
        }

        return ended;
    }

    internal static async Task Close(Session session, Lease lease, Instant at, LeaseState to, string reason)
    {
        await Move(session, lease, lease.State, to, reason);
        await Agreement.End(session, lease.LeaseId, at);
        var free = Instant.Max(at, lease.FromAt);
        if (free >= lease.UntilAt) return;
        await Calendar.Give(session, lease.OfferId, lease.Cards, free, lease.UntilAt, used: lease.StartedAt is not null);
        await OfferBook.Wake(session, lease.OfferId);
    }

    private static async Task Move(Session session, Lease lease, LeaseState from, LeaseState to, string reason)
    {
        var moved = from is LeaseState.Awarded or LeaseState.Active
            ? await session.Execute(
                "UPDATE lease SET state = @To, reason = @reason, version = version + 1 WHERE lease_id = @LeaseId AND state = @From",
                new { lease.LeaseId, From = Word(from), To = Word(to), reason })
            : 0;
        if (moved == 0) throw Refusal.Conflict($"The lease is {Word(lease.State)}");
    }

    /// <summary>The lease, with its row taken: no other session moves it or meters it until this one ends.</summary>
    internal static async Task<Lease?> Hold(Session session, LeaseId leaseId) =>
        await Agreement.Find(session, leaseId, toWrite: true) is null ? null : await Find(session, leaseId);

    private static string? Word(LeaseState? state) => state?.ToString().ToLowerInvariant();
}
