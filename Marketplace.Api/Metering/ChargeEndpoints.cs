using Marketplace.Billing;
using Marketplace.Contracts;

namespace Marketplace;

/// <summary>Rated usage, exact to the nano, before it becomes a document.</summary>
internal static class ChargeEndpoints
{
    public static void Map(RouteGroupBuilder v1) => v1.MapGet("/charges", List).WithTags("Usage")
        .WithSummary("List the charges of a lease in the order in which they were rated (its parties, accountant, operator)");

    private static async Task<Page<Charge>> List(LeaseId lease, [AsParameters] PageRequest page, Caller caller, Session session)
    {
        await UsageEndpoints.PartyTo(session, caller, lease);
        return Page.Of(await ChargeBook.List(session, lease, page.After, page.Take), page, c => c.ChargeId.Value);
    }
}
