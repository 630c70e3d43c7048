using Marketplace.Billing;

namespace Marketplace;

/// <summary>
/// Tells everybody who watches what a provider did with an offer: where it stands and what it asks, never whose it is. What only evidence
/// or time did to it is not told: thousands of offers are listed anew in a night.
/// </summary>
internal static class OfferNews
{
    /// <summary>Says it, and gives the offer back.</summary>
    /// <param name="what">published, changed or withdrawn.</param>
    public static async Task<Offer> Say(Session session, string what, Offer offer)
    {
        var pool = Pools.Of(offer);
        var facts = new
        {
            pool.Card, pool.Tier, pool.Region, Band = pool.BandPercent, offer.Cards, offer.Ask, offer.AvailableFrom, offer.AvailableUntil,
        };
        await LiveLog.Say(session, $"offer.{what}", offer.OfferId.Value, facts);
        return offer;
    }
}
