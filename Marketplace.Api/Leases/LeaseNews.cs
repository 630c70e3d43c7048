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
    /// <summary>Tells both parties of each lease, in the session in which it happens.</summary>
    /// <param name="word">The state that it came to, or <c>notice</c>, <c>doubt</c>, <c>credited</c>.</param>
    internal static async Task Say(Session session, IReadOnlyList<Lease> leases, string word, string reason, Instant at)
    {
        var kind = $"lease.{word}";
        var news = leases.Select(l => new LeaseNews(
            l.LeaseId, l.OfferId, l.BuyerId, l.ProviderId, l.Card, l.Region, l.Cards, l.FromAt, l.UntilAt, l.State, reason, at)).ToList();
        await LiveLog.Say(session, news.Select(n => new Said(kind, n.LeaseId.Value, n, n.BuyerId, n.ProviderId)));
        await Webhook.Tell(session, kind, news.Select(n => ((object)n, new[] { n.BuyerId, n.ProviderId })));
    }
}
