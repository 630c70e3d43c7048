using Marketplace.Billing;
using Marketplace.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Marketplace;

/// <summary>Leases over REST, for both of their parties.</summary>
internal static class LeaseEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        var leases = v1.MapGroup("/leases").WithTags("Leases");
        leases.MapGet("", List).WithSummary("Leases that you hold or serve, newest first");
        leases.MapGet("/{leaseId}", Get).WithSummary("One lease");
        leases.MapPost("/{leaseId}/start", Start).WithSummary("The provider has handed the cards over; usage is metered from now on");
        leases.MapPost("/{leaseId}/end", End).WithSummary("End a lease before its time, or cancel one that was not started");
    }

    private static async Task<Ok<Page<Lease>>> List(
        [FromQuery(Name = "state")] string? state, [AsParameters] PageRequest page, Session session, Caller caller)
    {
        var asked = state is null ? (LeaseState?)null : QueryValue.OneOf<LeaseState>("state", state);
        return TypedResults.Ok(
            Page.Of(await LeaseBook.List(session, caller.Only, asked, page.Before, page.Take), page, l => l.LeaseId.Value));
    }

    private static async Task<Ok<Lease>> Get(string leaseId, Session session, Caller caller, HttpResponse response)
    {
        var lease = await LeaseBook.Find(session, new LeaseId(leaseId));
        if (lease is null || !(caller.SeesAll || lease.BuyerId == caller.OrganisationId || lease.ProviderId == caller.OrganisationId))
            throw Refusal.NotFound("such lease");
        ETags.Put(response, lease.Version);
        return TypedResults.Ok(lease);
    }

    private static async Task<Ok<Lease>> Start(string leaseId, Session session, Caller caller)
    {
        caller.Require(Role.Provider);
        return TypedResults.Ok(await LeaseBook.Start(session, caller.OrganisationId, new LeaseId(leaseId)));
    }

    private static async Task<Ok<Lease>> End(string leaseId, Session session, Caller caller) =>
        TypedResults.Ok(await LeaseBook.End(session, caller.OrganisationId, new LeaseId(leaseId)));
}
