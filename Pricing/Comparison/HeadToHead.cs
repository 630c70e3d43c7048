namespace Marketplace.Pricing;

/// <summary>Two cards or offers over the standard units and all workloads.</summary>
/// <param name="Scu">The AI board's unit.</param>
/// <param name="ScuH">The HPC board's unit.</param>
/// <param name="Workloads">One bout for each workload, in the order in which they were given.</param>
/// <param name="FormulaVersion">The formula of the units.</param>
public sealed record HeadToHead(Bout Scu, Bout ScuH, IReadOnlyList<Bout> Workloads, string FormulaVersion)
{
    /// <summary>Compares what is listed, or what is claimed of a side without derates.</summary>
    public static HeadToHead Of(Contender left, Contender right, IReadOnlyList<Workload> workloads) => new(
        new("SCU", Standing(left, left.Card.ScuRating, WorkClass.Standard), Standing(right, right.Card.ScuRating, WorkClass.Standard)),
        new("SCU-H", Standing(left, left.Card.ScuHRating, WorkClass.Science), Standing(right, right.Card.ScuHRating, WorkClass.Science)),
        [.. workloads.Select(w => new Bout(w.Id, At(left, w), At(right, w)))],
        ScuFormula.FormulaVersion);

    private static Showing Standing(Contender side, UnitRating rating, WorkClass work) =>
        Showing.Of(side, side.Listed(rating.Units, work), rating.Reason, rating.Binds);

    private static Showing At(Contender side, Workload workload)
    {
        var worth = EffectiveUnits.Of(side.Card, workload);
        var listed = side.Listed(worth.Units, WorkClasses.Of(workload));
        return Showing.Of(side, listed, worth.Reason, worth.Bound?.ToString().ToLowerInvariant());
    }
}
