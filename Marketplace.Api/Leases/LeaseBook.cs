using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// The leases of all buyers, and the one way in which they move: by an edge of <see cref="LeaseLife"/>. Every move is one conditional
/// update under the lease's agreement, so that two who try it at once have one effect, with its event, what the live view is told, and what
/// the parties' webhooks are sent.
/// </summary>
public static class LeaseBook
{
    /// <summary>Of a lease that runs, what it costs over so long is held.</summary>
    public static readonly Duration Held = Duration.FromHours(24);

    private const string Select =
        """
        SELECT l.lease_id, l.offer_id, COALESCE(l.bid_id, w.bid_id) AS bid_id, l.quote_id, l.award_id, a.buyer_id,
          b.name AS buyer_name, a.provider_id, p.name AS provider_name,
          a.card, a.region, a.cards, a.price_nanos, a.currency, a.units, a.unit_version, a.from_at, a.until_at, a.started_at, a.ended_at,
          l.card_version, l.derate, l.tier AS tier_word, l.reference, l.state, l.reason, l.interrupt_at, l.interrupt_reason, l.measured,
          l.created_at, l.version,
          (SELECT CAST(COALESCE(SUM(t.quantity), 0) AS BIGINT) FROM tally t WHERE t.lease_id = l.lease_id) AS metered,
          (SELECT CAST(COALESCE(SUM(t.nanos - t.credited), 0) AS BIGINT) FROM tally t WHERE t.lease_id = l.lease_id) AS spent_nanos,
          (SELECT CAST(COALESCE(SUM(t.credited), 0) AS BIGINT) FROM tally t WHERE t.lease_id = l.lease_id) AS credited_nanos
        FROM lease l
        JOIN agreement a ON a.lease_id = l.lease_id
        JOIN organisation b ON b.organisation_id = a.buyer_id
        JOIN organisation p ON p.organisation_id = a.provider_id
        LEFT JOIN award w ON w.award_id = l.award_id
        """;

    /// <summary>Makes the lease for cards that were just taken from the offer's calendar in this session.</summary>
    /// <exception cref="Refusal">The buyer rents by quote and has not the funds for what would be held.</exception>
    internal static async Task<LeaseId> Award(Session session, Sale sale) => (await NewLeases.Of(session, sale))[0];

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
            new { Party = party?.Value, State = state is { } asked ? WireJson.Word(asked) : null, before, limit });

    /// <summary>The provider gets the cards ready.</summary>
    /// <exception cref="Refusal">Not this provider's, not awarded any more, or its window is over.</exception>
    public static async Task<Lease> Provision(Session session, OrganisationId provider, LeaseId leaseId)
    {
        var lease = await Served(session, provider, leaseId);
        RefuseOver(session, lease);
        return await Move(session, lease, LeaseState.Provisioning, "provisioning", LeaseActor.Provider);
    }

    /// <summary>The provider has handed the cards over: from now on usage may be metered.</summary>
    /// <exception cref="Refusal">Not this provider's, handed over before, or outside its window.</exception>
    public static async Task<Lease> Start(Session session, OrganisationId provider, LeaseId leaseId)
    {
        var lease = await Served(session, provider, leaseId);
        if (session.Now < lease.FromAt) throw Refusal.Conflict($"The lease begins at {InstantText.Format(lease.FromAt)}");
        RefuseOver(session, lease);
        return await Move(session, lease, LeaseState.Active, "handed_over", LeaseActor.Provider);
    }

    /// <summary>
    /// Ends a lease before its time, or cancels one that was not handed over; what is left of its window is for sale again.
    /// </summary>
    /// <exception cref="Refusal">Neither party asks, it is over, or a provider would cancel too late.</exception>
    public static async Task<Lease> End(Session session, OrganisationId party, LeaseId leaseId)
    {
        var lease = await Hold(session, leaseId);
        if (lease is null || (lease.BuyerId != party && lease.ProviderId != party)) throw Refusal.NotFound("such lease of yours");
        RefuseOver(session, lease);
        var who = lease.BuyerId == party ? LeaseActor.Buyer : LeaseActor.Provider;
        var begun = lease.State is not (LeaseState.Awarded or LeaseState.Provisioning);
        if (!begun && who == LeaseActor.Provider && session.Now > lease.FromAt - LeaseLife.FreeWithdrawal)
        {
            throw Refusal.Conflict(
                $"Within 24 hours of its window a provider cannot cancel a lease; if you cannot deliver, POST /v1/leases/{leaseId}/fail");
        }

        return await Move(session, lease, begun ? LeaseState.Ended : LeaseState.Cancelled, WireJson.Word(who), who);
    }

    /// <summary>The provider cannot deliver, or not any more.</summary>
    /// <exception cref="Refusal">Not this provider's (the operator may, for any), or over.</exception>
    public static async Task<Lease> Fail(Session session, Caller caller, LeaseId leaseId, string note)
    {
        var (lease, who) = await ServedBy(session, caller, leaseId);
        RefuseOver(session, lease);
        return await Move(session, lease, LeaseState.Failed, "provider", who, note: note);
    }

    /// <summary>The buyer sends back cards of which a probe has shown, within 24 hours of the hand-over, less than was sold.</summary>
    /// <exception cref="Refusal">Not this buyer's, not running, not measured, measured well enough, or too late.</exception>
    public static async Task<Lease> Reject(Session session, OrganisationId buyer, LeaseId leaseId)
    {
        var lease = await Hold(session, leaseId);
        if (lease is null || lease.BuyerId != buyer) throw Refusal.NotFound("such lease of yours");
        RefuseOver(session, lease);
        if (lease.State == LeaseState.Active)
        {
            if (lease.Measured is not { } measured || SlaRules.Throughput(measured).Value == 0)
                throw Refusal.Conflict("No probe of this lease fell short of what was sold; measure it with a signed probe first");
            if (session.Now >= lease.StartedAt + LeaseLife.Acceptance)
                throw Refusal.Conflict("The 24 hours after the hand-over, in which cards can be sent back, are over; the credit stands");
        }

        return await Move(session, lease, LeaseState.Failed, "probe", LeaseActor.Buyer);
    }

    /// <summary>Takes an edge. The caller holds the lease.</summary>
    /// <param name="at">When it happened; now when not said.</param>
    /// <exception cref="Refusal">There is no such edge from where the lease stands.</exception>
    internal static async Task<Lease> Move(
        Session session, Lease lease, LeaseState to, string reason, LeaseActor by, Instant? at = null, string? note = null)
    {
        var edge = LeaseLife.Edge(lease.State, to, reason, by);
        var when = at ?? session.Now;
        var isOver = to is not (LeaseState.Provisioning or LeaseState.Active or LeaseState.Interrupted);

        // A pause for want of funds takes nothing back that its provider has announced; it comes when the pause is over, if not later.
        var keepsNotice = !isOver && reason is FundsLadder.FundsOut or FundsLadder.PaidIn;
        var moved = await session.Execute(
            """
            UPDATE lease SET state = @To, reason = @Reason, version = version + 1,
              interrupt_at = CASE WHEN @KeepsNotice = 1 THEN CASE WHEN interrupt_at < @when THEN @when ELSE interrupt_at END END,
              interrupt_reason = CASE WHEN @KeepsNotice = 1 THEN interrupt_reason END,
              over_at = CASE WHEN @IsOver = 1 THEN COALESCE(over_at, @when) END
            WHERE lease_id = @LeaseId AND state = @From
            """,
            new
            {
                lease.LeaseId, From = WireJson.Word(lease.State), To = WireJson.Word(to), edge.Reason, when, IsOver = isOver ? 1L : 0L,
                KeepsNotice = keepsNotice ? 1L : 0L,
            });
        if (moved == 0) throw Refusal.Conflict($"The lease is {WireJson.Word(lease.State)} no longer; look again");
        foreach (var effect in edge.Effects) await Do(session, lease, effect, when);
        var now = (await Find(session, lease.LeaseId))!;
        await Tell(session, now, edge, by, note, when);
        return now;
    }

    /// <summary>The lease, with its agreement's row taken: no other session moves it or meters it until this one ends.</summary>
    internal static async Task<Lease?> Hold(Session session, LeaseId leaseId) =>
        await Agreement.Hold(session, leaseId) ? await Find(session, leaseId) : null;

    /// <summary>The lease, taken, for the provider that serves it.</summary>
    internal static async Task<Lease> Served(Session session, OrganisationId provider, LeaseId leaseId) =>
        await Hold(session, leaseId) is { } lease && lease.ProviderId == provider
            ? lease
            : throw Refusal.NotFound("such lease of yours to serve");

    /// <summary>The lease, taken, for its provider or for the operator, who may act in its place.</summary>
    internal static async Task<(Lease Lease, LeaseActor Who)> ServedBy(Session session, Caller caller, LeaseId leaseId)
    {
        var lease = await Hold(session, leaseId);
        if (lease is not null && lease.ProviderId == caller.OrganisationId) return (lease, LeaseActor.Provider);
        if (lease is not null && caller.Is(Role.Operator)) return (lease, LeaseActor.Operator);
        throw Refusal.NotFound("such lease of yours to serve");
    }

    /// <summary>Holds of one buyer's funds what its leases cost over their next 24 hours, or to their end.</summary>
    internal static async Task HoldFunds(Session session, IReadOnlyList<Lease> leases, Instant at, bool mustFit)
    {
        var account = await BillingAccount.Get(session, leases[0].BuyerId);
        await Funds.Hold(session, account, [.. leases.Select(l => (l.LeaseId.Value, Funds.WithTax(FirstDay(l, at), account)))], mustFit);
    }

    private static ExactAmount FirstDay(Lease lease, Instant at)
    {
        var from = Instant.Max(at, lease.FromAt);
        var span = Instant.Min(lease.UntilAt, from + Held) - from;
        return Rating.Charge(lease.Price, lease.Cards.For(Duration.Max(span, Duration.Zero)));
    }

    /// <summary>Tells of a move: the lease's history, the live view of both parties, their webhooks.</summary>
    private static async Task Tell(Session session, Lease lease, LeaseEdge edge, LeaseActor by, string? note, Instant at)
    {
        await LeaseEvent.Add(session, lease.LeaseId, edge.From, edge.To, edge.Reason, by, note, at);
        await LeaseNews.Say(session, [lease], WireJson.Word(edge.To), edge.Reason, at);
    }

    private static async Task Do(Session session, Lease lease, LeaseEffect effect, Instant at)
    {
        var leaseId = lease.LeaseId;
        switch (effect)
        {
            case LeaseEffect.HoldFunds: await HoldFunds(session, [lease], at, mustFit: false); break;
            case LeaseEffect.ReleaseFunds: await Funds.Release(session, leaseId.Value); break;
            case LeaseEffect.BeginMetering: await Agreement.Start(session, leaseId, at); break;
            case LeaseEffect.StopMetering: await Interruption.Begin(session, leaseId, at); break;
            case LeaseEffect.ResumeMetering: await Interruption.End(session, leaseId, at); break;
            case LeaseEffect.CountInterruption: await Interruption.Count(session, leaseId); break;
            case LeaseEffect.CountRest: await Interruption.CountRest(session, leaseId, at, lease.UntilAt); break;
            case LeaseEffect.EndMetering:
                await Interruption.End(session, leaseId, at);
                await Agreement.End(session, leaseId, at);
                break;
            case LeaseEffect.FreeCards: await FreeCards(session, lease, at); break;
            case LeaseEffect.CreditNoShow: await LeaseCredits.NoShow(session, lease, at); break;
            case LeaseEffect.CreditAll: await LeaseCredits.All(session, lease, at); break;
            default: throw new ArgumentOutOfRangeException(nameof(effect), effect, "has nothing that does it");
        }
    }

    private static async Task FreeCards(Session session, Lease lease, Instant at)
    {
        var free = Instant.Max(at, lease.FromAt);
        if (free >= lease.UntilAt) return;
        await Calendar.Give(session, lease.OfferId, lease.Cards, free, lease.UntilAt, used: lease.StartedAt is not null);
        await OfferBook.Wake(session, lease.OfferId);
    }

    /// <summary>
    /// Refuses what comes after the window and before the keeper's next look: the lease ends as of the end of its window, for nobody later.
    /// </summary>
    internal static void RefuseOver(Session session, Lease lease)
    {
        if (lease.EndedAt is null && session.Now >= lease.UntilAt)
            throw Refusal.Conflict($"The lease was over at {InstantText.Format(lease.UntilAt)}");
    }
}
