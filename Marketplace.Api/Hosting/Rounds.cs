namespace Marketplace;

/// <summary>
/// Work that a host does again and again for as long as it runs. A round that fails is logged, and the next one does its work: what a round
/// has to do follows from the database alone.
/// </summary>
public abstract class Rounds(TimeProvider time, ILogger log, TimeSpan every) : BackgroundService
{
    /// <summary>One round: all that is due.</summary>
    protected abstract Task Round(CancellationToken ct);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Round(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogError(e, "A round of {Worker} failed; the next one does its work", GetType().Name);
            }

            await Task.Delay(every, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
