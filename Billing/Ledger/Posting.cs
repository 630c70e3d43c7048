using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace.Billing;

/// <summary>One line of a transaction: an amount on a ledger account, debit positive, credit negative. Immutable.</summary>
public sealed record Posting
{
    /// <summary>Such as <c>receivable:org_…</c>, <c>payable:org_…</c>, <c>revenue:commission</c>, <c>tax:CN</c>.</summary>
    public required string Account { get; init; }

    public Money Amount
    {
        get => new(AmountMinor, Currency);
        init => (AmountMinor, Currency) = (value.Minor, value.Currency);
    }

    /// <summary>The lease that the amount is for; null for tax, which is the document's.</summary>
    public LeaseId? LeaseId { get; init; }

    /// <summary>The position of the invoice line.</summary>
    public long? InvoiceLine { get; init; }

    internal TransactionId TransactionId { get; init; }

    internal long AmountMinor { get; init; }

    internal Currency Currency { get; init; } = Currency.Cny;
}
