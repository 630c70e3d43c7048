using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace.Billing;

/// <summary>How much of the time that was sold of a lease its buyer had the cards, in one billing period.</summary>
/// <param name="Sold">The part of the lease's window within the period, up to where the buyer gave it up.</param>
/// <param name="Missed">The part of that in which the provider had taken the cards away, other than as was agreed.</param>
public readonly record struct Availability(Duration Sold, Duration Missed)
{
    /// <summary>Measures one period of a lease. Pure.</summary>
    internal static Availability Of(Agreement agreement, IReadOnlyList<Interruption> interruptions, BillingPeriod period)
    {
        // What a provider gave up stands among the interruptions, up to the end that was sold.
        var end = agreement.EndedAt ?? agreement.UntilAt;
        foreach (var gap in interruptions) end = Instant.Max(end, gap.UntilAt ?? end);
        var sold = Within(agreement.FromAt, end, period);
        var missed = interruptions.Where(i => i.IsCounted)
            .Aggregate(Duration.Zero, (sum, i) => sum + Within(i.FromAt, i.UntilAt ?? end, period));
        return new(sold, missed);
    }

    /// <summary>Judges a lease in a period that is being closed, and gives the credit that the rule names. The agreement is held.</summary>
    internal static async Task Judge(Session session, LeaseId leaseId, BillingPeriod period)
    {
        var interruptions = await Interruption.Of(session, leaseId);
        if (!interruptions.Any(i => i.IsCounted)) return;
        var agreement = (await Agreement.Find(session, leaseId))!;
        var had = Of(agreement, interruptions, period);
        if (had.Missed == Duration.Zero || SlaRules.Availability(had.Sold, had.Missed) is not { Value: > 0 } part) return;
        var note = $"{(long)had.Missed.TotalSeconds} s of {(long)had.Sold.TotalSeconds} s not available";
        await Credit.Give(session, agreement, CreditRule.Availability, period.From, part, ExactAmount.Zero(agreement.Price.Currency), note);
    }

    private static Duration Within(Instant from, Instant until, BillingPeriod period)
    {
        var (start, end) = (Instant.Max(from, period.From), Instant.Min(until, period.Until));
        return start < end ? end - start : Duration.Zero;
    }
}
