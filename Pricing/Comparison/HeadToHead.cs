namespace Marketplace.Pricing;

/// <summary>Two cards or offers over the standard units and all workloads.</summary>
/// <param name="Scu">The AI board's unit.</param>
/// <param name="ScuH">The HPC board's unit.</param>
/// <param name="Workloads">One bout for each workload, in the order in which they were given.</param>
/// <param name="FormulaVersion">The formula of the units.</param>
public sealed record HeadToHead(Bout Scu, Bout ScuH, IReadOnlyList<Bout> Workloads, string FormulaVersion)
{
    /// <param name="worth">What a card is worth for a workload: the one place where measurement may correct claims.</param>
    public static HeadToHead Of(
        Contender left, Contender right, IReadOnlyList<Workload> workloads, Func<Card, Workload, EffectiveUnits> worth) => new(
        new("SCU", Standing(left, left.Card.ScuRating), Standing(right, right.Card.ScuRating)),
        new("SCU-H", Standing(left, left.Card.ScuHRating), Standing(right, right.Card.ScuHRating)),
        [.. workloads.Select(w => new Bout(w.Id, At(left, worth(left.Card, w)), At(right, worth(right.Card, w))))],
        ScuFormula.FormulaVersion);

    private static Showing Standing(Contender side, UnitRating rating) => Showing.Of(side, rating.Units, rating.Reason, rating.Binds);

    private static Showing At(Contender side, EffectiveUnits worth) =>
        Showing.Of(side, worth.Units, worth.Reason, worth.Bound?.ToString().ToLowerInvariant());
}
