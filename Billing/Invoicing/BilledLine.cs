using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace.Billing;

/// <summary>A line of an issued document as its lease sees it.</summary>
public sealed record BilledLine
{
    public InvoiceId InvoiceId { get; init; }

    public string Number => Invoice.Label(Series, SeriesNumber);

    public Instant IssuedAt { get; init; }

    public long Position { get; init; }

    public Instant PeriodFrom { get; init; }

    public Instant PeriodUntil { get; init; }

    public CardSeconds Quantity { get; init; }

    public ExactAmount Charged => new(ChargedNanos, Currency);

    public Money Amount => new(AmountMinor, Currency);

    internal string Series { get; init; } = "";

    internal long SeriesNumber { get; init; }

    internal long ChargedNanos { get; init; }

    internal long AmountMinor { get; init; }

    internal Currency Currency { get; init; } = Currency.Cny;
}
