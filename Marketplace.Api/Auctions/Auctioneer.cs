namespace Marketplace;

/// <summary>
/// Holds the auctions of the schedule, and finishes those that a host left when it died. Any number of hosts may do it: an auction's
/// currency and instant are taken before anything is looked at.
/// </summary>
public sealed class Auctioneer(AuctionDesk desk, TimeProvider time, ILogger<Auctioneer> log)
    : Rounds(time, log, TimeSpan.FromSeconds(1))
{
    private bool _hasBegun;

    protected override async Task Round(CancellationToken ct)
    {
        // What is gated at the start may be one's own, from a life before.
        var takeOver = !_hasBegun;
        _hasBegun = true;
        if (takeOver) await Task.Run(AuctionDesk.WarmUp, ct);
        await desk.Tend(takeOver, ct);
    }
}
