using Marketplace.Billing;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>Plans over REST: from plain facts to standard units and cards. Nothing is written.</summary>
internal static class PlanEndpoints
{
    public static void Map(RouteGroupBuilder v1) => v1.MapPost("/plans", Plan).WithTags("Plans")
        .WithSummary("How much compute a piece of work takes, and how many cards of each model, with every assumption");

    // It takes no session: a POST's would be one that writes, and SQLite has a single writer, who has better things to do.
    private static async Task<Plan> Plan(PlanRequest request, Database database, CancellationToken ct)
    {
        await using var session = await database.Read(ct);
        return request.Of(await CardBook.Registry(session), await ListingBook.Now(session));
    }
}
