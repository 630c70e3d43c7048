using NodaTime;

namespace Marketplace.Pricing;

/// <summary>What decided how high a listing stands.</summary>
public enum DerateLimit
{
    /// <summary>The lower bound of what the evidence lets expect.</summary>
    Evidence,

    /// <summary>The ceiling of the tier: better evidence would raise it.</summary>
    Tier,

    /// <summary>The latest measurement, which fell short of the bound.</summary>
    LatestMeasurement,
}

/// <summary>
/// The part of its claim that a machine is listed at, for a class of work: measured over claimed throughput at its 10 % lower quantile,
/// under the ceiling of its tier. <c>listed units = claimed units x derate</c>. A provider raises it by being measured, not by claiming.
/// </summary>
/// <param name="Listed">The derate, rounded down to a basis point, above 0.</param>
/// <param name="Expected">What the evidence lets expect in the middle, not bounded and not capped but for 100 %.</param>
/// <param name="Tier">The best tier of its evidence.</param>
/// <param name="Work">The class of work that it is for.</param>
/// <param name="Limit">What decided.</param>
/// <param name="Measurements">Measurements of the provider's own machines that count.</param>
/// <param name="MeasuredAt">The newest of them; <c>null</c>: none.</param>
/// <param name="ModelVersion">The version of the model of expectations.</param>
public sealed record Derate(
    BasisPoints Listed, BasisPoints Expected, EvidenceTier Tier, WorkClass Work, DerateLimit Limit,
    int Measurements, Instant? MeasuredAt, string ModelVersion)
{
    /// <summary>The units that are listed for that claim, rounded down to the millionth.</summary>
    public StandardUnits Of(StandardUnits claimed) => Of(claimed, Listed);

    /// <inheritdoc cref="Of(StandardUnits)"/>
    public static StandardUnits Of(StandardUnits claimed, BasisPoints derate) =>
        new((long)((Int128)claimed.Micros * derate.Value / BasisPoints.Whole));
}
