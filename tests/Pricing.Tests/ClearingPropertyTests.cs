using System.Security.Cryptography;
using System.Text;

namespace Marketplace.Pricing;

/// <summary>
/// What holds between clearings: orders and threads, more capacity, higher limits, other scales, brute force, the textbook's market. Each
/// property takes the clearing as an argument, so that a twin can hand it a broken one, which it must find.
/// </summary>
public sealed class ClearingPropertyTests
{
    private delegate AuctionResult Clears(AuctionSnapshot snapshot);

    private delegate bool Holds(Clears clear, int seed);

    /// <summary>Each property, and a clearing that is broken in the one way that it is about.</summary>
    private static readonly Dictionary<string, (Holds Property, int Seeds, Clears Broken)> Properties = new(StringComparer.Ordinal)
    {
        ["the order of rows and the number of threads do not matter"] = (SameBytes, 60, s => Clearing.Clear(Rotated(s))),
        ["a search gains at most what the exact one does, and at least its lanes"] = (FastIsBetween, 60, WithoutTheBest),
        ["exact is what trying everything finds"] = (IsBruteForce, 150, WithoutTheBest),
        ["raising a winner's limit keeps it winning"] = (RaisingKeeps, 40, s => Clearing.Clear(Without(s, Dearest(s)))),
        ["more capacity never lowers the gain"] = (CapacityHelps, 60, s => Clearing.Clear(WithoutTheLargestOffer(s))),
        ["prices times k is gain times k"] = (Scales, 40, s => Clearing.Clear(Dearer(s))),
        ["one pool, one slot, one card is supply and demand"] = (IsTheCrossing, 300, s => Clearing.Clear(Shared(s))),
        ["two clearings never sell an hour twice"] = (TwoAuctionsAreDisjoint, 60, s => Clearing.Clear(WithAllCards(s))),
    };

    private static readonly Dictionary<string, AuctionSnapshot> FullCalendars = new(StringComparer.Ordinal);

    public static TheoryData<string> Names => [.. Properties.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Property_OverGeneratedMarkets_Holds(string name)
    {
        var (property, seeds, _) = Properties[name];
        for (var seed = 1; seed <= seeds; seed++) Assert.True(property(s => Clearing.Clear(s), seed), $"{name}: seed {seed}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Property_OfABrokenClearing_Fails(string name)
    {
        var (property, seeds, broken) = Properties[name];
        Assert.Contains(Enumerable.Range(1, seeds), seed => !property(broken, seed));
    }

    [Theory]
    [InlineData("exact is what trying everything finds")]
    [InlineData("two clearings never sell an hour twice")]
    public void Property_OfAClearingThatForgetsTheRest_Fails(string name)
    {
        var (property, seeds, _) = Properties[name];
        Assert.Contains(Enumerable.Range(1, seeds), seed => !property(s => Clearing.Clear(WithoutRest(s)), seed));
    }

    /// <summary>
    /// The digest of the results' hashes, recorded before there were drain times. Journals of that time are cleared to the same bytes, so
    /// the version of the algorithm is still the one that they name; who changes the version records the digest anew.
    /// </summary>
    [Fact]
    public void MarketsWithoutRest_AreClearedToTheBytesOfBeforeThereWasAny()
    {
        var parameters = new AuctionParameters { SearchUnits = 0, WideIterations = 500 };
        AuctionSnapshot[] snapshots =
        [
            .. Enumerable.Range(1, 100).Select(seed => ClearingMarkets.Small(seed, rests: false).Snapshot()),
            .. Enumerable.Range(1, 3).Select(seed => ClearingMarkets.Middle(seed, rests: false).Snapshot()),
            (ClearingMarkets.Large(1, 60, 300, 48) with { Parameters = parameters }).Snapshot(),
        ];

        var hashes = string.Concat(snapshots.Select(s => Clearing.Clear(s).Hash[..16]));
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(hashes)));

        Assert.Equal(("1", "0bcc105369838b3c9373d5aa7291cbb5274ec4bd63bca894bb465f156fec8e35"), (Clearing.Version, digest));
    }

    [Fact]
    public void Snapshot_OfADrainTimeOutOfRange_IsRefused()
    {
        var market = ClearingExample.Resting(until: 4);
        foreach (var drain in new[] { -1, 25 })
        {
            market.Offers[0] = market.Offers[0] with { DrainSlots = drain };
            Assert.Contains("offer A", Assert.Throws<ArgumentException>(() => market.Snapshot()).Message, StringComparison.Ordinal);
        }

        market.Offers[0] = market.Offers[0] with { DrainSlots = 1, Free = [new(0, 6, 1)] }; // the calendar ends with the rest
        Assert.Throws<ArgumentException>(() => market.Snapshot());
    }

    [Fact]
    public void Snapshot_OfItsBytes_IsItself()
    {
        for (var seed = 1; seed <= 30; seed++)
        {
            var snapshot = ClearingMarkets.Small(seed).Snapshot();
            var again = AuctionSnapshot.Read(snapshot.Bytes.Span);
            Assert.Equal(snapshot.Hash, again.Hash);
            Assert.Equal(Clearing.Clear(snapshot).Hash, Clearing.Clear(again).Hash);
        }
    }

    [Fact]
    public void Snapshot_OfBytesThatAreCutOrNotCanonical_IsRefused()
    {
        var bytes = ClearingMarkets.Small(3).Snapshot().Bytes.ToArray();

        Assert.Throws<FormatException>(() => AuctionSnapshot.Read(bytes.AsSpan(0, bytes.Length - 1)));
        Assert.Throws<FormatException>(() => AuctionSnapshot.Read([.. bytes, 0]));
        Assert.Throws<FormatException>(() => AuctionSnapshot.Read("nothing of the kind"u8));
    }

    [Fact]
    public void FastLanes_OnAnyNumberOfThreads_GiveTheSameBytes()
    {
        var parameters = new AuctionParameters { SearchUnits = 10, WideIterations = 800 };
        var snapshot = (ClearingMarkets.Large(5, 80, 400, 48) with { Parameters = parameters }).Snapshot();

        var one = Clearing.Clear(snapshot, threads: 1);

        Assert.Equal(one.Hash, Clearing.Clear(snapshot, threads: 2).Hash);
        Assert.Equal(one.Hash, Clearing.Clear(snapshot, threads: 7).Hash);
    }

    private static bool SameBytes(Clears clear, int seed)
    {
        var parameters = new AuctionParameters { ExactUnits = seed % 2 == 0 ? 32 : 0, SearchIterations = 200 };
        var market = ClearingMarkets.Small(seed) with { Parameters = parameters };
        var random = new Random(seed);
        var (offers, bids) = (market.Offers.ToArray(), market.Bids.ToArray());
        random.Shuffle(offers);
        random.Shuffle(bids);
        var shuffled = market with { Offers = offers, Bids = bids };
        return clear(market.Snapshot()).Bytes.Span.SequenceEqual(Clearing.Clear(shuffled.Snapshot(), threads: 1).Bytes.Span);
    }

    private static bool FastIsBetween(Clears clear, int seed)
    {
        var market = ClearingMarkets.Small(seed);
        var exact = Clearing.Clear(market.Snapshot());
        var search = clear((market with { Parameters = new() { ExactUnits = 0, SearchIterations = 300 } }).Snapshot());
        var lanes = Clearing.Clear((market with { Parameters = new() { SearchUnits = 0, WideIterations = 0 } }).Snapshot());
        return search.GainNanos <= exact.BoundNanos && search.GainNanos >= lanes.GainNanos;
    }

    private static bool IsBruteForce(Clears clear, int seed)
    {
        var snapshot = ClearingMarkets.Tiny(seed).Snapshot();
        var result = clear(snapshot);
        return result.Components.All(c => c.IsExact) && result.GainNanos == BruteForce.Gain(snapshot);
    }

    private static bool RaisingKeeps(Clears clear, int seed)
    {
        var market = ClearingMarkets.Small(seed);
        var before = Clearing.Clear(market.Snapshot());
        if (before.Awards.Count == 0 || before.Components.Any(c => !c.IsExact)) return true;
        var units = market.Snapshot().Units;
        var winner = units[before.Awards[seed % before.Awards.Count].Unit];
        var raised = winner with
        {
            Limit = winner.Limit with { Nanos = winner.Limit.Nanos * 2 },
            Options = [.. winner.Options.Select(o => o with { Value = new(o.Value.Nanos * 2, Currency.Cny) })],
        };
        var snapshot = With(market.Snapshot(), [.. units.Select(u => ReferenceEquals(u, winner) || u == winner ? raised : u)]);
        var after = clear(snapshot);
        return after.Components.Any(c => !c.IsExact)
            || (after.SnapshotHash == snapshot.Hash && after.Awards.Any(a => IsRaised(snapshot.Units[a.Unit])));

        bool IsRaised(AuctionUnit unit) => unit.Id == raised.Id && unit.Part == raised.Part;
    }

    private static bool CapacityHelps(Clears clear, int seed)
    {
        var market = ClearingMarkets.Small(seed);
        var more = market with
        {
            Offers = [.. market.Offers.Select((o, i) => i == 0 ? More(o) : o)],
        };
        var (before, after) = (Clearing.Clear(market.Snapshot()), clear(more.Snapshot()));
        return before.Components.Concat(after.Components).Any(c => !c.IsExact) || after.GainNanos >= before.GainNanos;

        static AuctionOffer More(AuctionOffer offer) => offer with { Free = [.. offer.Free.Select(r => r with { Cards = r.Cards + 3 })] };
    }

    private static bool Scales(Clears clear, int seed)
    {
        const int k = 7;
        var market = ClearingMarkets.Small(seed);
        // A limit of whole thousandths times millionths of a unit is whole nanos, so that nothing is rounded before the scaling.
        var dearer = market with
        {
            Offers = [.. market.Offers.Select(o => o with { Ask = o.Ask with { Nanos = o.Ask.Nanos * k } })],
            Bids = [.. market.Bids.Select(b => b with { Limit = b.Limit with { Nanos = b.Limit.Nanos * k } })],
        };
        var (before, after) = (clear(market.Snapshot()), Clearing.Clear(dearer.Snapshot()));
        return before.Components.Concat(after.Components).Any(c => !c.IsExact) || after.GainNanos == before.GainNanos * k;
    }

    private static bool IsTheCrossing(Clears clear, int seed)
    {
        var snapshot = ClearingMarkets.OneSlot(seed).Snapshot();
        var result = clear(snapshot);
        var asks = snapshot.Offers.SelectMany(o => o.Free.SelectMany(r => Enumerable.Repeat(o.Ask.Nanos, r.Cards))).Order().ToList();
        var values = snapshot.Units.Select(u => u.Options[0].Value.Nanos).OrderDescending().ToList();
        var trades = asks.Zip(values).TakeWhile(x => x.First < x.Second).Count();
        if (result.Awards.Count != trades || result.Losers.Any(l => l.Class == LossClass.Paradox)) return false;
        if (trades == 0) return result.Prices.SelectMany(p => p.Slots).All(s => s.State != SlotState.Traded);
        var price = Math.Max(asks[trades - 1], trades < values.Count ? values[trades] : 0);
        return result.Prices[0].Slots[0].Price!.Value.Nanos == price && result.Awards.All(a => a.Pay.Nanos == price);
    }

    private static bool TwoAuctionsAreDisjoint(Clears clear, int seed)
    {
        var market = ClearingMarkets.Small(seed);
        var first = market.Snapshot();
        var left = first.Offers.Select(o => ClearingLaw.Free(first, o)).ToArray();
        ClearingLaw.Take(first, Clearing.Clear(first), left);
        var second = market with
        {
            Offers = [.. first.Offers.Select((o, i) => o with { Free = [.. left[i].Select((n, t) => new CalendarRun(t, t + 1, n))] })],
            Bids = ClearingMarkets.Small(seed).Bids,
        };
        var snapshot = second.Snapshot();
        FullCalendars[snapshot.Hash] = first;
        ClearingLaw.Take(snapshot, clear(snapshot), left);
        return left.SelectMany(row => row).All(n => n >= 0);
    }

    private static AuctionSnapshot With(
        AuctionSnapshot s, IReadOnlyList<AuctionUnit>? units = null, IReadOnlyList<AuctionOffer>? offers = null) =>
        AuctionSnapshot.Of(s.Number, s.Gate, s.Slots, s.Currency, s.Parameters, offers ?? s.Offers, units ?? s.Units);

    /// <summary>Broken: depends on something that is not in the snapshot's facts.</summary>
    private static AuctionSnapshot Rotated(AuctionSnapshot s) =>
        With(s, offers: [.. s.Offers.Select((o, i) => o with { Id = s.Offers[(i + 1) % s.Offers.Count].Id })]);

    private static AuctionResult WithoutTheBest(AuctionSnapshot s)
    {
        var result = Clearing.Clear(s);
        return result.Awards.Count == 0 ? result : Clearing.Clear(Without(s, s.Units[result.Awards[0].Unit]));
    }

    private static AuctionUnit Dearest(AuctionSnapshot s) => s.Units.MaxBy(u => u.Limit.Nanos)!;

    private static AuctionSnapshot Without(AuctionSnapshot s, AuctionUnit unit) =>
        With(s, [.. s.Units.Where(u => u.Id != unit.Id || u.Part != unit.Part)]);

    private static AuctionSnapshot WithoutTheLargestOffer(AuctionSnapshot s)
    {
        var largest = s.Offers.MaxBy(o => o.Free.Sum(r => r.Cards))!;
        return With(s, offers: [.. s.Offers.Where(o => o.Id != largest.Id)]);
    }

    private static AuctionSnapshot Dearer(AuctionSnapshot s) =>
        With(s, offers: [.. s.Offers.Select(o => o with { Ask = o.Ask with { Nanos = o.Ask.Nanos + 10_000_000 } })]);

    private static AuctionSnapshot Shared(AuctionSnapshot s) => AuctionSnapshot.Of(
        s.Number, s.Gate, s.Slots, s.Currency, s.Parameters with { SellerShare = new(5_000) }, s.Offers, s.Units);

    /// <summary>Broken: lets a package follow another at once.</summary>
    private static AuctionSnapshot WithoutRest(AuctionSnapshot s) => With(s, offers:
    [
        .. s.Offers.Select(o => o with
        {
            DrainSlots = 0,
            Free = [.. o.Free.Where(r => r.From < s.Slots).Select(r => r with { Until = Math.Min(r.Until, s.Slots) })],
        }),
    ]);

    /// <summary>Broken: forgets what the auction before has sold.</summary>
    private static AuctionSnapshot WithAllCards(AuctionSnapshot s) => With(s, offers: FullCalendars[s.Hash].Offers);
}
