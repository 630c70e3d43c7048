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
    /// Writes down that a lease was sold, in the lease's own transaction. A card without a unit of its board has no price per unit, and so
    /// makes no trade.
    /// </summary>
    public static async Task Record(
        Session session, LeaseId leaseId, TradeOrigin origin, Offer offer, OrganisationId buyer, CardCount cards, Instant from,
        Instant until, UnitPrice price)
    {
        if (offer.Card is null || (await CardBook.Registry(session)).Find(offer.Card) is not { } card) return;
        if (UnitsOf(offer, card) is not { } units) return;
        var day = Day(session.Now);
        await session.Execute("INSERT INTO trade_day (day) VALUES (@day) ON CONFLICT (day) DO NOTHING", new { day });
        await session.Execute(
            """
            INSERT INTO trade (lease_id, origin, board, tier, region, currency, seller_id, buyer_id, card, units, unit_version, price_nanos,
              volume, day, traded_at)
            VALUES (@leaseId, @Origin, @Board, @Tier, @Region, @Currency, @ProviderId, @buyer, @Card, @units, @Version, @Price, @Volume,
              @day, @Now)
            """,
            new
            {
                leaseId, Origin = Word(origin), Board = Word(card.Board), Tier = Word(GangTiers.Of(cards)),
                Region = offer.Region.ToLowerInvariant(), price.Currency, offer.ProviderId, buyer, Card = card.Id, units,
                Version = card.Board == Board.Cpu ? null : offer.UnitVersion ?? ScuFormula.FormulaVersion,
                Price = price.PerStandardUnit(units).Nanos, Volume = UnitHours.Of(cards.For(until - from), units).Millis, day, session.Now,
            });
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
