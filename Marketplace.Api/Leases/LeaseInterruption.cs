using Marketplace.Billing;
using Marketplace.Contracts;
using NodaTime;

namespace Marketplace;

/// <summary>Why a provider takes cards back before a lease is over.</summary>
public enum InterruptionReason
{
    /// <summary>The offer is interruptible; its notice is kept.</summary>
    Preempted,

    /// <summary>The offer's own use comes first; its notice is kept.</summary>
    OwnUse,

    /// <summary>Nobody could help it: at once, on any offer, and it counts against the availability that was sold.</summary>
    ForceMajeure,
}

/// <summary>A wish to take cards back for a time.</summary>
/// <param name="Reason">Why.</param>
/// <param name="From">From when: now and the offer's notice, or later; left out: as early as that.</param>
/// <param name="Note">What the buyer is told.</param>
public sealed record LeaseInterruption(InterruptionReason Reason, Instant? From = null, string? Note = null)
{
    /// <summary>Announces it, and takes the cards back at once if that is when it begins.</summary>
    /// <exception cref="Refusal">Not this provider's lease, not running, not such an offer, or without its notice.</exception>
    public async Task<Lease> Begin(Session session, Caller caller, LeaseId leaseId)
    {
        var note = TextField.OfOptional(Note, "note", 500);
        var (lease, who) = await LeaseBook.ServedBy(session, caller, leaseId);
        var reason = WireJson.Word(Reason);
        LeaseLife.Edge(lease.State, LeaseState.Interrupted, reason, who);
        var offer = (await OfferBook.Find(session, lease.OfferId))!;
        var isAgreed = Reason switch
        {
            InterruptionReason.Preempted => offer.Interruptible,
            InterruptionReason.OwnUse => offer.OwnUseFirst,
            _ => true,
        };
        if (!isAgreed)
            throw Refusal.Conflict("The offer was not sold so; only force_majeure interrupts its leases, and counts", "reason");
        var notice = Reason == InterruptionReason.ForceMajeure ? Duration.Zero : Duration.FromMinutes(offer.NoticeMinutes);
        var earliest = session.Now + notice;
        var from = From ?? earliest;
        if (from < earliest)
            throw Refusal.Conflict($"The notice is {offer.NoticeMinutes} minutes: not before {InstantText.Format(earliest)}", "from");
        if (from >= lease.UntilAt) throw Refusal.Conflict("The lease is over before then", "from");
        if (from == session.Now) return await LeaseBook.Move(session, lease, LeaseState.Interrupted, reason, who, from, note);
        await session.Execute(
            "UPDATE lease SET interrupt_at = @from, interrupt_reason = @reason, version = version + 1 WHERE lease_id = @leaseId",
            new { leaseId, from, reason });
        await LeaseEvent.Add(
            session, leaseId, lease.State, lease.State, "notice", who, $"{InstantText.Format(from)} {reason} {note}".TrimEnd(),
            session.Now);
        lease = (await LeaseBook.Find(session, leaseId))!;
        await LeaseNews.Say(session, [lease], "notice", reason, from);
        return lease;
    }

    /// <summary>The cards are back, or the interruption that was announced does not come.</summary>
    /// <exception cref="Refusal">Not this provider's lease, not interrupted, or for want of funds, which only paying in ends.</exception>
    public static async Task<Lease> Resume(Session session, Caller caller, LeaseId leaseId)
    {
        var (lease, who) = await LeaseBook.ServedBy(session, caller, leaseId);
        LeaseBook.RefuseOver(session, lease);
        if (lease is { State: LeaseState.Interrupted, Reason: FundsLadder.FundsOut })
            throw Refusal.Conflict("The lease waits for its buyer's funds; it goes on when they are paid in");
        if (lease is not { State: LeaseState.Active, InterruptAt: not null })
            return await LeaseBook.Move(session, lease, LeaseState.Active, "resumed", who);
        await session.Execute(
            "UPDATE lease SET interrupt_at = NULL, interrupt_reason = NULL, version = version + 1 WHERE lease_id = @leaseId",
            new { leaseId });
        await LeaseEvent.Add(session, leaseId, lease.State, lease.State, "notice_withdrawn", who, null, session.Now);
        lease = (await LeaseBook.Find(session, leaseId))!;
        await LeaseNews.Say(session, [lease], "notice", "notice_withdrawn", session.Now);
        return lease;
    }
}
