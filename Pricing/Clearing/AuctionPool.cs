namespace Marketplace.Pricing;

/// <summary>
/// What is sold at one price in a slot: cards of one model, tier and region whose measured derate lies in one band.
/// Pools are ordered by card, tier, region, band; texts by their code units.
/// </summary>
/// <param name="Card">The card model's id, for example <c>H100-80GB-HBM3</c>.</param>
/// <param name="Tier">Single card, node gang or multi-node gang, standard or interruptible, in the market's words.</param>
/// <param name="Region">The region's name.</param>
/// <param name="BandPercent">The lower bound of the derate band in percent: 70 holds offers from 0.70 up to 0.80. Values are computed
/// at this bound, so that like goods have one price.</param>
public sealed record AuctionPool(string Card, string Tier, string Region, int BandPercent) : IComparable<AuctionPool>
{
    public int CompareTo(AuctionPool? other)
    {
        if (other is null) return 1;
        var order = string.CompareOrdinal(Card, other.Card);
        if (order == 0) order = string.CompareOrdinal(Tier, other.Tier);
        if (order == 0) order = string.CompareOrdinal(Region, other.Region);
        return order != 0 ? order : BandPercent.CompareTo(other.BandPercent);
    }

    public override string ToString() => $"{Card} / {Tier} / {Region} / {BandPercent} %";
}
