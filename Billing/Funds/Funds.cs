using Marketplace.Pricing;

namespace Marketplace.Billing;

/// <summary>
/// What a buyer can still commit: what it paid in and may owe, less what it owes and what is held for its bids and leases.
/// A hold is no posting: nothing is owed yet, and the ledger knows facts only. Whoever places a hold takes the account's row first, so that
/// two who commit the same funds at once see each other.
/// </summary>
public sealed record Funds
{
    /// <summary>Paid in and not spent.</summary>
    public required Money Deposit { get; init; }

    /// <summary>What the market lets it owe; null: no limit.</summary>
    public required Money? CreditLimit { get; init; }

    /// <summary>Invoiced and not paid.</summary>
    public required Money Receivable { get; init; }

    /// <summary>Metered and not yet invoiced, with tax, rounded up.</summary>
    public required Money Uninvoiced { get; init; }

    /// <summary>Set aside.</summary>
    public required Money Held { get; init; }

    /// <summary>What can still be committed, perhaps below zero; null: no limit.</summary>
    public Money? Available => CreditLimit is { } limit ? limit + Deposit - Receivable - Uninvoiced - Held : null;

    private const string LetGo = "DELETE FROM hold WHERE subject = @subject";

    public static async Task<Funds> Of(Session session, BillingAccount account)
    {
        var id = account.AccountId;
        var currency = account.Currency;
        var row = await session.Find<Row>(
            """
            SELECT a.credit_limit,
              (SELECT CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) FROM posting p
               WHERE p.ledger_account = @Deposit AND p.currency = @Currency) AS deposit,
              (SELECT CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) FROM posting p
               WHERE p.ledger_account = @Receivable AND p.currency = @Currency) AS receivable,
              (SELECT CAST(COALESCE(SUM(t.nanos - t.credited - t.invoiced_nanos + t.invoiced_credited), 0) AS BIGINT)
               FROM tally t JOIN agreement g ON g.lease_id = t.lease_id
               WHERE g.buyer_id = @Id AND g.currency = @Currency) AS uninvoiced_nanos,
              (SELECT CAST(COALESCE(SUM(h.amount), 0) AS BIGINT) FROM hold h WHERE h.account_id = @Id) AS held
            FROM account a WHERE a.account_id = @Id
            """,
            new { Id = id, Deposit = $"deposit:{id}", Receivable = $"receivable:{id}", Currency = currency });
        return new()
        {
            Deposit = new(-row!.Deposit, currency),
            CreditLimit = row.CreditLimit is { } limit ? new Money(limit, currency) : null,
            Receivable = new(row.Receivable, currency),
            Uninvoiced = WithTax(new ExactAmount(row.UninvoicedNanos, currency), account),
            Held = new(row.Held, currency),
        };
    }

    /// <summary>
    /// Sets aside that much for a bid or a lease, in place of what was set aside for it before. Nothing above zero to set aside
    /// lets it go.
    /// </summary>
    /// <param name="subject">The id of what it is for.</param>
    /// <param name="mustFit">Refuse what is more than the account has available; else it is only written down.</param>
    /// <exception cref="Refusal">The account has not that much available.</exception>
    public static Task Hold(Session session, BillingAccount account, string subject, Money amount, bool mustFit = true) =>
        Hold(session, account, [(subject, amount)], mustFit);

    /// <summary>The same for several things of one account.</summary>
    /// <param name="mustFit">Refuse if they are more, together, than the account has available.</param>
    /// <exception cref="Refusal">The account has not that much available.</exception>
    public static async Task Hold(
        Session session, BillingAccount account, IReadOnlyList<(string Subject, Money Amount)> amounts, bool mustFit)
    {
        var isLimited = await Take(session, account);
        await session.ExecuteEach(LetGo, amounts.Select(a => new { subject = a.Subject }));
        var above = amounts.Where(a => a.Amount.Minor > 0).ToList();
        if (mustFit && isLimited && above.Count > 0)
            await Fits(session, account, new(above.Sum(a => a.Amount.Minor), account.Currency));
        await session.ExecuteEach(
            """
            INSERT INTO hold (subject, account_id, amount, currency, placed_at, changed_at)
            VALUES (@Subject, @AccountId, @Minor, @Currency, @Now, @Now)
            """,
            above.Select(a => new { a.Subject, account.AccountId, a.Amount.Minor, a.Amount.Currency, session.Now }));
    }

    /// <summary>Refuses what the account could not commit now, and takes its row; sets nothing aside.</summary>
    /// <exception cref="Refusal">The account has not that much available.</exception>
    public static async Task Need(Session session, BillingAccount account, Money amount)
    {
        if (await Take(session, account)) await Fits(session, account, amount);
    }

    /// <summary>
    /// Takes the account's row until the session ends. Taken before the funds are read: of two at once, the second sees what the first has
    /// committed.
    /// </summary>
    /// <returns>Whether the market limits what the account may owe.</returns>
    public static async Task<bool> Take(Session session, BillingAccount account) => await session.Find<long?>(
        "UPDATE account SET revision = revision + 1 WHERE account_id = @AccountId RETURNING credit_limit",
        new { account.AccountId }) is not null;

    /// <summary>Lets go of what is set aside for it, if anything is.</summary>
    public static Task Release(Session session, string subject) =>
        session.Execute(LetGo, new { subject });

    /// <summary>What is set aside for it; null: nothing.</summary>
    public static async Task<Money?> HeldFor(Session session, string subject) =>
        await session.Find<HeldRow>("SELECT amount, currency FROM hold WHERE subject = @subject", new { subject }) is { } row
            ? new Money(row.Amount, row.Currency)
            : null;

    /// <summary>An exact amount before tax as it will stand on a document at most: with the account's tax, rounded up.</summary>
    public static Money WithTax(ExactAmount net, BillingAccount account)
    {
        var gross = (Int128)net.Nanos * (BasisPoints.Whole + account.TaxRate);
        var perMinor = (Int128)BasisPoints.Whole;
        for (var i = net.Currency.Exponent; i < 9; i++) perMinor *= 10;
        return new((long)Int128.Min((gross + perMinor - 1) / perMinor, long.MaxValue / 4), net.Currency);
    }

    private static async Task Fits(Session session, BillingAccount account, Money amount)
    {
        if ((await Of(session, account)).Available is { } available && available < amount)
        {
            throw Refusal.Conflict(
                $"This needs {amount} and {available} is available of your funds; pay in the difference, ask for less, or let go of a bid");
        }
    }

    private sealed record Row
    {
        public long? CreditLimit { get; init; }

        public long Deposit { get; init; }

        public long Receivable { get; init; }

        public long UninvoicedNanos { get; init; }

        public long Held { get; init; }
    }

    private sealed record HeldRow
    {
        public long Amount { get; init; }

        public Currency Currency { get; init; } = Currency.Cny;
    }
}
