using Marketplace.Billing;
using Marketplace.Pricing;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Marketplace;

/// <summary>The workload profiles: those that ship are open to everybody, a buyer's own to that buyer.</summary>
internal static class WorkloadEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        var workloads = v1.MapGroup("/workloads").WithTags("Cards");
        workloads.MapGet("", List).AllowAnonymous()
            .WithSummary("List the workload profiles by which a card's worth is told: those that ship, and your own");
        workloads.MapPost("", Add).WithSummary("Describe your own work; the profile never changes");
    }

    private static async Task<Page<Workload>> List(HttpContext context, Session session) =>
        new(await WorkloadBook.All(session, Caller.Of(context.User)?.OrganisationId), null);

    private static async Task<Created<Workload>> Add(WorkloadDraft draft, Session session, Caller caller)
    {
        caller.Require(Role.Buyer);
        var workload = await WorkloadBook.Add(session, caller.OrganisationId, draft);
        return TypedResults.Created($"/v1/workloads#{workload.Id}", workload);
    }
}
