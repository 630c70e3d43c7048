namespace Marketplace.Pricing;

/// <summary>
/// The one rounding policy. Everything else in the house adds and compares whole numbers.
/// <list type="bullet">
/// <item>A charge is exact to the nano and cumulative: price times everything metered since the lease began, rounded half-up to the nano,
/// less what was charged before. Cutting usage into more events never changes a bill.</item>
/// <item>A document line is the cumulative charge of its lease so far, rounded half-up to the minor unit, less what earlier documents
/// billed.
/// Cutting a lease over months never changes its total: 0.333 + 0.333 bills 0.33, then 0.34.</item>
/// <item>Tax is computed once per document and category, half-up, on the document's net.</item>
/// <item>A split goes by largest remainder; equal remainders go to the earlier part.</item>
/// </list>
/// Half-up means away from zero at the half, so that a credit mirrors its charge.
/// </summary>
public static class Rating
{
    /// <summary>What that much use costs at that price per card-hour, half-up to the nano.</summary>
    public static ExactAmount Charge(UnitPrice perCardHour, CardSeconds quantity) =>
        new(DivideHalfUp((Int128)perCardHour.Nanos * quantity.Micros, CardSeconds.MicrosPerCardHour), perCardHour.Currency);

    /// <summary>The amount as a document shows it: half-up to the currency's minor unit.</summary>
    public static Money Round(ExactAmount amount) =>
        new(DivideHalfUp(amount.Nanos, amount.Currency.NanosPerMinor), amount.Currency);

    /// <summary>Tax or commission on an amount, half-up to the minor unit.</summary>
    public static Money Share(Money of, BasisPoints rate) =>
        new(DivideHalfUp((Int128)of.Minor * rate.Value, BasisPoints.Whole), of.Currency);

    /// <summary>Cuts an amount by weights so that the parts add up to it exactly: largest remainder first, then the earlier part.</summary>
    /// <exception cref="ArgumentException">No weight is positive, or one is negative.</exception>
    public static IReadOnlyList<Money> Split(Money total, IReadOnlyList<int> weights) =>
        [.. Split(total.Minor, weights).Select(part => new Money(part, total.Currency))];

    /// <summary>The same to the nano.</summary>
    /// <exception cref="ArgumentException">No weight is positive, or one is negative.</exception>
    public static IReadOnlyList<ExactAmount> SplitExactly(ExactAmount total, IReadOnlyList<int> weights) =>
        [.. Split(total.Nanos, weights).Select(part => new ExactAmount(part, total.Currency))];

    /// <summary>Division rounded to the nearest whole number, the half away from zero.</summary>
    /// <exception cref="OverflowException">The quotient does not fit 64 bits.</exception>
    internal static long DivideHalfUp(Int128 dividend, long divisor)
    {
        var half = divisor / 2;
        // Most fit in 64 bits with room for the half: a fast division there, the same result.
        if (dividend >= 0 && dividend <= long.MaxValue - half) return ((long)dividend + half) / divisor;
        return (long)((dividend >= 0 ? dividend + half : dividend - half) / divisor);
    }

    private static IEnumerable<long> Split(long total, IReadOnlyList<int> weights)
    {
        var sum = weights.Sum(w => (long)w);
        if (sum <= 0 || weights.Any(w => w < 0))
            throw new ArgumentException("Weights are zero or more and at least one is positive", nameof(weights));
        var sign = Math.Sign(total);
        var whole = Int128.Abs(total);
        var parts = weights.Select((w, i) => (Index: i, Floor: (long)(whole * w / sum), Remainder: whole * w % sum)).ToArray();
        var left = (int)(whole - parts.Aggregate(Int128.Zero, (s, p) => s + p.Floor));
        var lucky = parts.OrderByDescending(p => p.Remainder).ThenBy(p => p.Index).Take(left).Select(p => p.Index).ToHashSet();
        return parts.Select(p => sign * (p.Floor + (lucky.Contains(p.Index) ? 1 : 0)));
    }
}
