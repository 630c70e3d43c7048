using Marketplace.Billing;
using Marketplace.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Marketplace;

/// <summary>What the pipeline has still to do, and what it gave up on.</summary>
internal static class OutboxEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        var outbox = v1.MapGroup("/outbox").WithTags("Operations");
        outbox.MapGet("/", Left).WithSummary("See what the pipeline still has to do; all zero means done (accountant, operator)");
        outbox.MapGet("/parked", Parked).WithSummary("List messages that were given up on, with their last error (operator)");
        outbox.MapPost("/{id}/retry", Retry).WithSummary("Deliver a parked message again, from its first attempt on (operator)");
    }

    private static Task<Backlog> Left(Caller caller, Session session)
    {
        caller.Require(Role.Accountant, Role.Operator);
        return Backlog.Of(session);
    }

    private static async Task<Page<ParkedMessage>> Parked([AsParameters] PageRequest page, Caller caller, Session session)
    {
        caller.Require(Role.Operator);
        return Page.Of(await Outbox.Parked(session, page.After, page.Take), page, m => m.Id.Value);
    }

    private static async Task<NoContent> Retry(MessageId id, Caller caller, Session session)
    {
        caller.Require(Role.Operator);
        return await Outbox.Retry(session, id) ? TypedResults.NoContent() : throw Refusal.NotFound("parked message of this id");
    }
}
