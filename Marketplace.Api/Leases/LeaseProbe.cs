using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>What a signed probe of a lease's own cards means for the lease: it is compared with what was sold.</summary>
internal static class LeaseProbe
{
    /// <summary>
    /// Writes down what a probe has measured. If it is short, the buyer is credited what was missing and, within 24 hours of the
    /// hand-over, may send the cards back.
    /// </summary>
    /// <param name="part">Measured over claimed, for the standard unit.</param>
    public static async Task Judge(Session session, LeaseId leaseId, double part)
    {
        if (await LeaseBook.Hold(session, leaseId) is not { State: LeaseState.Active, Derate: { Value: > 0 } sold } lease) return;
        var measured = new BasisPoints((int)Math.Clamp(part * BasisPoints.Whole * BasisPoints.Whole / sold.Value, 0, BasisPoints.Whole));
        await session.Execute(
            "UPDATE lease SET measured = @measured, version = version + 1 WHERE lease_id = @leaseId", new { leaseId, measured });
        if (SlaRules.Throughput(measured).Value == 0) return;
        var note = $"{measured} of the sold throughput";
        await LeaseEvent.Add(session, leaseId, lease.State, lease.State, "probe_short", LeaseActor.Buyer, note, session.Now);
        await LeaseNews.Say(session, [lease], "doubt", "probe_short", session.Now);
        await LeaseCredits.Short(session, lease, measured);
    }
}
