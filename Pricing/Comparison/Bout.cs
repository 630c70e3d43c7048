namespace Marketplace.Pricing;

/// <summary>Both sides at one workload, or at one of the standard units.</summary>
/// <param name="Workload">The workload's id; <c>SCU</c> and <c>SCU-H</c> for the standard units.</param>
public sealed record Bout(string Workload, Showing Left, Showing Right)
{
    /// <summary>A card on the left over a card on the right, half-up to the millionth; <c>null</c> when one has no units.</summary>
    public StandardUnits? Ratio => Left.Units is { Micros: > 0 } left && Right.Units is { Micros: > 0 } right
        ? new StandardUnits(Rating.DivideHalfUp((Int128)left.Micros * StandardUnits.MicrosPerUnit, right.Micros))
        : null;

    /// <summary>The side whose card does more. One that can do the work beats one that cannot; one that is unrated is not judged.</summary>
    public Winner ByWorth => Left.Units is { } left && Right.Units is { } right && (left.Micros > 0 || right.Micros > 0)
        ? Ahead(left.Micros, right.Micros)
        : Winner.Nobody;

    /// <summary>The side that is cheaper per unit-hour; nobody unless both are offers in one currency with units.</summary>
    public Winner ByPrice => Left.Price is { } left && Right.Price is { } right && left.Currency == right.Currency
        ? Ahead(right.Nanos, left.Nanos)
        : Winner.Nobody;

    /// <summary>The side that takes less energy for a unit-hour; nobody unless both are known.</summary>
    public Winner ByEnergy => Left.WattHours is { } left && Right.WattHours is { } right
        ? Ahead(right.MilliwattHours, left.MilliwattHours)
        : Winner.Nobody;

    private static Winner Ahead(long left, long right) => left > right ? Winner.Left : left < right ? Winner.Right : Winner.Even;
}
