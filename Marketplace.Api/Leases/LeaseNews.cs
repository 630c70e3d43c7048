using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// What both parties of a lease are told when something happens to it, live and by webhook: what it is and how it stands, never how to get
/// at the cards and never what one party alone may know.
/// </summary>
public sealed record LeaseNews(
    LeaseId LeaseId, OfferId OfferId, OrganisationId BuyerId, OrganisationId ProviderId, string Card, string Region, CardCount Cards,
    Instant FromAt, Instant UntilAt, LeaseState State, string Reason, Instant At)
{
    /// <summary>Tells both parties, in the session in which it happens.</summary>
    /// <param name="word">The state that it came to, or <c>notice</c>, <c>doubt</c>, <c>credited</c>.</param>
    internal static async Task Say(Session session, Lease lease, string word, string reason, Instant at)
    {
        var news = new LeaseNews(
            lease.LeaseId, lease.OfferId, lease.BuyerId, lease.ProviderId, lease.Card, lease.Region, lease.Cards, lease.FromAt,
            lease.UntilAt, lease.State, reason, at);
        var kind = $"lease.{word}";
        await LiveLog.Say(session, kind, lease.LeaseId.Value, news, lease.BuyerId, lease.ProviderId);
        await Webhook.Tell(session, kind, news, lease.BuyerId, lease.ProviderId);
    }
}
