using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Marketplace;

/// <summary>A hand-over.</summary>
/// <param name="Access">How the buyer gets at the cards, as in <see cref="AccessData"/>; it can be written later too.</param>
public sealed record HandOver(IReadOnlyDictionary<string, string>? Access = null);

/// <summary>A failure.</summary>
/// <param name="Note">What happened, for both parties.</param>
public sealed record LeaseFailure(string Note);

/// <summary>An objection.</summary>
/// <param name="Text">What was wrong.</param>
public sealed record DisputeWish(string Text);

/// <summary>The answer to an objection.</summary>
/// <param name="Answer">Why.</param>
/// <param name="Credit">What the buyer is credited, before tax; left out: nothing.</param>
public sealed record DisputeAnswer(string Answer, Money? Credit = null);

/// <summary>Leases over REST, for both of their parties.</summary>
internal static class LeaseEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        var leases = v1.MapGroup("/leases").WithTags("Leases");
        leases.MapGet("", List).WithSummary("Leases that you hold or serve, newest first");
        leases.MapGet("/transitions", Transitions).WithSummary("Every way in which a lease can move, and what it means in money");
        leases.MapGet("/{leaseId}", Get).WithSummary("One lease");
        leases.MapGet("/{leaseId}/events", Events).WithSummary("What happened to a lease, from its beginning");
        leases.MapPost("/{leaseId}/provision", Provision).WithSummary("The provider is getting the cards ready");
        leases.MapPost("/{leaseId}/start", Start).Accepts<HandOver>(isOptional: true, "application/json")
            .WithSummary("The provider has handed the cards over; usage is metered from now on. A body with access data is optional");
        leases.MapPost("/{leaseId}/end", End).WithSummary("End a lease before its time, or cancel one that was not started");
        leases.MapPost("/{leaseId}/interrupt", Interrupt)
            .WithSummary("Take the cards back for a time, with the offer's notice or by force majeure (provider, operator)");
        leases.MapPost("/{leaseId}/resume", Resume).WithSummary("The cards are back, or are not taken after all (provider, operator)");
        leases.MapPost("/{leaseId}/fail", Fail).WithSummary("The cards cannot be delivered, or not any more (provider, operator)");
        leases.MapPost("/{leaseId}/reject", Reject)
            .WithSummary("Send cards back that a probe within 24 hours of the hand-over found short (buyer)");
        leases.MapPost("/{leaseId}/dispute", Object).WithSummary("Object to a lease that is over (buyer)");
        leases.MapPost("/{leaseId}/dispute/resolve", Resolve).WithSummary("Answer an objection, with a credit or without (operator)");
        leases.MapGet("/{leaseId}/access", GetAccess).WithSummary("How to get at the cards: the buyer and the provider alone");
        leases.MapPut("/{leaseId}/access", PutAccess).WithSummary("Tell the buyer how to get at the cards (provider)");
    }

    private static async Task<Ok<Page<Lease>>> List(
        [FromQuery(Name = "state")] string? state, [AsParameters] PageRequest page, Session session, Caller caller)
    {
        var asked = state is null ? (LeaseState?)null : QueryValue.OneOf<LeaseState>("state", state);
        return TypedResults.Ok(
            Page.Of(await LeaseBook.List(session, caller.Only, asked, page.Before, page.Take), page, l => l.LeaseId.Value));
    }

    private static Ok<IReadOnlyList<LeaseEdge>> Transitions() => TypedResults.Ok(LeaseLife.Edges);

    private static async Task<Ok<Lease>> Get(string leaseId, Session session, Caller caller, HttpResponse response)
    {
        var lease = await Seen(session, caller, new LeaseId(leaseId));
        ETags.Put(response, lease.Version);
        return TypedResults.Ok(lease);
    }

    private static async Task<Page<LeaseEvent>> Events(string leaseId, [AsParameters] PageRequest page, Session session, Caller caller)
    {
        var lease = await Seen(session, caller, new LeaseId(leaseId));
        return Page.Of(await LeaseEvent.List(session, lease.LeaseId, page.After, page.Take), page, e => $"{e.Position}");
    }

    private static async Task<Ok<Lease>> Provision(string leaseId, Session session, Caller caller)
    {
        caller.Require(Role.Provider);
        return TypedResults.Ok(await LeaseBook.Provision(session, caller.OrganisationId, new LeaseId(leaseId)));
    }

    private static async Task<Ok<Lease>> Start(
        string leaseId, HttpRequest request, IDataProtectionProvider protection, Session session, Caller caller)
    {
        caller.Require(Role.Provider);
        var id = new LeaseId(leaseId);
        if (RequestBody.Optional<HandOver>(request) is { Access: { } access })
            await AccessData.Put(session, protection, caller.OrganisationId, id, new(access));
        return TypedResults.Ok(await LeaseBook.Start(session, caller.OrganisationId, id));
    }

    private static async Task<Ok<Lease>> End(string leaseId, Session session, Caller caller) =>
        TypedResults.Ok(await LeaseBook.End(session, caller.OrganisationId, new LeaseId(leaseId)));

    private static async Task<Ok<Lease>> Interrupt(string leaseId, LeaseInterruption request, Session session, Caller caller)
    {
        caller.Require(Role.Provider, Role.Operator);
        return TypedResults.Ok(await request.Begin(session, caller, new LeaseId(leaseId)));
    }

    private static async Task<Ok<Lease>> Resume(string leaseId, Session session, Caller caller)
    {
        caller.Require(Role.Provider, Role.Operator);
        return TypedResults.Ok(await LeaseInterruption.Resume(session, caller, new LeaseId(leaseId)));
    }

    private static async Task<Ok<Lease>> Fail(string leaseId, LeaseFailure request, Session session, Caller caller)
    {
        caller.Require(Role.Provider, Role.Operator);
        var note = TextField.Of(request.Note, "note", 500);
        return TypedResults.Ok(await LeaseBook.Fail(session, caller, new LeaseId(leaseId), note));
    }

    private static async Task<Ok<Lease>> Reject(string leaseId, Session session, Caller caller)
    {
        caller.Require(Role.Buyer);
        return TypedResults.Ok(await LeaseBook.Reject(session, caller.OrganisationId, new LeaseId(leaseId)));
    }

    private static async Task<Ok<Dispute>> Object(string leaseId, DisputeWish request, Session session, Caller caller)
    {
        caller.Require(Role.Buyer);
        return TypedResults.Ok(await Dispute.Open(session, caller.OrganisationId, new LeaseId(leaseId), request.Text));
    }

    private static async Task<Ok<Dispute>> Resolve(string leaseId, DisputeAnswer request, Session session, Caller caller)
    {
        caller.Require(Role.Operator);
        return TypedResults.Ok(await Dispute.Resolve(session, new LeaseId(leaseId), request.Answer, request.Credit));
    }

    private static async Task<Ok<AccessData>> GetAccess(
        string leaseId, IDataProtectionProvider protection, Session session, Caller caller) =>
        await AccessData.Find(session, protection, caller.OrganisationId, new LeaseId(leaseId)) is { } data
            ? TypedResults.Ok(data)
            : throw Refusal.NotFound("access data of this lease yet");

    private static async Task<NoContent> PutAccess(
        string leaseId, AccessData request, IDataProtectionProvider protection, Session session, Caller caller)
    {
        caller.Require(Role.Provider);
        await AccessData.Put(session, protection, caller.OrganisationId, new LeaseId(leaseId), request);
        return TypedResults.NoContent();
    }

    private static async Task<Lease> Seen(Session session, Caller caller, LeaseId leaseId)
    {
        var lease = await LeaseBook.Find(session, leaseId);
        if (lease is null || !(caller.SeesAll || lease.BuyerId == caller.OrganisationId || lease.ProviderId == caller.OrganisationId))
            throw Refusal.NotFound("such lease");
        return lease;
    }
}
