using Marketplace.Pricing;

namespace Marketplace.Billing;

/// <summary>The sums of reconciliation rows in one currency; the differences by what they are.</summary>
/// <param name="Charged">What usage came to, exact.</param>
/// <param name="Rounding">The part of charged that documents in whole minor units leave out (or, negative, add).</param>
/// <param name="Waiting">The part of charged minus invoiced that the pipeline or the next billing run will take up.</param>
/// <param name="Unexplained">The part that nothing explains.</param>
public sealed record ReconciliationTotals(
    int Leases, CardSeconds Metered, ExactAmount Charged, Money Invoiced, Money Posted, ExactAmount Rounding, ExactAmount Waiting,
    ExactAmount Unexplained)
{
    public static IReadOnlyList<ReconciliationTotals> Of(IReadOnlyList<ReconciliationRow> rows) =>
        [.. rows.GroupBy(r => r.Charged.Currency).OrderBy(g => g.Key.Code, StringComparer.Ordinal).Select(g => Of(g.Key, [.. g]))];

    private static ReconciliationTotals Of(Currency currency, IReadOnlyList<ReconciliationRow> rows)
    {
        return new(
            rows.Count,
            rows.Aggregate(CardSeconds.Zero, (sum, r) => sum + r.Metered),
            Sum(rows, r => r.Charged),
            rows.Aggregate(Money.Zero(currency), (sum, r) => sum + r.Invoiced),
            rows.Aggregate(Money.Zero(currency), (sum, r) => sum + r.Posted),
            Sum(
                rows.Where(r => r.Cause is DifferenceCause.None or DifferenceCause.Rounding or DifferenceCause.NotYetPosted),
                r => r.Difference),
            Sum(
                rows.Where(r => r.Cause is DifferenceCause.NotYetRated or DifferenceCause.NotYetInvoiced or DifferenceCause.LateUsage),
                r => r.Difference),
            Sum(rows.Where(r => r.Cause is DifferenceCause.Unexplained), r => r.Difference));

        ExactAmount Sum(IEnumerable<ReconciliationRow> some, Func<ReconciliationRow, ExactAmount> amount) =>
            some.Aggregate(ExactAmount.Zero(currency), (sum, r) => sum + amount(r));
    }
}
