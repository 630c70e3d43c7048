using Marketplace.Pricing;
using NodaTime;

namespace Marketplace.Benchmarks;

/// <summary>Offers and bids from two tables; docs/clearing.md describes their columns.</summary>
internal sealed class ClearFiles
{
    /// <summary>The beginning of slot 0. Files know slots only, so any hour does as long as it is always the same.</summary>
    internal static readonly Instant Gate = Instant.FromUtc(2026, 1, 1, 0, 0);

    private readonly Currency _currency;
    private readonly List<AuctionOffer> _offers = [];
    private readonly List<AuctionBid> _bids = [];
    private readonly Dictionary<string, int> _offerOf = new(StringComparer.Ordinal);
    private readonly HashSet<string> _bidIds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _buyerOf = new(StringComparer.Ordinal); // of each group
    private AuctionPool[] _pools = [];

    private ClearFiles(Currency currency) => _currency = currency;

    internal IReadOnlyList<AuctionOffer> Offers => _offers;

    internal IReadOnlyList<AuctionBid> Bids => _bids;

    /// <summary>One more than the last slot that anybody names.</summary>
    internal int Slots { get; private set; } = 1;

    /// <exception cref="FormatException">A file is not of the form; file, line and column are named.</exception>
    internal static ClearFiles Read(string offers, string offersName, string bids, string bidsName, Currency currency)
    {
        var files = new ClearFiles(currency);
        foreach (var row in ClearTable.Read(
            offers, offersName, ["id", "card", "ask", "cards", "from", "until"],
            ["provider", "tier", "region", "band", "lot", "min_hours", "max_hours", "drain_hours"]))
            files.AddOffer(row);
        files._pools = [.. files._offers.Select(o => o.Pool).Distinct()];
        foreach (var row in ClearTable.Read(
            bids, bidsName, ["id", "limit", "earliest", "latest"],
            [
                "buyer", "kind", "cards", "hours", "amount", "min_cards", "max_cards", "min_part", "spread", "exact", "group",
                "placed", "pools",
            ]))
            files.AddBid(row);
        if (files._buyerOf.Keys.FirstOrDefault(files._bidIds.Contains) is { } group)
            throw new FormatException($"{bidsName}: the group {group} has the name of a bid");
        return files;
    }

    /// <summary>An offer, or, if its id was there before, another stretch of its calendar.</summary>
    private void AddOffer(ClearRow row)
    {
        var id = row.Required("id");
        var (from, until) = (row.Whole("from"), row.Whole("until"));
        if (until <= from || until > 10_000) throw row.Wrong("until", $"is after from ({from}) and at most 10000");
        var cards = row.Whole("cards");
        if (cards > CardCount.MaxCards) throw row.Wrong("cards", $"is at most {CardCount.MaxCards}");
        Slots = Math.Max(Slots, until);
        var offer = new AuctionOffer
        {
            Id = id,
            Owner = row.Text("provider", id),
            Pool = new(row.Required("card"), row.Text("tier", "any"), row.Text("region", "any"), row.Whole("band", 100)),
            Ask = row.Price("ask", _currency),
            Lot = row.Whole("lot", 1),
            MinSlots = row.Whole("min_hours", 1),
            MaxSlots = row.Whole("max_hours", 10_000),
            DrainSlots = row.Whole("drain_hours", 0),
            Free = [new(from, until, cards)],
        };
        if (offer.Lot is < 1 or > CardCount.MaxCards) throw row.Wrong("lot", $"is 1 to {CardCount.MaxCards}");
        if (offer.MinSlots < 1) throw row.Wrong("min_hours", "is 1 or more");
        if (offer.MaxSlots < offer.MinSlots) throw row.Wrong("max_hours", $"is at least min_hours ({offer.MinSlots})");
        if (offer.DrainSlots > AuctionOffer.MostDrainSlots) throw row.Wrong("drain_hours", $"is 0 to {AuctionOffer.MostDrainSlots}");
        if (_offerOf.TryAdd(id, _offers.Count))
        {
            _offers.Add(offer);
            return;
        }

        var known = _offerOf[id];

        if (_offers[known] with { Free = offer.Free } != offer)
            throw row.Wrong("id", $"offer {id} was there before with other terms; only cards, from and until may differ");
        if (_offers[known].Free.Any(r => r.From < until && from < r.Until))
            throw row.Wrong("from", $"overlaps another stretch of offer {id}");
        _offers[known] = offer with { Free = [.. _offers[known].Free, .. offer.Free] };
    }

    private void AddBid(ClearRow row)
    {
        var id = row.Required("id");
        if (!_bidIds.Add(id)) throw row.Wrong("id", $"bid {id} is there twice");
        var kind = row.Text("kind", row.Text("amount").Length > 0 ? "amount" : "gang");
        if (kind is not ("gang" or "divisible" or "divisible-time" or "amount"))
            throw row.Wrong("kind", $"'{kind}' is none of gang, divisible, divisible-time, amount");
        var (earliest, latest) = (row.Whole("earliest"), row.Whole("latest"));
        if (latest <= earliest || latest > 10_000) throw row.Wrong("latest", $"is after earliest ({earliest}) and at most 10000");
        Slots = Math.Max(Slots, latest);
        var isAmount = kind == "amount";
        var bid = new AuctionBid
        {
            Id = id,
            Buyer = row.Text("buyer", id),
            Group = row.Text("group") is { Length: > 0 } group ? group : null,
            Limit = row.Price("limit", _currency),
            PlacedAt = Gate - Duration.FromDays(365) + Duration.FromSeconds(row.Whole("placed", 0)),
            Earliest = earliest,
            Latest = latest,
            Cards = isAmount ? 0 : row.Whole("cards"),
            Slots = isAmount ? 0 : row.Whole("hours"),
            Amount = isAmount ? row.Parsed("amount", StandardUnits.Parse) : null,
            MinCards = row.Whole("min_cards", 1),
            MaxCards = row.Whole("max_cards", CardCount.MaxCards),
            MinPartCards = kind == "divisible" ? row.Whole("min_part", 1) : isAmount ? row.Whole("min_part", 0) : 0,
            MinPartSlots = kind == "divisible-time" ? row.Whole("min_part", 1) : 0,
            Spread = row.Flag("spread"),
            ExactCards = row.Flag("exact"),
            Pools = Pools(row),
        };
        try
        {
            // Every bid is tried alone, so that a contradiction is told with its line.
            BidUnits.Of([bid with { Group = null }], new Dictionary<AuctionPool, long>());
        }
        catch (ArgumentException e)
        {
            throw row.Wrong("id", e.Message);
        }

        if (bid.Group is not null && !_buyerOf.TryAdd(bid.Group, bid.Buyer) && _buyerOf[bid.Group] != bid.Buyer)
            throw row.Wrong("group", $"{bid.Group} has bids of {_buyerOf[bid.Group]} and {bid.Buyer}; a group has one buyer");
        _bids.Add(bid);
    }

    /// <summary>
    /// <c>CARD[/TIER[/REGION[/BAND]]]=UNITS[|UNITS...]</c>, separated by semicolons; a star or nothing stands for all, no units for 1.
    /// Of several entries that name a pool the first counts.
    /// </summary>
    private List<BidPool> Pools(ClearRow row)
    {
        var pools = new Dictionary<AuctionPool, BidPool>();
        foreach (var entry in row.Text("pools", "*").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = entry.Split('=');
            var name = parts[0].Split('/');
            if (parts.Length > 2 || name.Length > 4) throw row.Wrong("pools", $"'{entry}' is not CARD[/TIER[/REGION[/BAND]]]=UNITS");
            StandardUnits[] units;
            try
            {
                units = parts.Length == 1 ? [new(StandardUnits.MicrosPerUnit)] : [.. parts[1].Split('|').Select(StandardUnits.Parse)];
            }
            catch (FormatException e)
            {
                throw row.Wrong("pools", $"'{entry}': {e.Message}");
            }

            foreach (var pool in _pools.Where(p => Names(name, p)))
                pools.TryAdd(pool, new(pool, units[0]) { PerCardByShape = units.Length > 1 ? units : [] });
        }

        return [.. pools.Values];
    }

    private static bool Names(string[] name, AuctionPool pool)
    {
        string[] parts = [pool.Card, pool.Tier, pool.Region, $"{pool.BandPercent}"];
        return !name.Where((n, i) => n is not ("" or "*") && n != parts[i]).Any();
    }
}
