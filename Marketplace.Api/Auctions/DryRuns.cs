using Marketplace.Billing;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>What would happen if the auction were now: the market is read and cleared, and nothing is written or held.</summary>
internal static class DryRuns
{
    /// <summary>The clearing of a currency's market as it is now; one that was made before if nothing has moved since.</summary>
    public static async Task<ClearedAuction> Now(Session session, Currency currency)
    {
        var gate = AuctionSchedule.GateAfter(session.Now);
        var stamp = await Stamp(session, currency);
        var key = $"{currency}|{gate.ToUnixTimeMilliseconds()}|{stamp}";
        var cleared = session.Remembered<ClearedAuctions>();
        if (cleared.Find(key) is { } known) return known;
        var snapshot = (await AuctionFacts.Read(session, currency, gate, auction: null)).Snapshot(0, currency);
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
