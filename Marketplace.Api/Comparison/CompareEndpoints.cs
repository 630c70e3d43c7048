using Marketplace.Billing;
using Marketplace.Pricing;
using Microsoft.AspNetCore.Mvc;

namespace Marketplace;

/// <summary>Two cards or offers head to head, over REST.</summary>
internal static class CompareEndpoints
{
    public static void Map(RouteGroupBuilder v1) => v1.MapGet("/compare", Compare).WithTags("Cards")
        .WithSummary("Two cards or offers over all workloads: worth, what binds, price, energy, and who is ahead");

    private static async Task<Comparison> Compare(
        [FromQuery(Name = Comparison.LeftField)] string? left, [FromQuery(Name = Comparison.RightField)] string? right,
        [AsParameters] EnergyQuery energy, Session session, Caller caller)
    {
        var account = await BillingAccount.Find(session, caller.OrganisationId);
        return await Comparison.Of(session, left, right, energy, account?.Currency ?? Currency.Cny, caller.OrganisationId);
    }
}
