using Marketplace.Billing;

namespace Marketplace;

/// <summary>
/// Publishes each day when it is over, and again when it is final. Apart from the steward, so that neither holds the other up. Any number
/// of hosts may do it: the day's row is taken before anything is published.
/// </summary>
public sealed class IndexPublisher(
    Database database, MarketplaceOptions options, TimeProvider time, ILogger<IndexPublisher> log)
    : Rounds(time, log, TimeSpan.FromSeconds(10))
{
    /// <summary>Publishes all that is due, a day a session. The test clock runs it at once when it is moved.</summary>
    public static async Task Tend(Database database, MarketplaceOptions options, CancellationToken ct = default)
    {
        while (await Due(database, options, ct) is var (day, kind))
        {
            await using var session = await database.Write(ct);
            await IndexBook.PublishDue(session, day, kind);
            await session.Commit();
        }
    }

    protected override Task Round(CancellationToken ct) => Tend(database, options, ct);

    private static async Task<(string Day, IndexKind Kind)?> Due(Database database, MarketplaceOptions options, CancellationToken ct)
    {
        await using var look = await database.Read(ct);
        return await IndexBook.Due(look, options.IndexFinalDays);
    }
}
