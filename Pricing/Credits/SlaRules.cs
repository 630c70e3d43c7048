using NodaTime;

namespace Marketplace.Pricing;

/// <summary>
/// The service level in one place: what counts as less than what was sold, and what is credited for it. The thresholds (99.5 % available,
/// 0.9 of the throughput) are the design's; the steps below 99.5 % are those that large clouds promise for a single instance.
/// </summary>
public static class SlaRules
{
    /// <summary>Measured throughput below this part of what was sold is short.</summary>
    public static readonly BasisPoints LeastThroughput = new(9_000);

    /// <summary>Of a no-show, this part of what the first <see cref="NoShowSpan"/> would have cost is credited.</summary>
    public static readonly BasisPoints NoShowPart = new(1_000);

    /// <summary>The time that a no-show is credited for, or the whole lease if it is shorter.</summary>
    public static readonly Duration NoShowSpan = Duration.FromHours(24);

    /// <summary>
    /// Available for at least so much of the time that was sold, in falling order, and the part of the charges that is credited when it was
    /// not.
    /// </summary>
    public static IReadOnlyList<(BasisPoints Least, BasisPoints Credit)> AvailabilitySteps { get; } =
    [
        (new(9_950), new(1_000)),
        (new(9_900), new(3_000)),
        (new(9_500), new(10_000)),
    ];

    /// <summary>The part of a period's charges that is credited for time in it at which the buyer had no cards.</summary>
    /// <param name="sold">The time within the period that was sold; above zero.</param>
    /// <param name="missed">How much of it the buyer did not get, by no agreed notice; at most as much.</param>
    public static BasisPoints Availability(Duration sold, Duration missed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(sold, Duration.Zero);
        var had = (Int128)(sold - missed).ToInt64Nanoseconds() * BasisPoints.Whole;
        return AvailabilitySteps.LastOrDefault(s => had < (Int128)sold.ToInt64Nanoseconds() * s.Least.Value).Credit;
    }

    /// <summary>The part of a period's charges that is credited for measured throughput: what was missing, if short.</summary>
    /// <param name="measured">Measured over sold.</param>
    public static BasisPoints Throughput(BasisPoints measured) =>
        measured.Value < LeastThroughput.Value ? new(BasisPoints.Whole - measured.Value) : default;

    /// <summary>What is credited when cards were never handed over, half-up to the nano.</summary>
    /// <param name="price">Per card-hour.</param>
    /// <param name="cards">How many were sold.</param>
    /// <param name="window">For how long they were sold.</param>
    public static ExactAmount NoShow(UnitPrice price, CardCount cards, Duration window) =>
        Part(Rating.Charge(price, cards.For(Duration.Min(window, NoShowSpan))), NoShowPart);

    /// <summary>
    /// What all credits of a lease come to in one period: the parts of what it was charged there, and the fixed amounts; never more than
    /// what it was charged. Only of a lease that was charged nothing, because nobody ever handed it over, the fixed amount stands alone.
    /// </summary>
    /// <param name="charged">For usage in the period, exact.</param>
    /// <param name="parts">The sum of the parts, in basis points; may be above the whole.</param>
    /// <param name="amounts">The sum of the fixed amounts.</param>
    public static ExactAmount Credited(ExactAmount charged, long parts, ExactAmount amounts)
    {
        if (charged.Nanos <= 0) return amounts;
        var part = Part(charged, new BasisPoints((int)Math.Min(parts, BasisPoints.Whole)));
        return part with { Nanos = Math.Min(charged.Nanos, part.Nanos + amounts.Nanos) };
    }

    private static ExactAmount Part(ExactAmount of, BasisPoints part) =>
        of with { Nanos = Rating.DivideHalfUp((Int128)of.Nanos * part.Value, BasisPoints.Whole) };
}
