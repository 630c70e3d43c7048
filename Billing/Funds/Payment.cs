using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace.Billing;

/// <summary>Money that came in by bank transfer, for a buyer to spend. Never changed: what was wrong is put right by the bank.</summary>
public sealed record Payment
{
    public PaymentId PaymentId { get; init; }

    public required OrganisationId AccountId { get; init; }

    /// <summary>Above zero, in the account's currency.</summary>
    public Money Amount
    {
        get => new(AmountMinor, Currency);
        init => (AmountMinor, Currency) = (value.Minor, value.Currency);
    }

    /// <summary>The bank's own name for the transfer; no two payments have the same.</summary>
    public required string Reference { get; init; }

    public Instant RecordedAt { get; init; }

    internal long AmountMinor { get; init; }

    internal Currency Currency { get; init; } = Currency.Cny;

    /// <summary>The most of one transfer in minor units, so that no sum of them overflows.</summary>
    private const long Most = 1_000_000_000_000_000;

    private const string Columns = "payment_id, account_id, amount AS amount_minor, currency, reference, recorded_at";

    /// <summary>
    /// Writes down a transfer, once: debit the bank, credit the buyer's deposit. The same transfer again is the payment that it was.
    /// </summary>
    /// <exception cref="Refusal">The reference is known with another account or amount, the currency is not the account's, or nothing was
    /// paid.</exception>
    public static async Task<(Payment Payment, bool IsNew)> Record(
        Session session, BillingAccount account, Money amount, string reference)
    {
        if (amount.Minor is <= 0 or > Most) throw Refusal.Invalid("amount.amount", $"is above zero and at most {Most} minor units");
        if (amount.Currency != account.Currency) throw Refusal.Invalid("amount.currency", $"is the account's: {account.Currency}");
        var id = session.NewId<PaymentId>();
        var isNew = await session.Execute(
            """
            INSERT INTO payment (payment_id, account_id, amount, currency, reference, recorded_at)
            VALUES (@id, @AccountId, @Minor, @Currency, @reference, @Now) ON CONFLICT (reference) DO NOTHING
            """,
            new { id, account.AccountId, amount.Minor, amount.Currency, reference, session.Now }) == 1;
        var payment = (await session.Find<Payment>($"SELECT {Columns} FROM payment WHERE reference = @reference", new { reference }))!;
        if (isNew)
        {
            await Ledger.Post(session, $"payment:{id}", $"Payment {reference}",
            [
                new Posting { Account = "cash:bank", Amount = amount },
                new Posting { Account = $"deposit:{account.AccountId}", Amount = -amount },
            ]);
        }
        else if (payment.AccountId != account.AccountId || payment.Amount != amount)
        {
            throw Refusal.Conflict("is the name of another transfer, which was written down; see GET /v1/payments", "reference");
        }

        return (payment, isNew);
    }

    /// <summary>Payments of one buyer, or of all, newest first, before a cursor.</summary>
    public static Task<IReadOnlyList<Payment>> List(Session session, OrganisationId? account, string? before, int limit) =>
        session.Query<Payment>(
            $"""
            SELECT {Columns} FROM payment
            WHERE (CAST(@Account AS TEXT) IS NULL OR account_id = @Account) AND (CAST(@before AS TEXT) IS NULL OR payment_id < @before)
            ORDER BY payment_id DESC LIMIT @limit
            """,
            new { Account = account?.Value, before, limit });
}
