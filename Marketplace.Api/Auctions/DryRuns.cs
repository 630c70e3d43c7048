using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>
/// What would happen if the auction were now and nobody else bid: what is for sale is read and cleared, and nothing is written or held.
/// Other buyers' bids stay out of it, because nobody may learn of them before they were cleared.
/// </summary>
internal static class DryRuns
{
    /// <summary>The clearing of a buyer's bids as they are now; one that was made before if nothing has moved since.</summary>
    public static async Task<ClearedAuction> Now(Session session, OrganisationId buyer, Currency currency)
    {
        var gate = AuctionSchedule.GateAfter(session.Now);
        var stamp = await Stamp(session, currency);
        var key = $"{buyer}|{currency}|{gate.ToUnixTimeMilliseconds()}|{stamp}";
        var cleared = session.Remembered<ClearedAuctions>();
        if (cleared.Find(key) is { } known) return known;
        var market = (await AuctionFacts.Read(session, currency, gate, auction: null)).Snapshot(0, currency);
        var snapshot = AuctionSnapshot.Of(
            market.Number, market.Gate, market.Slots, currency, market.Parameters, market.Offers,
            market.Units.Where(u => u.Owner == buyer.Value));
        return cleared.Keep(key, snapshot, Clearing.Clear(snapshot));
    }

    /// <summary>Differs whenever an offer, a calendar or a bid of the currency is another: every change raises a number.</summary>
    private static Task<string> Stamp(Session session, Currency currency) => session.Scalar<string>(
        """
        SELECT CAST(
          (SELECT COUNT(*) || '/' || COALESCE(SUM(o.version + o.revision), 0) FROM offer o
           WHERE o.currency = @currency AND o.state = 'open')
          || '|' ||
          (SELECT COUNT(*) || '/' || COALESCE(SUM(b.version), 0) || '/' || COALESCE(MAX(b.bid_id), '') FROM bid b
           WHERE b.currency = @currency AND b.execution = 'auction' AND b.state = 'open') AS TEXT)
        """,
        new { currency });
}
