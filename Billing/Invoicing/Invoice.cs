using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace.Billing;

/// <summary>A buyer's document for one billing period. It exists only issued, with its number, and never changes.</summary>
public sealed record Invoice
{
    public InvoiceId InvoiceId { get; init; }

    /// <summary>Contiguous in its series: no gap, no reuse.</summary>
    public string Number => Label(Series, SeriesNumber);

    public OrganisationId BuyerId { get; init; }

    public required string BuyerName { get; init; }

    /// <summary>The zone in which the period is a calendar month.</summary>
    public required string Zone { get; init; }

    public Instant PeriodFrom { get; init; }

    public Instant PeriodUntil { get; init; }

    public Money Net => new(NetMinor, Currency);

    public Money Tax => new(TaxMinor, Currency);

    public Money Gross => new(GrossMinor, Currency);

    /// <summary>In basis points, on the net.</summary>
    public int TaxRate { get; init; }

    public required string Jurisdiction { get; init; }

    public Instant IssuedAt { get; init; }

    /// <summary>Left out of lists.</summary>
    public IReadOnlyList<InvoiceLine>? Lines { get; init; }

    internal string Series { get; init; } = "INV";

    internal long SeriesNumber { get; init; }

    internal long NetMinor { get; init; }

    internal long TaxMinor { get; init; }

    internal long GrossMinor { get; init; }

    internal Currency Currency { get; init; } = Currency.Cny;

    internal static string Label(string series, long number) => $"{series}-{number:000000}";
}

/// <summary>
/// One lease in one period: what was metered since the last document, and the rounded amount that makes the documents add up.
/// </summary>
public sealed record InvoiceLine
{
    public long Position { get; init; }

    public LeaseId LeaseId { get; init; }

    public OrganisationId ProviderId { get; init; }

    /// <summary>When the work was done: the invoice's own period, or an earlier one for usage that came late.</summary>
    public Instant PeriodFrom { get; init; }

    public Instant PeriodUntil { get; init; }

    public required string Card { get; init; }

    public required string Region { get; init; }

    /// <summary>Per card-hour.</summary>
    public UnitPrice Price => new(PriceNanos, Currency);

    /// <summary>Standard units of one card when the lease was made; null for an unrated card.</summary>
    public StandardUnits? Units { get; init; }

    public CardSeconds Quantity { get; init; }

    /// <summary>The charges that this line takes up, less the credits, exact to the nano.</summary>
    public ExactAmount Charged => new(ChargedNanos, Currency);

    /// <summary>The credits that this line takes up.</summary>
    public ExactAmount Credited => new(CreditedNanos, Currency);

    public Money Amount => new(AmountMinor, Currency);

    /// <summary>What rounding this line adds (or, negative, leaves out): amount minus charged.</summary>
    public ExactAmount Rounding => ExactAmount.Of(Amount) - Charged;

    internal long PriceNanos { get; init; }

    internal long ChargedNanos { get; init; }

    internal long CreditedNanos { get; init; }

    internal long AmountMinor { get; init; }

    internal Currency Currency { get; init; } = Currency.Cny;

    internal int Commission { get; init; }
}
