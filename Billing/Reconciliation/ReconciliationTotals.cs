using Marketplace.Pricing;

namespace Marketplace.Billing;

/// <summary>The columns of a reconciliation summed, for one currency.</summary>
/// <param name="Leases">How many rows.</param>
/// <param name="Rounding">The part of the difference that waits for the leases' next lines.</param>
/// <param name="Unexplained">How many rows somebody must look at.</param>
public sealed record ReconciliationTotals(
    int Leases, CardSeconds Metered, ExactAmount Charged, Money Invoiced, Money Posted, ExactAmount Difference, ExactAmount Rounding, int Unexplained)
{
    /// <summary>One sum for each currency, in order of its code.</summary>
    public static IReadOnlyList<ReconciliationTotals> Of(IEnumerable<ReconciliationRow> rows) =>
    [
        .. rows.GroupBy(r => r.Currency).OrderBy(g => g.Key.Code, StringComparer.Ordinal).Select(g => g.Aggregate(Zero(g.Key), (sum, row) => sum.Plus(row))),
    ];

    private static ReconciliationTotals Zero(Currency currency)
    {
        var (exact, money) = (ExactAmount.Zero(currency), Money.Zero(currency));
        return new(0, CardSeconds.Zero, exact, money, money, exact, exact, 0);
    }

    private ReconciliationTotals Plus(ReconciliationRow row) => new(
        Leases + 1,
        Metered + row.Metered,
        Charged + row.Charged,
        Invoiced + row.Invoiced,
        Posted + row.Posted,
        Difference + row.Difference,
        row.Cause == DifferenceCause.Rounding ? Rounding + row.Difference : Rounding,
        row.Cause == DifferenceCause.Unexplained ? Unexplained + 1 : Unexplained);
}
