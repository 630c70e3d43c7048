using System.Text.Json;
using Marketplace.Billing;
using Marketplace.Contracts;

namespace Marketplace;

/// <summary>The receipts of awards, each as far as the reader may see it.</summary>
internal static class AwardBook
{
    private const string Select = "SELECT w.award_id, w.receipt, b.buyer_id FROM award w JOIN bid b ON b.bid_id = w.bid_id";

    /// <summary>A receipt: all of it for its buyer and for who sees all, the seller's part for a seller.</summary>
    /// <exception cref="Refusal">There is none, or it is of other people.</exception>
    public static async Task<AwardReceipt> Get(Session session, Caller caller, AwardId awardId)
    {
        var row = await session.Find<Row>($"{Select} WHERE w.award_id = @awardId", new { awardId });
        if (row is null) throw Refusal.NotFound("such award");
        var leases = await Leases(session, awardId);
        if (caller.SeesAll || row.BuyerId == caller.OrganisationId) return Whole(row, leases, withOffers: caller.SeesAll);
        var own = leases.Where(l => l.ProviderId == caller.OrganisationId).ToList();
        if (own.Count == 0) throw Refusal.NotFound("such award");
        var receipt = Whole(row, own, withOffers: true);
        return receipt with { BidId = null, Bid = null, Saving = null, Lines = [.. receipt.Lines.Where(l => l.LeaseId is not null)] };
    }

    /// <summary>What a bid was awarded, oldest first, as its buyer sees it.</summary>
    public static async Task<IReadOnlyList<AwardReceipt>> Of(Session session, Bid bid)
    {
        var rows = await session.Query<Row>($"{Select} WHERE w.bid_id = @BidId ORDER BY w.award_id", new { bid.BidId });
        var receipts = new List<AwardReceipt>();
        foreach (var row in rows) receipts.Add(Whole(row, await Leases(session, row.AwardId), withOffers: false));
        return receipts;
    }

    private static Task<IReadOnlyList<LeaseOf>> Leases(Session session, AwardId awardId) => session.Query<LeaseOf>(
        """
        SELECT l.lease_id, l.offer_id, g.provider_id FROM lease l JOIN agreement g ON g.lease_id = l.lease_id
        WHERE l.award_id = @awardId ORDER BY l.lease_id
        """,
        new { awardId });

    private static AwardReceipt Whole(Row row, IReadOnlyList<LeaseOf> leases, bool withOffers)
    {
        var receipt = JsonSerializer.Deserialize<AwardReceipt>(row.Receipt, WireJson.Messages)!;
        return receipt with
        {
            Lines =
            [
                .. receipt.Lines.Select(line => line with
                {
                    LeaseId = leases.FirstOrDefault(l => l.OfferId == line.OfferId)?.LeaseId,
                    OfferId = withOffers ? line.OfferId : null,
                }),
            ],
        };
    }

    private sealed record Row
    {
        public AwardId AwardId { get; init; }

        public string Receipt { get; init; } = "";

        public OrganisationId BuyerId { get; init; }
    }

    private sealed record LeaseOf
    {
        public LeaseId LeaseId { get; init; }

        public OfferId OfferId { get; init; }

        public OrganisationId ProviderId { get; init; }
    }
}
