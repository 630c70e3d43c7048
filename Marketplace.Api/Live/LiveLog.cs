using System.Text.Json;
using Marketplace.Billing;
using Marketplace.Contracts;

namespace Marketplace;

/// <summary>What happened, for those who watch the market live. It is said in the transaction in which it happens, or not at all.</summary>
internal static class LiveLog
{
    /// <summary>Writes down that something happened.</summary>
    /// <param name="kind">The thing and what became of it, such as <c>bid.placed</c>, <c>lease.active</c>, <c>auction.cleared</c>.</param>
    /// <param name="subject">The thing's id.</param>
    /// <param name="body">A few facts worth showing; never a secret, never another tenant's name.</param>
    /// <param name="seenBy">The tenants that may see it; none: everybody may.</param>
    public static async Task Say(Session session, string kind, string subject, object body, params OrganisationId[] seenBy)
    {
        var text = JsonSerializer.Serialize(body, body.GetType(), WireJson.Messages);
        foreach (var tenant in seenBy.Length == 0 ? [null] : seenBy.Distinct().Select(o => (OrganisationId?)o))
        {
            await session.Execute(
                """
                INSERT INTO live_event (event_id, kind, subject, organisation_id, body, at)
                VALUES (@Id, @kind, @subject, @Tenant, @text, @Now)
                """,
                new { Id = session.NewId<LiveEventId>(), kind, subject, Tenant = tenant?.Value, text, session.Now });
        }
    }
}
