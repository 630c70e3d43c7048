namespace Marketplace.Pricing;

/// <summary>
/// One published fact: how many times the throughput of the reference card (H100 SXM5 80GB) a card reached per accelerator, in one round of
/// one benchmark. The median of all results of that card.
/// </summary>
/// <param name="Family"><c>mlperf-inference</c> or <c>mlperf-training</c>.</param>
/// <param name="Round">The round, for example <c>v3.1</c>.</param>
/// <param name="Benchmark">The benchmark as published, with its accuracy target.</param>
/// <param name="Scenario"><c>Offline</c> or <c>time-to-train</c>.</param>
/// <param name="Card">The card.</param>
/// <param name="Ratio">Throughput over the reference's in the same round and benchmark, above 0.</param>
/// <param name="Results">How many results the median is of, 1 or more.</param>
/// <param name="Reference">The reference card's own throughput there, per accelerator, in the benchmark's unit.</param>
public sealed record MeasuredRatio(
    string Family, string Round, string Benchmark, string Scenario, Card Card, double Ratio, int Results, double Reference)
{
    public bool Training => Family.EndsWith("training", StringComparison.Ordinal);

    /// <summary>When the round was published, in years: <c>2023.69</c>.</summary>
    public double Year { get; } = YearOf(Family, Round);

    public WorkClass Class => WorkClasses.Of(Training, Benchmark);

    /// <summary>
    /// The year of a round. Inference comes out in early April (x.0) and early September (x.1), training in late June and in November; the
    /// major number rose by one a year from v2 in 2022 to v5 in 2025.
    /// </summary>
    /// <exception cref="FormatException">Not such a round.</exception>
    public static double YearOf(string family, string round)
    {
        var dot = round.IndexOf('.', StringComparison.Ordinal);
        if (!round.StartsWith('v') || dot < 2
            || !int.TryParse(round.AsSpan(1, dot - 1), out var major) || !int.TryParse(round.AsSpan(dot + 1), out var minor)
            || major is < 0 or > 50 || minor is < 0 or > 9)
        {
            throw new FormatException($"'{round}' is no round such as v3.1");
        }

        return family.EndsWith("training", StringComparison.Ordinal)
            ? 2020.47 + major + (0.38 * minor)
            : 2020.25 + major + (0.43 * minor);
    }
}
