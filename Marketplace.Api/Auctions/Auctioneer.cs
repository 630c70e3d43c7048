namespace Marketplace;

/// <summary>
/// Holds the auctions of the schedule, and finishes those that a host left when it died. Any number of hosts may do it: an auction's
/// currency and instant are taken before anything is looked at.
/// </summary>
public sealed class Auctioneer(AuctionDesk desk, TimeProvider time, ILogger<Auctioneer> log) : BackgroundService
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Run(AuctionDesk.WarmUp, stoppingToken);

        // What is gated at the start may be one's own, from a life before.
        for (var takeOver = true; !stoppingToken.IsCancellationRequested; takeOver = false)
        {
            try
            {
                await desk.Tend(takeOver, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogError(e, "An auction failed; the next round takes it up from its journal");
            }

            await Task.Delay(Round, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
