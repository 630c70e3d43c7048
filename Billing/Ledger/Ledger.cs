using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace.Billing;

/// <summary>The double-entry book. It knows documents by their id only and computes no price.</summary>
public static class Ledger
{
    /// <summary>
    /// Writes one balanced transaction. The source (such as <c>invoice:invoice_…</c>) names the fact behind it: the same fact is never
    /// posted twice, whoever tries.
    /// </summary>
    /// <returns>False when the fact was posted before.</returns>
    /// <exception cref="InvalidOperationException">The postings do not sum to zero in every currency.</exception>
    public static async Task<bool> Post(Session session, string source, string memo, IReadOnlyList<Posting> postings)
    {
        foreach (var currency in postings.GroupBy(p => p.Amount.Currency))
        {
            if (currency.Sum(p => p.Amount.Minor) is not 0 and var sum)
                throw new InvalidOperationException($"{source} is out of balance by {sum} minor units of {currency.Key}");
        }

        var id = session.NewId<TransactionId>();
        var isNew = await session.Execute(
            """
            INSERT INTO ledger_transaction (transaction_id, source, memo, at) VALUES (@id, @source, @memo, @Now)
            ON CONFLICT (source) DO NOTHING
            """,
            new { id, source, memo, session.Now });
        if (isNew == 0) return false;
        for (var i = 0; i < postings.Count; i++)
        {
            var posting = postings[i];
            await session.Execute(
                """
                INSERT INTO posting (transaction_id, position, ledger_account, amount, currency, lease_id, invoice_line)
                VALUES (@id, @Position, @Account, @Minor, @Currency, @LeaseId, @InvoiceLine)
                """,
                new
                {
                    id, Position = (long)i + 1, posting.Account, posting.Amount.Minor, posting.Amount.Currency, posting.LeaseId,
                    posting.InvoiceLine,
                });
        }

        return true;
    }

    /// <summary>Posts an issued invoice: what the buyer owes, split into what is owed to providers, the commission and the tax.</summary>
    public static Task<bool> Post(Session session, Invoice invoice)
    {
        var buyer = $"receivable:{invoice.BuyerId}";
        var postings = new List<Posting>();
        foreach (var line in invoice.Lines!.Where(l => l.Amount.Minor != 0))
        {
            var parts = Rating.Split(line.Amount, [BasisPoints.Whole - line.Commission, line.Commission]);
            postings.Add(Of(buyer, line.Amount, line));
            postings.Add(Of($"payable:{line.ProviderId}", -parts[0], line));
            if (parts[1].Minor != 0) postings.Add(Of("revenue:commission", -parts[1], line));
        }

        if (invoice.Tax.Minor != 0)
        {
            postings.Add(new Posting { Account = buyer, Amount = invoice.Tax });
            postings.Add(new Posting { Account = $"tax:{invoice.Jurisdiction}", Amount = -invoice.Tax });
        }

        return Post(session, $"invoice:{invoice.InvoiceId}", $"Invoice {invoice.Number}", postings);

        static Posting Of(string account, Money amount, InvoiceLine line) =>
            new() { Account = account, Amount = amount, LeaseId = line.LeaseId, InvoiceLine = line.Position };
    }

    /// <summary>Every ledger account with its balance per currency, in order of name.</summary>
    public static async Task<IReadOnlyList<LedgerBalance>> Balances(Session session) => await session.Query<LedgerBalance>(
        """
        SELECT ledger_account AS account, currency, CAST(SUM(amount) AS BIGINT) AS balance_minor, CAST(COUNT(*) AS BIGINT) AS postings
        FROM posting GROUP BY ledger_account, currency ORDER BY ledger_account, currency
        """);

    /// <summary>Transactions with their postings, oldest first, after a cursor; of one ledger account, or of all.</summary>
    public static async Task<IReadOnlyList<LedgerTransaction>> Transactions(Session session, string? account, string after, int limit)
    {
        var transactions = await session.Query<LedgerTransaction>(
            """
            SELECT transaction_id, source, memo, at FROM ledger_transaction t
            WHERE transaction_id > @after
              AND (CAST(@account AS TEXT) IS NULL
                OR EXISTS (SELECT 1 FROM posting p WHERE p.transaction_id = t.transaction_id AND p.ledger_account = @account))
            ORDER BY transaction_id LIMIT @limit
            """,
            new { account, after, limit });
        if (transactions.Count == 0) return [];
        var postings = await session.Query<Posting>(
            """
            SELECT transaction_id, ledger_account AS account, amount AS amount_minor, currency, lease_id, invoice_line
            FROM posting WHERE transaction_id BETWEEN @First AND @Last ORDER BY transaction_id, position
            """,
            new { First = transactions[0].TransactionId, Last = transactions[^1].TransactionId });
        var byTransaction = postings.ToLookup(p => p.TransactionId);
        return [.. transactions.Select(t => t with { Postings = [.. byTransaction[t.TransactionId]] })];
    }

    /// <summary>The transactions that touch one lease, oldest first, each with its postings for that lease alone.</summary>
    public static async Task<IReadOnlyList<LedgerTransaction>> Of(Session session, LeaseId leaseId)
    {
        var transactions = await session.Query<LedgerTransaction>(
            """
            SELECT transaction_id, source, memo, at FROM ledger_transaction t
            WHERE EXISTS (SELECT 1 FROM posting p WHERE p.transaction_id = t.transaction_id AND p.lease_id = @leaseId)
            ORDER BY transaction_id
            """,
            new { leaseId });
        var postings = (await session.Query<Posting>(
            """
            SELECT transaction_id, ledger_account AS account, amount AS amount_minor, currency, lease_id, invoice_line
            FROM posting WHERE lease_id = @leaseId ORDER BY transaction_id, position
            """,
            new { leaseId })).ToLookup(p => p.TransactionId);
        return [.. transactions.Select(t => t with { Postings = [.. postings[t.TransactionId]] })];
    }
}

/// <summary>A fact in the book, with its postings. Immutable.</summary>
public sealed record LedgerTransaction
{
    public TransactionId TransactionId { get; init; }

    /// <summary>The fact behind it, such as <c>invoice:invoice_…</c>; unique.</summary>
    public required string Source { get; init; }

    public required string Memo { get; init; }

    public Instant At { get; init; }

    public IReadOnlyList<Posting> Postings { get; init; } = [];
}

/// <summary>The sum of all postings on one ledger account in one currency.</summary>
public sealed record LedgerBalance
{
    public required string Account { get; init; }

    public Money Balance => new(BalanceMinor, Currency);

    public long Postings { get; init; }

    internal long BalanceMinor { get; init; }

    internal Currency Currency { get; init; } = Currency.Cny;
}
