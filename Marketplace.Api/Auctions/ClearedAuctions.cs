using System.Collections.Concurrent;
using Marketplace.Billing;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>A clearing with what can be asked of it.</summary>
internal sealed class ClearedAuction(AuctionSnapshot snapshot, AuctionResult result)
{
    private readonly Lazy<Explanations> _told = new(() => new(snapshot, result));

    public AuctionSnapshot Snapshot => snapshot;

    public AuctionResult Result => result;

    public Explanations Told => _told.Value;

    /// <summary>Critical limits that were asked for: each takes up to 26 clearings.</summary>
    public ConcurrentDictionary<string, UnitPrice?> Limits { get; } = new(StringComparer.Ordinal);
}

/// <summary>
/// The last clearings that were asked about, cleared again from the journal when they are not here: they take seconds and megabytes, so
/// only a few are kept. Thread-safe.
/// </summary>
internal sealed class ClearedAuctions
{
    private const int Most = 3;

    private readonly Lock _gate = new();
    private readonly List<(string Key, ClearedAuction Cleared)> _kept = [];

    /// <summary>The clearing of a journaled auction.</summary>
    /// <exception cref="Refusal">Another version of the algorithm cleared it.</exception>
    public async Task<ClearedAuction> Of(Session session, Auction auction)
    {
        if (Find(auction.SnapshotHash) is { } known) return known;
        if (auction.Algorithm != Clearing.Version)
        {
            throw Refusal.Conflict(
                $"Auction {auction.Number} was cleared by version {auction.Algorithm} of the algorithm, and this is {Clearing.Version}; "
                + "its receipts stay, its losses are no longer explained");
        }

        var snapshot = await AuctionBook.Snapshot(session, auction);
        var result = Clearing.Clear(snapshot);
        if (result.Hash != auction.ResultHash) throw new InvalidOperationException($"{auction.AuctionId} clears to another result");
        return Keep(auction.SnapshotHash, snapshot, result);
    }

    /// <summary>Keeps a clearing, and lets go of the oldest.</summary>
    public ClearedAuction Keep(string key, AuctionSnapshot snapshot, AuctionResult result)
    {
        var cleared = new ClearedAuction(snapshot, result);
        lock (_gate)
        {
            _kept.RemoveAll(k => k.Key == key);
            if (_kept.Count == Most) _kept.RemoveAt(0);
            _kept.Add((key, cleared));
        }

        return cleared;
    }

    public ClearedAuction? Find(string key)
    {
        lock (_gate) return _kept.Find(k => k.Key == key).Cleared;
    }
}
