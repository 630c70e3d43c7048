using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;
using NodaTime.Text;

namespace Marketplace;

/// <summary>The trades from which the index is made.</summary>
internal static class TradeBook
{
    internal const string Columns =
        "t.lease_id, t.origin, t.board, t.tier, t.region, t.currency, t.seller_id, t.buyer_id, t.card, t.price_nanos, t.volume";

    /// <summary>
    /// Writes down that leases were sold, in their own transaction. A sale that does not count for the index is no trade; nor is one of a
    /// card without a unit of its board, for it has no price per unit.
    /// </summary>
    public static async Task Record(Session session, IEnumerable<(LeaseId LeaseId, Sale Sale)> sold)
    {
        var counted = sold.Where(s => s.Sale is { Origin: not null, Offer.Card: not null }).ToList();
        if (counted.Count == 0) return;
        var cards = await CardBook.Registry(session);
        var day = Day(session.Now);
        var trades = counted.Select(s => (s.LeaseId, s.Sale, Card: cards.Find(s.Sale.Offer.Card!)))
            .Where(t => t.Card is not null && UnitsOf(t.Sale.Offer, t.Card) is not null).ToList();
        if (trades.Count == 0) return;
        await session.Execute("INSERT INTO trade_day (day) VALUES (@day) ON CONFLICT (day) DO NOTHING", new { day });
        await session.ExecuteEach(
            """
            INSERT INTO trade (lease_id, origin, board, tier, region, currency, seller_id, buyer_id, card, units, unit_version, price_nanos,
              volume, day, traded_at)
            VALUES (@leaseId, @Origin, @Board, @Tier, @Region, @Currency, @ProviderId, @buyer, @Card, @units, @Version, @Price, @Volume,
              @day, @Now)
            """,
            trades.Select(t => Row(session, t.LeaseId, t.Sale, t.Card!, day)));
    }

    private static object Row(Session session, LeaseId leaseId, Sale sale, Card card, string day)
    {
        var (offer, units) = (sale.Offer, UnitsOf(sale.Offer, card)!.Value);
        return new
        {
            leaseId, Origin = Word(sale.Origin!.Value), Board = Word(card.Board), Tier = Word(GangTiers.Of(sale.Cards)),
            Region = offer.Region.ToLowerInvariant(), sale.Price.Currency, offer.ProviderId, buyer = sale.Buyer, Card = card.Id, units,
            Version = card.Board == Board.Cpu ? null : offer.UnitVersion ?? ScuFormula.FormulaVersion,
            Price = sale.Price.PerStandardUnit(units).Nanos,
            Volume = UnitHours.Of(sale.Cards.For(sale.Until - sale.From), units).Millis, day, session.Now,
        };
    }

    /// <summary>
    /// The trades of some days that stand: a lease that was cancelled, or failed, cost nobody what was agreed, so it tells no price.
    /// </summary>
    /// <param name="first">The first day.</param>
    /// <param name="last">The last day, included.</param>
    public static Task<IReadOnlyList<Trade>> Standing(Session session, string first, string last) => session.Query<Trade>(
        $"""
        SELECT {Columns} FROM trade t JOIN lease l ON l.lease_id = t.lease_id
        WHERE t.day >= @first AND t.day <= @last AND l.state NOT IN ('cancelled', 'expired', 'failed') ORDER BY t.lease_id
        """,
        new { first, last });

    /// <summary>The units of one card on its board: for SCU those that the offer was listed at.</summary>
    internal static StandardUnits? UnitsOf(Offer offer, Card card) => card.Board == Board.Ai ? offer.ListedUnits : BoardUnit.Of(card);

    /// <summary>The UTC day of an instant, as in <c>2026-01-31</c>; its text sorts as the days do.</summary>
    internal static string Day(Instant at) => Day(at.InUtc().Date);

    internal static string Day(LocalDate date) => LocalDatePattern.Iso.Format(date);

    internal static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
