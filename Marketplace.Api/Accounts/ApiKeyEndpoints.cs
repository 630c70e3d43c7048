using Marketplace.Billing;
using Marketplace.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Marketplace;

/// <summary>A wish for a key.</summary>
/// <param name="Name">What it is for.</param>
/// <param name="Organisation">Whose; your own when left out. Only the operator may name another.</param>
public sealed record IssueApiKey(string Name, OrganisationId? Organisation = null);

/// <summary>Keys: issued, listed without their secrets, revoked.</summary>
internal static class ApiKeyEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        var keys = v1.MapGroup("/api-keys").WithTags("Accounts");
        keys.MapPost("/", Issue).WithSummary("Issue an API key; its secret is told this once");
        keys.MapGet("/", List).WithSummary("List API keys, without their secrets");
        keys.MapDelete("/{id}", Revoke).WithSummary("Revoke an API key, at once and for good");
    }

    [ShownOnce("secret")]
    private static async Task<Created<IssuedApiKey>> Issue(IssueApiKey request, Caller caller, Session session)
    {
        var owner = request.Organisation ?? caller.OrganisationId;
        var name = TextField.Of(request.Name, "name");
        var may = owner == caller.OrganisationId || (caller.Is(Role.Operator) && await Organisation.Find(session, owner) is not null);
        if (!may) throw Refusal.Invalid("organisation", "there is no organisation of this id");
        var key = await IssuedApiKey.New(session, owner, name);
        return TypedResults.Created($"/v1/api-keys/{key.ApiKeyId}", key);
    }

    private static async Task<Page<ApiKey>> List([AsParameters] PageRequest page, Caller caller, Session session) =>
        Page.Of(await ApiKey.List(session, Reach(caller), page.After, page.Take), page, k => k.ApiKeyId.Value);

    private static async Task<NoContent> Revoke(ApiKeyId id, Caller caller, Session session) =>
        await ApiKey.Revoke(session, id, Reach(caller)) ? TypedResults.NoContent() : throw Refusal.NotFound("API key of this id");

    // Keys are the operator's to see and to revoke, not the accountant's.
    private static OrganisationId? Reach(Caller caller) => caller.Is(Role.Operator) ? null : caller.OrganisationId;
}
