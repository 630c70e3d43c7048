using Marketplace.Billing;
using Marketplace.Contracts;
using MassTransit;

namespace Marketplace;

/// <summary>Tries resting bids when there may be room: one session a bid, so that no match waits for another.</summary>
public sealed class MatchBids(Database database, MarketplaceOptions options) : IConsumer<CapacityOpened>, IConsumer<BidRested>
{
    public async Task Consume(ConsumeContext<CapacityOpened> context)
    {
        var offerId = context.Message.OfferId;
        long opened;
        IReadOnlyList<BidId> waiting = [];
        await using (var look = await database.Read(context.CancellationToken))
        {
            opened = await look.Scalar<long>(
                "SELECT CASE WHEN matched < opened THEN opened ELSE 0 END FROM offer WHERE offer_id = @offerId", new { offerId });

            // An earlier message of this offer has looked since: a burst of changes is one look.
            if (opened == 0) return;
            if (await OfferBook.Find(look, offerId) is { State: OfferState.Open } offer) waiting = await PostedBids.Waiting(look, offer);
        }

        foreach (var bidId in waiting) await Try(bidId, context.CancellationToken);
        await using var session = await database.Write(context.CancellationToken);
        await session.Execute(
            "UPDATE offer SET matched = @opened WHERE offer_id = @offerId AND matched < @opened",
            new { offerId, opened });
        await session.Commit();
    }

    public Task Consume(ConsumeContext<BidRested> context) => Try(context.Message.BidId, context.CancellationToken);

    private async Task Try(BidId bidId, CancellationToken ct)
    {
        await using var session = await database.Write(ct);
        if (await BidBook.Find(session, bidId) is not { State: BidState.Open } bid) return;
        await PostedBids.TryMatch(session, bid, options.CommissionBasisPoints);
        await session.Commit();
    }
}
