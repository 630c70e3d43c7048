using Marketplace.Billing;

namespace Marketplace;

/// <summary>
/// Does what time alone demands of the market's lists: lets go quotes that nobody accepted and bids whose time is over, closes tenders,
/// rates offers whose card was changed while they were published, lists offers as evidence ages. Leases have a keeper of their own.
/// </summary>
public sealed class Steward(Database database, TimeProvider time, ILogger<Steward> log)
    : Rounds(time, log, TimeSpan.FromSeconds(1))
{
    /// <summary>One round. The test clock runs it at once when it is moved.</summary>
    public static async Task Tend(Database database, CancellationToken ct = default)
    {
        while (await IsDue(database, ct))
        {
            await using var session = await database.Write(ct);
            await QuoteBook.ExpireDue(session);
            await BidBook.ExpireDue(session);
            await TenderBook.TendDue(session);
            await CardBook.Rerate(session);
            await ListingBook.RelistDue(session);
            await session.Commit();
        }
    }

    protected override Task Round(CancellationToken ct) => Tend(database, ct);

    private static async Task<bool> IsDue(Database database, CancellationToken ct)
    {
        await using var look = await database.Read(ct);

        // Few cards are ever changed, and SQLite joins in the order of CROSS JOIN: it must not look through all offers every second.
        return await look.Scalar<long>(
            $"""
            SELECT CAST((SELECT COUNT(*) FROM quote WHERE state = 'open' AND expires_at <= @Now)
              + (SELECT COUNT(*) FROM bid WHERE {BidBook.Due})
              + (SELECT COUNT(*) FROM tender t WHERE {TenderBook.Due})
              + (SELECT COUNT(*) FROM card_version v CROSS JOIN offer o
                 WHERE o.card = v.card_id AND o.card_version < v.version AND o.state = 'open')
              + (SELECT COUNT(*) FROM offer WHERE {ListingBook.Due}) AS BIGINT)
            """,
            new { look.Now, before = look.Now - ListingBook.Daily, NextHour = HourGrid.Up(look.Now) }) > 0;
    }
}
