namespace Marketplace.Pricing;

/// <summary>
/// What an awarded package pays and who gets it, in one formula that holds at any price:
/// <c>full = sum of cards x max(price, ask)</c> and <c>pay = min(value, full)</c>.
/// So no buyer pays above its bid, no seller gets less than its ask, and what the buyer pays is what the sellers get.
/// </summary>
internal static class Settlement
{
    public static Award Of(AuctionSnapshot snapshot, Floor floor, Package package, PriceRule prices)
    {
        var option = floor.Options[package.Option];
        var parts = package.Parts.OrderBy(p => floor.Offers[p.Offer].Global).ToArray();
        var full = new Int128[parts.Length];
        var due = Int128.Zero;
        for (var i = 0; i < parts.Length; i++)
        {
            full[i] = AtLeastAsk(floor.Offers[parts[i].Offer].Ask, parts[i].Cards, prices.Price.Slice(package.Start, option.Slots));
            due += full[i];
        }

        var atPrice = package.Cards * prices.Over(package.Start, option.Slots);
        var paysAll = due <= option.Value;
        var shares = paysAll ? [.. full.Select(f => (long)f)] : AsBid(snapshot.Currency, floor, option, parts);
        return new(
            floor.Units[option.Unit], option.Number, package.Start,
            [.. parts.Select((p, i) => new AwardPart(floor.Offers[p.Offer].Global, p.Cards, new(shares[i], snapshot.Currency)))],
            !paysAll ? SettlementClass.PaidAsBid : due == atPrice ? SettlementClass.Uniform : SettlementClass.Supplement,
            atPrice, new(paysAll ? (long)due : option.Value, snapshot.Currency));
    }

    /// <summary>Each seller its ask, and what the bid leaves above all asks by card-hours, which are as the cards.</summary>
    private static long[] AsBid(Currency currency, Floor floor, Option option, Part[] parts)
    {
        var asks = parts.Select(p => floor.Offers[p.Offer].Ask * p.Cards * option.Slots).ToArray();
        var rest = Rating.SplitExactly(new ExactAmount(option.Value - asks.Sum(), currency), [.. parts.Select(p => p.Cards)]);
        return [.. asks.Zip(rest, (ask, more) => ask + more.Nanos)];
    }

    private static Int128 AtLeastAsk(long ask, int cards, ReadOnlySpan<long> prices)
    {
        var sum = Int128.Zero;
        foreach (var price in prices) sum += Math.Max(price, ask);
        return sum * cards;
    }
}
