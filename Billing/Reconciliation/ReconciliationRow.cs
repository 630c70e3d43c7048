using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace.Billing;

/// <summary>Why what was charged and what was invoiced or posted differ, and with that what resolves it.</summary>
public enum DifferenceCause
{
    /// <summary>They do not differ.</summary>
    None,

    /// <summary>The document is in whole minor units; the fraction waits for the lease's next line.</summary>
    Rounding,

    /// <summary>Usage is stored but not yet rated; the pipeline is about to.</summary>
    NotYetRated,

    /// <summary>The period has not been closed by a billing run.</summary>
    NotYetInvoiced,

    /// <summary>Usage came after the invoice; it goes on the next one.</summary>
    LateUsage,

    /// <summary>The invoice is issued but not yet in the ledger; the pipeline is about to post it.</summary>
    NotYetPosted,

    /// <summary>None of the above: somebody must look.</summary>
    Unexplained,
}

/// <summary>
/// One lease in one period, from four books that do not share a figure: the usage log, the charges, the invoices, the ledger.
/// </summary>
public sealed record ReconciliationRow
{
    public LeaseId LeaseId { get; init; }

    public OrganisationId BuyerId { get; init; }

    public OrganisationId ProviderId { get; init; }

    public required string Card { get; init; }

    public Instant PeriodFrom { get; init; }

    public Instant PeriodUntil { get; init; }

    /// <summary>Summed from the usage events themselves.</summary>
    public CardSeconds Metered { get; init; }

    public ExactAmount Charged => new(ChargedNanos, Currency);

    /// <summary>The part of it that credits took off, worked out from the credits themselves.</summary>
    public ExactAmount Credited => SlaRules.Credited(Used, CreditParts, new(CreditNanos, Currency));

    public Money Invoiced => new(InvoicedMinor, Currency);

    public Money Posted => new(PostedMinor, Currency);

    /// <summary>Charged minus invoiced.</summary>
    public ExactAmount Difference => Charged - ExactAmount.Of(Invoiced);

    public DifferenceCause Cause { get; init; }

    internal Currency Currency { get; init; } = Currency.Cny;

    internal CardSeconds Before { get; init; }

    internal long PriceNanos { get; init; }

    internal long ChargedNanos { get; init; }

    internal long InvoicedMinor { get; init; }

    internal long PostedMinor { get; init; }

    internal long Closed { get; init; }

    internal long Unrated { get; init; }

    internal long Unposted { get; init; }

    internal long Unbilled { get; init; }

    internal long CreditParts { get; init; }

    internal long CreditNanos { get; init; }

    internal long CreditedBefore { get; init; }

    /// <summary>
    /// The ledger has posted something else for this lease than its documents show: a missing line must not look like late usage.
    /// </summary>
    internal long Vanished { get; init; }

    /// <summary>
    /// The row with its cause, judged from the facts: what the price and the metered quantity say must have been charged and billed.
    /// </summary>
    internal ReconciliationRow Judged() => this with { Cause = Judge() };

    private UnitPrice Price => new(PriceNanos, Currency);

    /// <summary>What the metered quantity costs at the agreed price.</summary>
    private ExactAmount Used => Rating.Charge(Price, Before + Metered) - Rating.Charge(Price, Before);

    private DifferenceCause Judge()
    {
        // Of earlier periods the credits are taken as they were charged: each is judged in its own row.
        var before = Rating.Charge(Price, Before) - new ExactAmount(CreditedBefore, Currency);
        var after = before + Used - Credited;
        if (ChargedNanos != (after - before).Nanos) return Unrated > 0 ? DifferenceCause.NotYetRated : DifferenceCause.Unexplained;
        if (Closed == 0) return InvoicedMinor == 0 && PostedMinor == 0 ? DifferenceCause.NotYetInvoiced : DifferenceCause.Unexplained;
        if (InvoicedMinor != (Rating.Round(after) - Rating.Round(before)).Minor)
            return Unbilled > 0 && Vanished == 0 ? DifferenceCause.LateUsage : DifferenceCause.Unexplained;
        if (PostedMinor != InvoicedMinor) return Unposted > 0 ? DifferenceCause.NotYetPosted : DifferenceCause.Unexplained;
        return Difference.Nanos == 0 ? DifferenceCause.None : DifferenceCause.Rounding;
    }
}
