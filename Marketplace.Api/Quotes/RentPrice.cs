using Marketplace.Billing;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>What a price for renting now comes from.</summary>
public enum PriceBinding
{
    /// <summary>The offer's ask.</summary>
    Ask,

    /// <summary>What the offer asks for renting now.</summary>
    RentNowAsk,

    /// <summary>What the hours last cleared at in the offer's pool.</summary>
    Cleared,
}

/// <summary>
/// What renting now costs per card-hour: the highest of the ask, the ask for renting now, and what the hours last cleared at. So nobody
/// rents below the last price to sell again, and who lost an auction does not undercut who won it.
/// </summary>
/// <param name="Ask">What the offer asks.</param>
/// <param name="RentNowAsk">What it asks for renting now; null: the ask.</param>
/// <param name="Cleared">
/// The mean over the window, rounded up to the nano, of what each hour last cleared at or of what is posted, whichever is higher (as
/// auctions count, hour by hour); null when the offer does not follow auctions or none of its hours was traded.
/// </param>
internal sealed record RentPrice(UnitPrice Ask, UnitPrice? RentNowAsk, UnitPrice? Cleared)
{
    public PriceBinding Binding => Cleared is { } cleared && cleared.Nanos > Posted.Nanos ? PriceBinding.Cleared
        : Posted.Nanos > Ask.Nanos ? PriceBinding.RentNowAsk
        : PriceBinding.Ask;

    public UnitPrice Price => Binding == PriceBinding.Cleared ? Cleared!.Value : Posted;

    private UnitPrice Posted => RentNowAsk is { } now && now.Nanos > Ask.Nanos ? now : Ask;

    /// <summary>For an offer over a window, as things stand.</summary>
    public static async Task<RentPrice> Of(Session session, Offer offer, Instant from, Instant until)
    {
        var posted = new RentPrice(offer.Ask, offer.RentNowAsk, null);
        if (!offer.FollowsCleared) return posted;
        var pool = Pools.Of(offer);
        var traded = await session.Query<(Instant From, Instant Until, long Nanos)>(
            """
            SELECT p.from_at, p.until_at, p.price_nanos FROM pool_price p JOIN auction a ON a.auction_id = p.auction_id
            WHERE p.card = @Card AND p.tier = @Tier AND p.region = @Region AND p.band = @Band AND p.state = 'traded'
              AND a.currency = @Currency AND p.from_at < @until AND p.until_at > @from
            ORDER BY a.number DESC, p.from_at
            """,
            new { pool.Card, pool.Tier, pool.Region, Band = (long)pool.BandPercent, offer.Ask.Currency, from, until });
        return posted with { Cleared = Mean(posted.Posted, from, until, traded) };
    }

    /// <summary>The pure part: runs of prices, newest auction first.</summary>
    internal static UnitPrice? Mean(
        UnitPrice posted, Instant from, Instant until, IReadOnlyList<(Instant From, Instant Until, long Nanos)> newestFirst)
    {
        if (newestFirst.Count == 0) return null;
        List<(Instant From, Instant Until)> open = [(from, until)];
        var sum = Int128.Zero;
        foreach (var run in newestFirst)
        {
            var rest = new List<(Instant From, Instant Until)>();
            foreach (var part in open)
            {
                var (begin, end) = (Instant.Max(part.From, run.From), Instant.Min(part.Until, run.Until));
                if (begin >= end)
                {
                    rest.Add(part);
                    continue;
                }

                sum += Math.Max(posted.Nanos, run.Nanos) * Millis(begin, end);
                if (part.From < begin) rest.Add((part.From, begin));
                if (end < part.Until) rest.Add((end, part.Until));
            }

            open = rest;
        }

        foreach (var part in open) sum += posted.Nanos * Millis(part.From, part.Until);
        var whole = Millis(from, until);
        return posted with { Nanos = (long)((sum + whole - 1) / whole) };
    }

    private static Int128 Millis(Instant from, Instant until) => until.ToUnixTimeMilliseconds() - from.ToUnixTimeMilliseconds();
}
