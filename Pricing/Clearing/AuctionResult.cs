using System.Security.Cryptography;

namespace Marketplace.Pricing;

/// <summary>
/// What came of a clearing: awards and losers by unit, prices by pool, reports by component. A function of the snapshot alone, to the byte,
/// whatever the number of threads.
/// </summary>
public sealed class AuctionResult
{
    internal AuctionResult(
        AuctionSnapshot snapshot, IReadOnlyList<Award> awards, IReadOnlyList<LostUnit> losers, IReadOnlyList<PoolPrices> prices,
        IReadOnlyList<ComponentReport> components, PruneReport pruned)
    {
        (SnapshotHash, Awards, Losers, Prices, Components, Pruned) = (snapshot.Hash, awards, losers, prices, components, pruned);
        Bytes = ToBytes();
        Hash = Convert.ToHexStringLower(SHA256.HashData(Bytes.Span));
    }

    /// <summary>The hash of the snapshot that was cleared.</summary>
    public string SnapshotHash { get; }

    /// <summary>The version of the algorithm: another version may award the same snapshot otherwise.</summary>
    public string Algorithm { get; } = Clearing.Version;

    /// <summary>By unit.</summary>
    public IReadOnlyList<Award> Awards { get; }

    /// <summary>By unit; with <see cref="Awards"/> it holds every unit of the snapshot once.</summary>
    public IReadOnlyList<LostUnit> Losers { get; }

    /// <summary>One for each pool of the snapshot, in its order.</summary>
    public IReadOnlyList<PoolPrices> Prices { get; }

    public IReadOnlyList<ComponentReport> Components { get; }

    public PruneReport Pruned { get; }

    /// <summary>All values less all asks, in nanos: what buyers and sellers together gain.</summary>
    public Int128 GainNanos => Components.Aggregate(Int128.Zero, (sum, c) => sum + c.GainNanos);

    /// <summary>No set of awards gains more than this, in nanos.</summary>
    public Int128 BoundNanos => Components.Aggregate(Int128.Zero, (sum, c) => sum + c.BoundNanos);

    /// <summary>The canonical bytes of all of the above.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>SHA-256 of <see cref="Bytes"/>, 64 small hexadecimal digits.</summary>
    public string Hash { get; }

    private ReadOnlyMemory<byte> ToBytes()
    {
        var bytes = new CanonicalBytes();
        bytes.Add("auction-result/1");
        bytes.Add(Algorithm);
        bytes.Add(SnapshotHash);
        bytes.Add(Awards.Count);
        foreach (var award in Awards) Add(bytes, award);
        bytes.Add(Losers.Count);
        foreach (var loser in Losers)
        {
            bytes.Add(loser.Unit);
            bytes.Add((int)loser.Class);
        }

        foreach (var slot in Prices.SelectMany(p => p.Slots))
        {
            bytes.Add((int)slot.State);
            if (slot.Price is { } price) bytes.Add(price.Nanos);
        }

        bytes.Add(Components.Count);
        foreach (var component in Components) Add(bytes, component);
        bytes.Add(Pruned.Options);
        bytes.Add(Pruned.NoOffer);
        bytes.Add(Pruned.NoGain);
        bytes.Add(Pruned.Units);
        return bytes.Written;
    }

    private static void Add(CanonicalBytes bytes, Award award)
    {
        bytes.Add(award.Unit);
        bytes.Add(award.Option);
        bytes.Add(award.Start);
        bytes.Add((int)award.Class);
        bytes.Add(award.AtPrice);
        bytes.Add(award.Pay.Nanos);
        bytes.Add(award.Parts.Count);
        foreach (var part in award.Parts)
        {
            bytes.Add(part.Offer);
            bytes.Add(part.Cards);
            bytes.Add(part.Pay.Nanos);
        }
    }

    private static void Add(CanonicalBytes bytes, ComponentReport component)
    {
        bytes.Add(component.Pools.Count);
        foreach (var pool in component.Pools) bytes.Add(pool);
        bytes.Add(component.Units);
        bytes.Add((int)component.Lane);
        bytes.Add(component.IsExact);
        bytes.Add(component.GainNanos);
        bytes.Add(component.BoundNanos);
    }
}

/// <summary>Why a unit got nothing.</summary>
public enum LossClass
{
    /// <summary>No offer could ever have carried it, at any price.</summary>
    NoOffer,

    /// <summary>Offers could have carried it, but all ask more than it is worth to the buyer.</summary>
    OutOfMoney,

    /// <summary>All that could have carried it is held by packages that are worth at least as much per card-hour.</summary>
    LostToHigher,

    /// <summary>It does not beat the price, yet part of what could have carried it is held by packages worth less per card-hour: its
    /// gang, lot or window did not fit in their place.</summary>
    NoRoom,

    /// <summary>
    /// It beats the published price and still does not fit: its gang, lot or window is in the way, or the rest between two packages.
    /// </summary>
    Paradox,
}

/// <summary>A unit of the snapshot that got nothing.</summary>
public sealed record LostUnit(int Unit, LossClass Class);

/// <summary>Which search a component's awards come from.</summary>
public enum Lane
{
    /// <summary>Branch and bound to the end: no other set of awards gains more.</summary>
    Exact,

    /// <summary>Many starts, ejection and forced insertion.</summary>
    Search,

    /// <summary>Greedy by gain over the root of the size, and forced insertion where sizes allow.</summary>
    Greedy,

    /// <summary>Guided by a clock on pool prices, then greedy.</summary>
    Guided,
}

/// <summary>How one component was cleared.</summary>
/// <param name="Pools">Its pools' numbers in the snapshot.</param>
/// <param name="Units">How many units could be awarded in it.</param>
/// <param name="IsExact">The gain is proven to be the largest.</param>
/// <param name="GainNanos">Values less asks of its awards.</param>
/// <param name="BoundNanos">Proven: no awards gain more.</param>
public sealed record ComponentReport(IReadOnlyList<int> Pools, int Units, Lane Lane, bool IsExact, Int128 GainNanos, Int128 BoundNanos);

/// <summary>What was dropped before the search.</summary>
/// <param name="Options">All options of the snapshot.</param>
/// <param name="NoOffer">Options that no offer could carry.</param>
/// <param name="NoGain">Options that offers could carry, but for more than they are worth.</param>
/// <param name="Units">Units left without any option.</param>
public sealed record PruneReport(int Options, int NoOffer, int NoGain, int Units);
