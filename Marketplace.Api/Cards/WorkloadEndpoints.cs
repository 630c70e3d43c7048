using Marketplace.Pricing;

namespace Marketplace;

/// <summary>The workload profiles that ship with the product, open to everybody.</summary>
internal static class WorkloadEndpoints
{
    public static void Map(RouteGroupBuilder v1) => v1.MapGet("/workloads", List).WithTags("Cards").AllowAnonymous()
        .WithSummary("List the workload profiles by which a card's worth is told");

    private static Page<Workload> List() => new(Workload.All, null);
}
