using Marketplace.Pricing;

namespace Marketplace.Billing;

/// <summary>
/// The sums of the books, over all accounts of one currency: what two runs of the same market must agree on to the last nano.
/// </summary>
public sealed record Totals
{
    public long UsageEvents { get; init; }

    public CardSeconds Metered { get; init; }

    public long ChargesNanos { get; init; }

    public long Invoices { get; init; }

    /// <summary>In minor units, as tax and gross are.</summary>
    public long NetMinor { get; init; }

    public long TaxMinor { get; init; }

    public long GrossMinor { get; init; }

    public long Postings { get; init; }

    /// <summary>The sum of what every transaction is out of balance by, in minor units; zero in a sound book.</summary>
    public long Imbalance { get; init; }

    public static async Task<Totals> Of(Session session, Currency currency) => (await session.Find<Totals>(
        """
        SELECT
          (SELECT CAST(COUNT(*) AS BIGINT) FROM usage_event u JOIN agreement a ON a.lease_id = u.lease_id WHERE a.currency = @currency)
            AS usage_events,
          (SELECT CAST(COALESCE(SUM(u.cards * (u.until_at - u.from_at)), 0) AS BIGINT)
            FROM usage_event u JOIN agreement a ON a.lease_id = u.lease_id WHERE a.currency = @currency) AS metered,
          (SELECT CAST(COALESCE(SUM(nanos), 0) AS BIGINT) FROM charge WHERE currency = @currency) AS charges_nanos,
          (SELECT CAST(COUNT(*) AS BIGINT) FROM invoice WHERE currency = @currency) AS invoices,
          (SELECT CAST(COALESCE(SUM(net), 0) AS BIGINT) FROM invoice WHERE currency = @currency) AS net_minor,
          (SELECT CAST(COALESCE(SUM(tax), 0) AS BIGINT) FROM invoice WHERE currency = @currency) AS tax_minor,
          (SELECT CAST(COALESCE(SUM(gross), 0) AS BIGINT) FROM invoice WHERE currency = @currency) AS gross_minor,
          (SELECT CAST(COUNT(*) AS BIGINT) FROM posting WHERE currency = @currency) AS postings,
          (SELECT CAST(COALESCE(SUM(ABS(t.amount)), 0) AS BIGINT)
            FROM (SELECT SUM(amount) AS amount FROM posting WHERE currency = @currency GROUP BY transaction_id) t) AS imbalance
        """,
        new { currency }))!;
}
