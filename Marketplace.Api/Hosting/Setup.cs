using Marketplace.Billing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// What has to be true before anything else of the host starts: the tables are there, the test clock goes on where it stood, and somebody
/// can come in. Safe when several hosts start at once.
/// </summary>
internal sealed class Setup(Database database, IClock clock, MarketplaceOptions options) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await Migrator.Run(database, typeof(Database).Assembly, typeof(Setup).Assembly);
        if (clock is TestClock testClock) await testClock.Begin(database, cancellationToken);
        if (await OpenTheDoor(cancellationToken) is { } secret)
        {
            // To the console and not to the log, which is kept and shipped.
            await Console.Out.WriteLineAsync($"The operator's key, shown this once: {secret}");
        }
    }

    /// <summary>Makes the first operator, and its key: the configured one, or one that is made up and returned to be shown.</summary>
    private async Task<string?> OpenTheDoor(CancellationToken ct)
    {
        await using var session = await database.Write(ct);
        var isNew = await Organisation.Add(session, new()
        {
            OrganisationId = Organisation.FirstOperator, Name = options.Name, Roles = [Role.Operator], Zone = "Asia/Shanghai",
        });
        string? shown = null;
        if (options.OperatorKey.Length > 0) await ApiKey.Issue(session, Organisation.FirstOperator, "configured", options.OperatorKey);
        else if (isNew) await ApiKey.Issue(session, Organisation.FirstOperator, "first start", shown = ApiKey.NewSecret());
        await session.Commit();
        return shown;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
