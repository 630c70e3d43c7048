using NodaTime;

namespace Marketplace.Pricing;

/// <summary>
/// The canonical bytes of a snapshot, and back. The second form says of each offer how long its cards rest. Where none do the first one is
/// written, so that a market without drain times has the bytes and the hash that it had before there were any.
/// </summary>
internal static class SnapshotBytes
{
    private const string Plain = "auction-snapshot/1", WithDrain = "auction-snapshot/2";

    public static ReadOnlyMemory<byte> Of(AuctionSnapshot snapshot)
    {
        var bytes = new CanonicalBytes();
        var drains = snapshot.Offers.Any(o => o.DrainSlots > 0);
        bytes.Add(drains ? WithDrain : Plain);
        bytes.Add(snapshot.Number);
        bytes.Add(snapshot.Gate.ToUnixTimeTicks());
        bytes.Add(snapshot.Slots);
        bytes.Add(snapshot.Currency.Code);
        Add(bytes, snapshot.Parameters);
        var ordinals = new Dictionary<AuctionPool, int>(ReferenceEqualityComparer.Instance);
        bytes.Add(snapshot.Pools.Count);
        foreach (var pool in snapshot.Pools)
        {
            ordinals.Add(pool, ordinals.Count);
            bytes.Add(pool.Card);
            bytes.Add(pool.Tier);
            bytes.Add(pool.Region);
            bytes.Add(pool.BandPercent);
        }

        bytes.Add(snapshot.Offers.Count);
        foreach (var offer in snapshot.Offers) Add(bytes, offer, ordinals[offer.Pool], drains);
        bytes.Add(snapshot.Units.Count);
        foreach (var unit in snapshot.Units)
        {
            bytes.Add(unit.Id);
            bytes.Add(unit.Part);
            bytes.Add(unit.Owner);
            bytes.Add(unit.Limit.Nanos);
            bytes.Add(unit.PlacedAt.ToUnixTimeTicks());
            bytes.Add(unit.Options.Count);
            foreach (var option in unit.Options) Add(bytes, option, unit.Id, ordinals[option.Pool]);
        }

        return bytes.Written;
    }

    public static AuctionSnapshot Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        var form = reader.Text();
        if (form is not (Plain or WithDrain)) throw new FormatException($"the bytes are neither {Plain} nor {WithDrain}");
        var number = reader.Number();
        var gate = Instant.FromUnixTimeTicks(reader.Number());
        var slots = reader.Count();
        var currency = Currency.Of(reader.Text());
        var parameters = Parameters(ref reader);
        var pools = new AuctionPool[reader.Count()];
        for (var i = 0; i < pools.Length; i++) pools[i] = new(reader.Text(), reader.Text(), reader.Text(), reader.Count());
        var offers = new AuctionOffer[reader.Count()];
        for (var i = 0; i < offers.Length; i++) offers[i] = Offer(ref reader, pools, currency, form == WithDrain);
        var units = new AuctionUnit[reader.Count()];
        for (var i = 0; i < units.Length; i++) units[i] = Unit(ref reader, pools, currency);
        if (!reader.AtEnd) throw new FormatException("bytes follow the snapshot");
        return AuctionSnapshot.Of(number, gate, slots, currency, parameters, offers, units);
    }

    private static void Add(CanonicalBytes bytes, AuctionParameters parameters)
    {
        bytes.Add(parameters.SellerShare.Value);
        bytes.Add(parameters.ExactUnits);
        bytes.Add(parameters.ExactPlacements);
        bytes.Add(parameters.ExactNodes);
        bytes.Add(parameters.SearchUnits);
        bytes.Add(parameters.SearchIterations);
        bytes.Add(parameters.WideIterations);
        bytes.Add(parameters.UnitVersion);
        bytes.Add(parameters.BandVersion);
    }

    private static AuctionParameters Parameters(ref CanonicalReader reader) => new()
    {
        SellerShare = new(reader.Count()),
        ExactUnits = reader.Count(),
        ExactPlacements = reader.Count(),
        ExactNodes = reader.Count(),
        SearchUnits = reader.Count(),
        SearchIterations = reader.Count(),
        WideIterations = reader.Count(),
        UnitVersion = reader.Text(),
        BandVersion = reader.Text(),
    };

    private static void Add(CanonicalBytes bytes, AuctionOffer offer, int pool, bool drains)
    {
        bytes.Add(offer.Id);
        bytes.Add(offer.Owner);
        bytes.Add(pool);
        bytes.Add(offer.Ask.Nanos);
        bytes.Add(offer.Lot);
        bytes.Add(offer.MinSlots);
        bytes.Add(offer.MaxSlots);
        if (drains) bytes.Add(offer.DrainSlots);
        bytes.Add(offer.Free.Count);
        foreach (var run in offer.Free)
        {
            bytes.Add(run.From);
            bytes.Add(run.Until - run.From);
            bytes.Add(run.Cards);
        }
    }

    private static AuctionOffer Offer(ref CanonicalReader reader, AuctionPool[] pools, Currency currency, bool drains)
    {
        var (id, owner, pool) = (reader.Text(), reader.Text(), reader.Count());
        var (ask, lot, min, max) = (reader.Number(), reader.Count(), reader.Count(), reader.Count());
        var drain = drains ? reader.Count() : 0;
        var free = new CalendarRun[reader.Count()];
        for (var i = 0; i < free.Length; i++)
        {
            var (from, slots, cards) = (reader.Count(), reader.Count(), reader.Count());
            free[i] = new(from, from + slots, cards);
        }

        return new()
        {
            Id = id, Owner = owner, Pool = pools[pool], Ask = new(ask, currency), Lot = lot, MinSlots = min, MaxSlots = max,
            DrainSlots = drain, Free = free,
        };
    }

    private static void Add(CanonicalBytes bytes, PackageOption option, string unit, int pool)
    {
        bytes.Add(option.BidId == unit ? "" : option.BidId); // most units are one bid
        bytes.Add(pool);
        bytes.Add(option.Cards);
        bytes.Add(option.Slots);
        bytes.Add(option.Earliest);
        bytes.Add(option.Latest);
        bytes.Add((option.Spread ? 1 : 0) + (option.ExactCards ? 2 : 0));
        bytes.Add(option.Work.Micros);
        bytes.Add(option.Value.Nanos);
    }

    private static AuctionUnit Unit(ref CanonicalReader reader, AuctionPool[] pools, Currency currency)
    {
        var (id, part, owner) = (reader.Text(), reader.Count(), reader.Text());
        var limit = reader.Number();
        var placed = Instant.FromUnixTimeTicks(reader.Number());
        var options = new PackageOption[reader.Count()];
        for (var i = 0; i < options.Length; i++)
        {
            var (bid, pool) = (reader.Text(), reader.Count());
            var (cards, slots, earliest, latest) = (reader.Count(), reader.Count(), reader.Count(), reader.Count());
            var (flags, work, value) = (reader.Count(), reader.Number(), reader.Number());
            options[i] = new(bid.Length == 0 ? id : bid, pools[pool], cards, slots, earliest, latest, new(work), new(value, currency))
            {
                Spread = (flags & 1) != 0, ExactCards = (flags & 2) != 0,
            };
        }

        return new() { Id = id, Part = part, Owner = owner, Limit = new(limit, currency), PlacedAt = placed, Options = options };
    }
}
