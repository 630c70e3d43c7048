using Marketplace.Billing;
using NodaTime;

namespace Marketplace;

/// <summary>Forgets what nobody can ask for any more. Any number of hosts may do it.</summary>
internal sealed class LivePruner(
    Database database, MarketplaceOptions options, TimeProvider time, ILogger<LivePruner> log)
    : Rounds(time, log, TimeSpan.FromMinutes(1))
{
    /// <summary>Events are let go in handfuls, an hour of them or more.</summary>
    private static readonly Duration Handful = Duration.FromHours(1);

    /// <summary>One round. The test clock runs it at once when it is moved.</summary>
    public static async Task Tend(Database database, MarketplaceOptions options, CancellationToken ct = default)
    {
        await using (var look = await database.Read(ct))
        {
            if (!await LiveLog.HasBefore(look, Oldest(look.Now) - Handful)) return;
        }

        await using var session = await database.Write(ct);
        await LiveLog.Prune(session, Oldest(session.Now));
        await session.Commit();

        Instant Oldest(Instant now) => now - Duration.FromDays(options.LiveDays);
    }

    protected override Task Round(CancellationToken ct) => Tend(database, options, ct);
}
