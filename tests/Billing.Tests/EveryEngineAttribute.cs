using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace Marketplace.Billing;

/// <summary>Runs a theory once on SQLite and once on PostgreSQL: one test body, both engines.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EveryEngineAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([.. Enum.GetValues<Engine>().Select(engine => new TheoryDataRow(engine))]);

    public override bool SupportsDiscoveryEnumeration() => true;
}

/// <summary>Runs a theory on the mediator and on the real broker, each over both engines.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EveryPipelineAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) => new(
    [
        .. from transport in Enum.GetValues<Transport>()
           from engine in Enum.GetValues<Engine>()
           select new TheoryDataRow(transport, engine),
    ]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
