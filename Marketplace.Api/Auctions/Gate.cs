using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// Shuts the gate of an auction: in one transaction it takes the next number, marks the offers and bids that are in it, and journals what
/// they are. From then on the auction is held, whatever becomes of this host.
/// </summary>
internal static class Gate
{
    /// <summary>Shuts the gate. The caller commits.</summary>
    /// <param name="dueAt">The auction's instant in the schedule, held once by whoever comes first; null: on demand.</param>
    /// <param name="after">Told when a step is done.</param>
    /// <returns>The auction, or null when another host has held it, or there is nothing to clear: then do not commit.</returns>
    public static async Task<AuctionId?> Shut(Session session, Currency currency, Instant? dueAt, Action<AuctionStep>? after)
    {
        // The number's row first: whoever else would gate waits here until it can see what this one has done.
        var number = await session.Scalar<long>(
            "UPDATE auction_number SET number = number + 1 WHERE name = 'auction' RETURNING number");
        after?.Invoke(AuctionStep.Numbered);
        var held = await session.Scalar<long>(
            "SELECT COUNT(*) FROM auction WHERE currency = @currency AND (due_at = @dueAt OR state = 'gated')", new { currency, dueAt });
        if (held > 0) return null;
        var auctionId = session.NewId<AuctionId>();
        var gate = AuctionSchedule.GateAfter(session.Now);
        var scope = new { Auction = auctionId.Value, Currency = currency, Gate = gate, End = AuctionFacts.EndOf(gate) };
        var bids = await session.Execute(
            $"UPDATE bid AS b SET gated_by = @Auction WHERE b.gated_by IS NULL AND {AuctionFacts.Wished}", scope);
        if (bids == 0) return null;
        after?.Invoke(AuctionStep.BidsGated);
        await session.Execute(
            $"UPDATE offer AS o SET gated_by = @Auction, gate_at = @Gate WHERE o.gated_by IS NULL AND {AuctionFacts.ForSale}", scope);
        after?.Invoke(AuctionStep.OffersGated);

        // Whoever writes a calendar holds its offer's row, and this session has them all: what is read now stays until the commit.
        var facts = await AuctionFacts.Read(session, currency, gate, auctionId);
        if (facts.Units.Count == 0) return null;
        var snapshot = facts.Snapshot(number, currency);
        after?.Invoke(AuctionStep.Read);
        await Journal(session, auctionId, dueAt, snapshot);
        await LiveLog.Say(session, "auction.gated", auctionId.Value, new { number, currency = currency.Code, gate });
        after?.Invoke(AuctionStep.Journaled);
        return auctionId;
    }

    private static Task Journal(Session session, AuctionId auctionId, Instant? dueAt, AuctionSnapshot snapshot) => session.Execute(
        """
        INSERT INTO auction (auction_id, number, currency, due_at, gate, slots, state, offers, bids, snapshot, snapshot_hash, gated_at)
        VALUES (@auctionId, @Number, @Currency, @dueAt, @Gate, @Slots, 'gated', @Offers, @Bids, @Snapshot, @Hash, @Now)
        """,
        new
        {
            auctionId, snapshot.Number, snapshot.Currency, dueAt, snapshot.Gate, Slots = (long)snapshot.Slots,
            Offers = (long)snapshot.Offers.Count,
            Bids = (long)snapshot.Units.SelectMany(u => u.Options.Select(o => o.BidId).DefaultIfEmpty(u.Id))
                .Distinct(StringComparer.Ordinal).Count(),
            Snapshot = SnapshotText.Write(snapshot), snapshot.Hash, session.Now,
        });
}
