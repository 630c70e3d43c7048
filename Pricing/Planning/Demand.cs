namespace Marketplace.Pricing;

/// <summary>Something that a plan takes for granted because nobody said otherwise.</summary>
/// <param name="What">What it is, for example <c>hidden width</c>.</param>
/// <param name="Value">Its value with its unit.</param>
/// <param name="Source">Where the value comes from.</param>
public sealed record Assumption(string What, string Value, string Source);

/// <summary>A part of the work, told by one workload profile.</summary>
/// <param name="Workload">The profile.</param>
/// <param name="TeraOperations">Operations in 1e12: in all, or per second of a service.</param>
public sealed record Work(Workload Workload, double TeraOperations);

/// <summary>What somebody needs, before any card is looked at: work, the time it may take, and the memory that it holds.</summary>
/// <param name="Work">One part or more.</param>
/// <param name="Hours">The time it may take; null: a service, whose work is per second and never ends.</param>
/// <param name="CopyGiB">Memory of one copy of the work.</param>
/// <param name="CardGiB">Memory needed on every card besides.</param>
/// <param name="StreamGiB">Memory of one stream that is served.</param>
/// <param name="Streams">Streams served at a time, spread over the copies.</param>
/// <param name="IsSharded">The cards form one gang that keeps step and shares one copy (training), instead of many copies.</param>
/// <param name="Floor">The least exact precision accepted, if stricter than the profile's.</param>
/// <param name="Assumptions">What was taken for granted.</param>
public sealed record Demand(
    IReadOnlyList<Work> Work, double? Hours, double CopyGiB, double CardGiB, double StreamGiB, double Streams, bool IsSharded,
    Precision? Floor, IReadOnlyList<Assumption> Assumptions)
{
    /// <summary>Effective SCU-hours: in all, or per hour of a service.</summary>
    /// <exception cref="FactFault">More than 1e12, which no market has.</exception>
    public StandardUnits EffectiveScuHours => Work.Sum(HoursOnR0) is var hours and <= 1e12
        ? ScuFormula.Micros(hours)
        : throw new FactFault("", "more than 1e12 effective SCU-hours; check the units");

    /// <summary>Hours that R0 would need for a part: all of it, or what a service's hour brings.</summary>
    internal double HoursOnR0(Work work) =>
        work.TeraOperations * work.Workload.ReferenceMs / (Hours is null ? 1_000 : 3_600_000);
}

/// <summary>A fact that cannot be planned with.</summary>
public sealed class FactFault : FormatException
{
    /// <param name="fact">As requests name it; empty: the facts together.</param>
    /// <param name="reason">What would be right.</param>
    public FactFault(string fact, string reason)
        : base(reason) => Fact = fact;

    /// <summary>The fact at fault; empty if it is all of them together.</summary>
    public string Fact { get; }

    /// <summary>The value, if it is a number within the bounds.</summary>
    /// <exception cref="FactFault">It is not.</exception>
    internal static double Within(double value, double least, double most, string fact) => value >= least && value <= most
        ? value
        : throw new FactFault(fact, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"is from {least} to {most}"));
}
