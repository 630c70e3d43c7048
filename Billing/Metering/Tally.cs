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

    /// <summary>Charged for usage.</summary>
    public long Nanos { get; init; }

    /// <summary>What credits take off that.</summary>
    public long Credited { get; init; }

    /// <summary>What documents have taken up of the quantity, the charges, the credits, and for what amount in minor units.</summary>
    public CardSeconds InvoicedQuantity { get; init; }

    public long InvoicedNanos { get; init; }

    public long InvoicedCredited { get; init; }

    public long Invoiced { get; init; }

    internal static Task<IReadOnlyList<Tally>> Of(Session session, LeaseId leaseId) => session.Query<Tally>(
        """
        SELECT lease_id, period_from, period_until, quantity, nanos, credited, invoiced_quantity, invoiced_nanos, invoiced_credited,
          invoiced
        FROM tally WHERE lease_id = @leaseId ORDER BY period_from
        """,
        new { leaseId });

    internal Task Save(Session session) => session.Execute(
        """
        INSERT INTO tally (lease_id, period_from, period_until, quantity, nanos, credited, invoiced_quantity, invoiced_nanos,
          invoiced_credited, invoiced)
        VALUES (@LeaseId, @PeriodFrom, @PeriodUntil, @Quantity, @Nanos, @Credited, @InvoicedQuantity, @InvoicedNanos,
          @InvoicedCredited, @Invoiced)
        ON CONFLICT (lease_id, period_from) DO UPDATE
        SET quantity = excluded.quantity, nanos = excluded.nanos, credited = excluded.credited,
            invoiced_quantity = excluded.invoiced_quantity, invoiced_nanos = excluded.invoiced_nanos,
            invoiced_credited = excluded.invoiced_credited, invoiced = excluded.invoiced
        """,
        this);
}
