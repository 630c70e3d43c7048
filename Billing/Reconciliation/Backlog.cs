namespace Marketplace.Billing;

/// <summary>
/// What the pipeline still has to do, told from the books and not from any queue: so it is the same on every transport, and zero means
/// done.
/// </summary>
/// <param name="Messages">Staged and not handed over.</param>
/// <param name="Parked">Given up on until an operator retries them.</param>
/// <param name="Unrated">Usage events without a charge.</param>
/// <param name="Unbilled">Accounts that a billing run has not reached.</param>
/// <param name="Unposted">Invoices that are not in the ledger.</param>
public sealed record Backlog(long Messages, long Parked, long Unrated, long Unbilled, long Unposted)
{
    public bool IsEmpty => Messages + Unrated + Unbilled + Unposted == 0;

    public static async Task<Backlog> Of(Session session) => (await session.Find<Backlog>(
        """
        SELECT (SELECT CAST(COUNT(*) AS BIGINT) FROM outbox WHERE parked_at IS NULL) AS messages,
          (SELECT CAST(COUNT(*) AS BIGINT) FROM outbox WHERE parked_at IS NOT NULL) AS parked,
          (SELECT CAST(COUNT(*) AS BIGINT) FROM usage_unrated) AS unrated,
          (SELECT CAST(COUNT(*) AS BIGINT) FROM billing_task WHERE done_at IS NULL) AS unbilled,
          (SELECT CAST(COUNT(*) AS BIGINT) FROM invoice i
            WHERE NOT EXISTS (SELECT 1 FROM ledger_transaction t WHERE t.source = 'invoice:' || i.invoice_id)) AS unposted
        """))!;
}
