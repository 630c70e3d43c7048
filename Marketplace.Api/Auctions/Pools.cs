using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>What is sold at one price: how the market names the pools of its auctions, their prices and their depth.</summary>
internal static class Pools
{
    /// <summary>What follows the gang's word where leases may be interrupted.</summary>
    public const string Interruptible = " interruptible";

    /// <summary>The pool that an offer stands in. It moves to another one as its terms or the evidence of its machines change.</summary>
    /// <param name="offer">Of a card that the registry does not know, the name that the provider gave stands for the model.</param>
    public static AuctionPool Of(Offer offer) => new(
        offer.Card ?? offer.CardName, Tier(offer.Gang, offer.Interruptible), Region(offer.Region, offer.Residency), Band(offer.Derate));

    /// <summary>The gang's word, and whether leases may be interrupted: other goods have other prices.</summary>
    public static string Tier(GangTier gang, bool isInterruptible) => WireJson.Word(gang) + (isInterruptible ? Interruptible : "");

    /// <summary>
    /// The region in lower case, because the market does not tell regions apart by case, with the country in which data stays where one is
    /// stated: a buyer who may not let its data leave pays for that, and only there.
    /// </summary>
    public static string Region(string region, string? residency) =>
        region.ToLowerInvariant() + (residency is null ? "" : $"/{residency.ToUpperInvariant()}");

    /// <summary>The lower bound of the band that a listed derate lies in, percent: 70 for 0.70 up to 0.80.</summary>
    public static int Band(BasisPoints derate) => derate.Value / 1_000 * 10;
}
