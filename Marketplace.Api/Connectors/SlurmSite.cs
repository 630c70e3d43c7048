using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>What a provider says about its cluster: where its cards are, and how Slurm counts them.</summary>
internal sealed record SlurmSite
{
    /// <summary>The partition of the nodes that are for sale. It should admit reservations only (<c>ReqResv=YES</c>).</summary>
    public required string Partition { get; init; }

    /// <summary>Begins the names of the accounts and reservations that are the connector's; all others are left alone.</summary>
    public string Prefix { get; init; } = "mkt_";

    /// <summary>The generic resource of which one is a card, such as <c>gpu</c>; null: cards are counted by their CPUs.</summary>
    public string? Gres { get; init; }

    /// <summary>How many CPUs are kept free with each card; without <see cref="Gres"/> a card is that many CPUs. At least 1.</summary>
    public int CpusPerCard { get; init; } = 1;

    /// <summary>Whole nodes of this many cards are reserved, and not CPUs; null: CPUs.</summary>
    public int? CardsPerNode { get; init; }

    /// <summary>The offers whose leases this cluster serves; none: all of the provider's.</summary>
    public IReadOnlyList<OfferId> Offers { get; init; } = [];

    /// <summary>The host on which buyers log in.</summary>
    public required string LoginHost { get; init; }

    /// <summary>A program that is given a buyer's id and name, and prints its login; it makes one where there is none.</summary>
    public required string LoginProgram { get; init; }

    public bool Serves(ServedLease lease) => Offers.Count == 0 || Offers.Contains(lease.OfferId);

    /// <summary>What a reservation of so many cards asks for: CPUs rounded up to whole ones, or nodes to whole ones.</summary>
    public string Room(CardCount cards) => CardsPerNode is { } perNode
        ? $"NodeCnt={UpTo(cards.Millis, (long)perNode * CardCount.MillisPerCard)}"
        : $"TRES=cpu={UpTo((long)cards.Millis * CpusPerCard, CardCount.MillisPerCard)}";

    /// <summary>What an account may use at once while its leases hold so many cards; null: the reservations alone limit it.</summary>
    public string? Limit(CardCount cards) => Gres is null ? null : $"gres/{Gres}={UpTo(cards.Millis, CardCount.MillisPerCard)}";

    /// <summary>The cards that a job had; null: none.</summary>
    public CardCount? CardsOf(SacctRecord job)
    {
        var millis = Gres is null
            ? job.Tres("cpu") * CardCount.MillisPerCard / CpusPerCard
            : job.Tres($"gres/{Gres}") * CardCount.MillisPerCard;
        return millis > 0 ? new CardCount((int)Math.Min(millis, (long)CardCount.MaxCards * CardCount.MillisPerCard)) : null;
    }

    private static long UpTo(long amount, long unit) => (amount + unit - 1) / unit;
}
