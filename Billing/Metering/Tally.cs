using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace.Billing;

/// <summary>
/// The running total of one lease in one billing period: what was metered and charged, and what documents have billed of it.
/// </summary>
public sealed record Tally
{
    public LeaseId LeaseId { get; init; }

    public Instant PeriodFrom { get; init; }

    public Instant PeriodUntil { get; init; }

    public CardSeconds Quantity { get; init; }

    public long Nanos { get; init; }

    /// <summary>How much of the quantity and of the charges documents have taken up, and for what amount in minor units.</summary>
    public CardSeconds InvoicedQuantity { get; init; }

    public long InvoicedNanos { get; init; }

    public long Invoiced { get; init; }

    internal static Task<IReadOnlyList<Tally>> Of(Session session, LeaseId leaseId) => session.Query<Tally>(
        """
        SELECT lease_id, period_from, period_until, quantity, nanos, invoiced_quantity, invoiced_nanos, invoiced FROM tally
        WHERE lease_id = @leaseId ORDER BY period_from
        """,
        new { leaseId });

    internal Task Save(Session session) => session.Execute(
        """
        INSERT INTO tally (lease_id, period_from, period_until, quantity, nanos, invoiced_quantity, invoiced_nanos, invoiced)
        VALUES (@LeaseId, @PeriodFrom, @PeriodUntil, @Quantity, @Nanos, @InvoicedQuantity, @InvoicedNanos, @Invoiced)
        ON CONFLICT (lease_id, period_from) DO UPDATE
        SET quantity = excluded.quantity, nanos = excluded.nanos, invoiced_quantity = excluded.invoiced_quantity,
            invoiced_nanos = excluded.invoiced_nanos, invoiced = excluded.invoiced
        """,
        this);
}
