using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Marketplace.Billing;

/// <summary>Empties the outbox: at once when this host committed a message, and twice a second for what other hosts left behind.</summary>
public sealed class Relay(Database database, IPublishEndpoint publisher, TimeProvider time, ILogger<Relay> log) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    private readonly string _host = $"{Environment.MachineName}:{Environment.ProcessId}:{Guid.NewGuid():n}";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Outbox.ForgetClaims(database, stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await Outbox.Relay(database, publisher, time, _host, stoppingToken) == 0)
                    await database.Outbox.Wait(Look, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // The database or the broker is away: messages keep, so the only thing to do is to say it and look again.
                log.LogError(e, "The relay could not empty the outbox; it looks again in {Wait}", Look);
                await Task.Delay(Look, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
