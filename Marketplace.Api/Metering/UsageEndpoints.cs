using Marketplace.Billing;
using Marketplace.Contracts;

namespace Marketplace;

/// <summary>What became of a request's events.</summary>
/// <param name="Accepted">How many were stored and will be billed; the other counts likewise.</param>
/// <param name="Outcomes">One for each event, in the order of the request.</param>
public sealed record UsageAnswer(
    int Accepted, int Duplicate, int Conflict, int Quarantined, int Rejected, IReadOnlyList<UsageOutcome> Outcomes)
{
    internal static UsageAnswer Of(IReadOnlyList<UsageOutcome> outcomes) => new(
        Count(outcomes, UsageStatus.Accepted), Count(outcomes, UsageStatus.Duplicate), Count(outcomes, UsageStatus.Conflict),
        Count(outcomes, UsageStatus.Quarantined), Count(outcomes, UsageStatus.Rejected), outcomes);

    private static int Count(IReadOnlyList<UsageOutcome> outcomes, UsageStatus status) => outcomes.Count(o => o.Status == status);
}

/// <summary>Metered facts: sent by providers, seen by the parties of the lease and by those who keep the books.</summary>
internal static class UsageEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        var usage = v1.MapGroup("/usage").WithTags("Usage");
        usage.MapPost("/", Record)
            .Accepts<UsageCloudEvent>(CloudEvents.Single, CloudEvents.Batch, CloudEvents.Json, CloudEvents.Lines)
            .WithSummary($"Send up to {UsageLog.MaxBatch} usage events as CloudEvents: one, an array, or one a line (provider)")
            .WithDescription("Each event is answered on its own: accepted, duplicate (a success), conflict, quarantined, or rejected.");
        usage.MapGet("/", List).WithSummary("List accepted usage events, of one lease or of all you are a party to");
        usage.MapGet("/quarantine", Quarantine)
            .WithSummary("List events that are kept aside and not billed, with the reason (provider, accountant, operator)");
    }

    private static async Task<UsageAnswer> Record(HttpRequest request, Caller caller, Session session)
    {
        caller.Require(Role.Provider);
        var body = request.HttpContext.Features.Get<RequestBody>()!.Bytes;
        var sent = CloudEvents.Read(request.GetTypedHeaders().ContentType?.MediaType.Value, body);
        if (sent.Count > UsageLog.MaxBatch)
            throw Refusal.Invalid("events", $"are {sent.Count}; one request takes at most {UsageLog.MaxBatch}");
        var usages = sent.Where(s => s.Usage is not null).Select(s => s.Usage!).ToList();
        var recorded = usages.Count == 0 ? [] : await UsageLog.Record(session, caller.OrganisationId, usages);
        var answered = new Queue<UsageOutcome>(recorded);
        return UsageAnswer.Of([.. sent.Select(s => s.Rejected ?? answered.Dequeue())]);
    }

    private static async Task<Page<UsageEvent>> List([AsParameters] PageRequest page, Caller caller, Session session, LeaseId? lease = null)
    {
        if (lease is not null) await PartyTo(session, caller, lease.Value);
        return Page.Of(await UsageLog.List(session, lease, caller.Only, page.After, page.Take), page, u => u.UsageId.Value);
    }

    private static async Task<Page<UsageEvent>> Quarantine([AsParameters] PageRequest page, Caller caller, Session session)
    {
        caller.Require(Role.Provider, Role.Accountant, Role.Operator);
        return Page.Of(await UsageLog.Quarantine(session, caller.Only, page.Take, page.Before), page, u => u.UsageId.Value);
    }

    /// <summary>The agreement of a lease that the caller may see.</summary>
    /// <exception cref="Refusal">NotFound: none, or none of the caller's; a stranger cannot tell which.</exception>
    internal static async Task<Agreement> PartyTo(Session session, Caller caller, LeaseId leaseId) =>
        await Agreement.Find(session, leaseId) is { } agreement
        && (caller.Only is not { } only || agreement.BuyerId == only || agreement.ProviderId == only)
            ? agreement
            : throw Refusal.NotFound("lease of this id");
}
