using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>The credits whose reason only this room knows. What they come to and how they reach a document is Billing's.</summary>
internal static class LeaseCredits
{
    /// <summary>The cards were never handed over.</summary>
    public static Task NoShow(Session session, Lease lease, Instant at)
    {
        var amount = SlaRules.NoShow(lease.Price, lease.Cards, lease.UntilAt - lease.FromAt);
        return Give(session, lease, CreditRule.NoShow, at, default, amount, "not handed over");
    }

    /// <summary>The buyer sent the cards back: it is credited all that it was charged, in each period that it touched.</summary>
    public static async Task All(Session session, Lease lease, Instant at)
    {
        var account = await BillingAccount.Get(session, lease.BuyerId);
        var note = $"{lease.Measured} of the sold throughput";
        for (var from = lease.StartedAt ?? at; from <= at; from = account.PeriodOf(from).Until)
            await Give(session, lease, CreditRule.Probe, from, new(BasisPoints.Whole), ExactAmount.Zero(lease.Price.Currency), note);
    }

    /// <summary>A probe fell short, and the buyer keeps the cards: what was missing is credited for the period.</summary>
    public static Task Short(Session session, Lease lease, BasisPoints measured) => Give(
        session, lease, CreditRule.Throughput, session.Now, SlaRules.Throughput(measured), ExactAmount.Zero(lease.Price.Currency),
        $"{measured} of the sold throughput");

    /// <summary>
    /// What the operator names for a dispute, taken off the newest period first, because that is the one that may not be invoiced yet.
    /// </summary>
    public static async Task Disputed(Session session, Lease lease, DisputeId disputeId, Money amount)
    {
        var left = ExactAmount.Of(amount).Nanos;
        foreach (var month in await ChargeBook.Months(session, lease.BuyerId, lease.LeaseId))
        {
            var part = Math.Min(left, month.Charged.Nanos);
            if (part <= 0) continue;
            await Give(
                session, lease, CreditRule.Dispute, month.PeriodFrom, default, new(part, lease.Price.Currency), "dispute upheld",
                disputeId.Value);
            left -= part;
        }

        if (left > 0) throw new InvalidOperationException($"{disputeId} credits more than {lease.LeaseId} was charged");
    }

    private static async Task Give(
        Session session, Lease lease, CreditRule rule, Instant at, BasisPoints part, ExactAmount amount, string note,
        string occasion = "")
    {
        var agreement = (await Agreement.Find(session, lease.LeaseId))!;
        if (!await Credit.Give(session, agreement, rule, at, part, amount, note, occasion)) return;
        var now = (await LeaseBook.Find(session, lease.LeaseId))!;
        await LeaseEvent.Add(
            session, lease.LeaseId, now.State, now.State, "credit", LeaseActor.Market, $"{WireJson.Word(rule)}: {note}", session.Now);
        await LeaseNews.Say(session, [now], "credited", WireJson.Word(rule), session.Now);
    }
}
