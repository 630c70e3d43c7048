using System.Text.Json;
using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>Bids as the clearing wants them: windows in slots, and what each pool of the market is worth to each of them.</summary>
internal sealed class AuctionBids
{
    /// <summary>The columns of <see cref="Bid"/> that an auction looks at.</summary>
    private const string Columns =
        """
        b.bid_id, b.buyer_id, b.from_at, b.until_at,
        CASE b.limit_basis WHEN 'scu_hour' THEN 'ScuHour' ELSE 'CardHour' END AS limit_basis, b.limit_nanos, b.currency, b.reference,
        b.state, b.version, b.execution AS execution_word, b.terms AS terms_json, b.workload, b.xor_group, b.priority_at, b.parts, b.filled
        """;

    private readonly IReadOnlyList<MarketPool> _pools;
    private readonly Instant _gate;
    private readonly Derates _derates;
    private readonly Dictionary<(OrganisationId, string), Workload?> _workloads = [];
    private readonly Dictionary<string, IReadOnlyList<BidPool>> _worth = new(StringComparer.Ordinal);
    private readonly HashSet<(string, long)> _awarded = [];
    private IReadOnlyList<Bid> _bids = [];

    private AuctionBids(IReadOnlyList<MarketPool> pools, Instant gate, Derates derates) =>
        (_pools, _gate, _derates) = (pools, gate, derates);

    /// <summary>Reads the bids b of a condition.</summary>
    /// <param name="pools">All pools of the market.</param>
    /// <param name="gate">The beginning of slot 0.</param>
    public static async Task<AuctionBids> Read(
        Session session, IReadOnlyList<MarketPool> pools, Instant gate, string condition, object scope)
    {
        var bids = new AuctionBids(pools, gate, await ListingBook.Now(session))
        {
            _bids = await Rows(session, condition, scope),
        };
        foreach (var (buyer, workload) in bids._bids.Where(b => b.Workload is not null).Select(b => (b.BuyerId, b.Workload!)).Distinct())
            bids._workloads.Add((buyer, workload), await WorkloadBook.Find(session, buyer, workload));
        bids._awarded.UnionWith(await session.Query<(string, long)>(
            $"SELECT w.bid_id, w.part FROM award w JOIN bid b ON b.bid_id = w.bid_id WHERE b.filled > 0 AND {condition}", scope));
        return bids;
    }

    /// <summary>The bids b of a condition, in order of id, with what an auction looks at.</summary>
    public static Task<IReadOnlyList<Bid>> Rows(Session session, string condition, object scope) =>
        session.Query<Bid>($"SELECT {Columns} FROM bid b WHERE {condition} ORDER BY b.bid_id", scope);

    /// <summary>
    /// The units of all bids; of one that is divisible, the parts that it has not been awarded. A bid whose window, cut to the auction,
    /// holds no hour is left out and waits.
    /// </summary>
    public IReadOnlyList<AuctionUnit> Units(IReadOnlyList<AuctionOffer> offers)
    {
        var cheapest = new Dictionary<AuctionPool, long>();
        foreach (var offer in offers)
            cheapest[offer.Pool] = Math.Min(offer.Ask.Nanos, cheapest.GetValueOrDefault(offer.Pool, long.MaxValue));
        var units = new List<AuctionUnit>();
        foreach (var group in _bids.GroupBy(b => GroupOf(b) ?? b.BidId.Value, StringComparer.Ordinal))
        {
            // One group at a time: with all pools beside every bid, a large market would not fit the memory.
            var members = group.Select(For).OfType<AuctionBid>().ToList();
            if (members.Count == 0) continue;
            try
            {
                units.AddRange(BidUnits.Of(members, cheapest).Units.Where(u => !_awarded.Contains((u.Id, u.Part))));
            }
            catch (ArgumentException)
            {
                // Worth more than can be written down, with a listing that rose since it was placed: it waits, and the market goes on.
            }
        }

        return units;
    }

    /// <summary>The bid of that id, if it was read and its window has an hour in the auction.</summary>
    public AuctionBid? Find(BidId bidId)
    {
        if (_bids.FirstOrDefault(b => b.BidId == bidId) is not { Terms: { } terms } bid || For(bid) is not { } wish) return null;

        // Of a bid of which parts were awarded, the cards stay.
        return wish with { PoolsOfHalf = bid.Filled > 0 ? [] : PoolsOf(bid, terms with { Cards = (terms.Cards + 1) / 2 }) };
    }

    /// <summary>What bids that exclude each other are called in an auction; null: it stands alone.</summary>
    public static string? GroupOf(Bid bid) => bid.XorGroup is { } name ? $"{bid.BuyerId}/{name}" : null;

    private AuctionBid? For(Bid bid)
    {
        if (bid.Terms is not { } terms) return null;
        var earliest = Math.Max(Hours(bid.FromAt, roundUp: true), 0);
        var latest = Math.Min(Hours(bid.UntilAt, roundUp: false), AuctionFacts.Slots);
        if (earliest >= latest) return null;
        return new()
        {
            Id = bid.BidId.Value, Buyer = bid.BuyerId.Value, Group = GroupOf(bid), Limit = bid.Limit, PlacedAt = bid.PriorityAt,
            Earliest = (int)earliest, Latest = (int)latest, Cards = terms.Cards, Slots = terms.Hours, Amount = terms.Amount,
            MinCards = terms.MinCards, MaxCards = terms.MaxCards, Spread = terms.Spread, ExactCards = terms.ExactCards,
            MinPartCards = terms.MinPartCards, MinPartSlots = terms.MinPartHours, Pools = PoolsOf(bid, terms),
        };
    }

    /// <summary>Bids that want the same of a pool share what was found out; windows and limits do not matter to it.</summary>
    private IReadOnlyList<BidPool> PoolsOf(Bid bid, BidTerms terms)
    {
        var work = bid.Workload is null ? null : _workloads.GetValueOrDefault((bid.BuyerId, bid.Workload));
        if (bid.Workload is not null && work is null) return [];
        var wanted = terms with
        {
            Hours = 0,
            Spread = false,
            ExactCards = false,
            MinPartHours = 0,
            MaxCards = 0,
            Amount = terms.Amount is null ? null : new StandardUnits(1),
        };
        var key = $"{bid.LimitBasis}|{bid.Workload}|{JsonSerializer.Serialize(wanted, WireJson.Messages)}";
        if (_worth.TryGetValue(key, out var known)) return known;
        return _worth[key] = [.. _pools.Select(p => p.For(bid, wanted, work, _derates))];
    }

    private long Hours(Instant at, bool roundUp)
    {
        const long hour = 3_600_000;
        var millis = (at - _gate).ToInt64Nanoseconds() / 1_000_000;
        return roundUp ? Floor(millis + hour - 1) : Floor(millis);

        static long Floor(long millis) => millis >= 0 ? millis / hour : -((-millis + hour - 1) / hour);
    }
}
