using Marketplace.Billing;
using Marketplace.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using NodaTime;

namespace Marketplace;

/// <summary>An order to bill.</summary>
/// <param name="Cutoff">Every billing period that has ended by then is closed; not after now.</param>
public sealed record StartBillingRun(Instant Cutoff);

/// <summary>Billing runs: ordered here, done by the pipeline.</summary>
internal static class BillingRunEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        var runs = v1.MapGroup("/billing-runs").WithTags("Invoices");
        runs.MapPost("/", Start)
            .WithSummary("Close every period that has ended by the cutoff and issue its invoices (accountant, operator)");
        runs.MapGet("/{id}", Get).WithSummary("See how far a billing run is");
    }

    private static async Task<Accepted<BillingRun>> Start(StartBillingRun request, Caller caller, Session session)
    {
        caller.Require(Role.Accountant, Role.Operator);
        var id = await BillingRun.Start(session, request.Cutoff, caller.OrganisationId);
        return TypedResults.Accepted($"/v1/billing-runs/{id}", await BillingRun.Find(session, id));
    }

    private static async Task<BillingRun> Get(BillingRunId id, Caller caller, Session session)
    {
        caller.Require(Role.Accountant, Role.Operator);
        return await BillingRun.Find(session, id) ?? throw Refusal.NotFound("billing run of this id");
    }
}
