using System.Numerics;
using Marketplace.Billing;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>The index over real leases: vintages, the trades behind a value, hosts that publish at once.</summary>
public sealed class IndexBookTests
{
    private const int FinalDays = 3;

    private static readonly MarketplaceOptions Options = new() { IndexFinalDays = FinalDays };

    [Theory]
    [EveryEngine]
    public async Task ADay_IsProvisionalWhenItIsOver_AndFinalThreeDaysLater(Engine engine)
    {
        await using var index = await Traded.Open(engine);
        await index.Trade(["10", "11", "12"]);

        await index.Tend("2026-01-01T23:59:59");
        Assert.Empty(await index.Values());
        await index.Tend("2026-01-02");
        Assert.Equal(["1 provisional", "1 provisional"], await index.Vintages());
        await index.Tend("2026-01-04T23:59");
        Assert.Equal(2, (await index.Values(all: true)).Count);
        await index.Tend("2026-01-05");
        Assert.Equal(["2 final", "2 final"], await index.Vintages());
        Assert.Equal(4, (await index.Values(all: true)).Count);
    }

    [Theory]
    [EveryEngine]
    public async Task AnIndex_PublishedLate_IsFinalAtOnce_OldestDayFirst(Engine engine)
    {
        await using var index = await Traded.Open(engine);
        await index.Trade(["10", "11", "12"]);
        index.Market.Clock.Now = Books.At("2026-01-03");
        await index.Trade(["13"]);

        await index.Tend("2026-01-10");

        Assert.Equal(
            ["2026-01-01 1 final", "2026-01-01 1 final", "2026-01-03 1 final", "2026-01-03 1 final"],
            (await index.Values(all: true)).Reverse().Select(v => $"{v.Day} {v.Vintage} {v.Kind.ToString().ToLowerInvariant()}"));
    }

    [Theory]
    [EveryEngine]
    public async Task AValue_IsWhatItsTradesSay_ByASlowFormula(Engine engine)
    {
        await using var index = await Traded.Open(engine);
        await index.Trade(
            ["10", "10", "11.5", "12", "13", "40", "0.5", "12.25"], cards: ["1", "0.5", "1", "0.25", "1", "0.1", "0.125", "1"]);
        await index.Trade(["20", "21"], cards: ["4", "8"]);
        await index.Trade(["30"], cards: ["64"]);

        await index.Tend("2026-01-02");

        var values = await index.Values();
        Assert.Equal(["MultiNode", "Node", "SingleCard"], values.Select(v => v.Tier.ToString()).Distinct().Order());
        foreach (var value in values)
        {
            var trades = await index.Market.Look(session => IndexBook.Trades(session, value.IndexId));
            Assert.Equal(value.Trades, trades.Count);
            Assert.Equal(Slowly(trades), value.Price?.Nanos);
        }
    }

    [Theory]
    [EveryEngine]
    public async Task ALeaseThatWasCancelled_IsGoneFromTheNextVintage(Engine engine)
    {
        await using var index = await Traded.Open(engine);
        await index.Trade(["10", "11", "12"]);
        var wash = await index.Trade(["400"], until: "2026-01-05");
        await index.Tend("2026-01-02");
        var before = (await index.Values())[0];

        await index.Market.Do(session => LeaseBook.End(session, wash[0].BuyerId, wash[0].LeaseId));
        await index.Tend("2026-01-05");

        var after = (await index.Values())[0];
        Assert.Equal((4, 3), (before.Trades, after.Trades));
        Assert.True(after.Price!.Value.Nanos < before.Price!.Value.Nanos);
        Assert.Equal(before, await index.Market.Look(session => IndexBook.Find(session, before.IndexId)));
        Assert.Equal(4, (await index.Market.Look(session => IndexBook.Trades(session, before.IndexId))).Count);
    }

    [Theory]
    [EveryEngine]
    public async Task PublishingAgain_WritesOnlyWhatChanged_AsACorrection(Engine engine)
    {
        await using var index = await Traded.Open(engine);
        var leases = await index.Trade(["10"], until: "2026-01-20", from: "2026-01-15");
        await index.Trade(["20"], cards: ["8"], until: "2026-01-20", from: "2026-01-15");
        await index.Tend("2026-01-06");

        Assert.Empty(await index.Again("2026-01-01"));
        await index.Market.Do(session => LeaseBook.End(session, leases[0].BuyerId, leases[0].LeaseId));
        var corrected = await index.Again("2026-01-01");

        Assert.Equal(
            [(GangTier.SingleCard, null, 2, IndexKind.Correction, 0), (GangTier.SingleCard, "cn-east", 2, IndexKind.Correction, 0)],
            corrected.Select(v => (v.Tier, v.Region, v.Vintage, v.Kind, v.Trades)));
        Assert.All(corrected, v => Assert.Null(v.Price));
        Assert.Empty(await index.Again("2026-01-01"));
    }

    [Theory]
    [EveryEngine]
    public async Task ADay_ThatIsNotOver_OrHasNoTrades_IsRefused(Engine engine)
    {
        await using var index = await Traded.Open(engine);
        await index.Trade(["10"]);

        foreach (var day in new[] { "2026-01-01", "2026-01-02", "2025-12-31" })
        {
            var refusal = await index.Market.Refused(session =>
                IndexBook.PublishAgain(session, IndexQuery.Day(day, "day"), FinalDays));
            Assert.Equal((RefusalCode.Invalid, "day"), (refusal.Code, refusal.Field));
        }
    }

    [Theory]
    [EveryEngine]
    public async Task HostsThatPublishAtOnce_PublishOnce(Engine engine)
    {
        await using var index = await Traded.Open(engine);
        await index.Trade(["10", "11", "12"]);
        index.Market.Clock.Now = Books.At("2026-01-02");
        await using var other = index.Market.Books.AnotherHost();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
            Task.Run(() => IndexPublisher.Tend(i % 2 == 0 ? index.Market.Database : other, Options))));

        Assert.Equal(["1 provisional", "1 provisional"], (await index.Values(all: true)).Select(Traded.Text));
    }

    [Theory]
    [EveryEngine]
    public async Task CorrectionsAtOnce_AreOne(Engine engine)
    {
        await using var index = await Traded.Open(engine);
        var leases = await index.Trade(["10", "12"], until: "2026-01-20", from: "2026-01-15");
        await index.Tend("2026-01-06");
        await index.Market.Do(session => LeaseBook.End(session, leases[0].BuyerId, leases[0].LeaseId));

        var published = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => index.Again("2026-01-01"))));

        Assert.Equal(2, published.Sum(p => p.Count));
        Assert.Equal(["2 correction", "2 correction"], await index.Vintages());
    }

    [Theory]
    [EveryEngine]
    public async Task ATrade_OnEitherSideOfMidnight_IsOfItsOwnDay(Engine engine)
    {
        await using var index = await Traded.Open(engine);
        index.Market.Clock.Now = Books.At("2026-01-01T23:59:59");
        await index.Trade(["10"]);
        index.Market.Clock.Now = Books.At("2026-01-02");
        await index.Trade(["20"]);

        await index.Tend("2026-01-03");

        Assert.Equal(
            [("2026-01-02", 1), ("2026-01-01", 1)], (await index.Values()).Where(v => v.Region is null).Select(v => (v.Day, v.Trades)));
    }

    [Theory]
    [EveryEngine]
    public async Task ATrade_CommittedAfterItsDayWasPublished_IsInTheNextVintage(Engine engine)
    {
        await using var index = await Traded.Open(engine);
        await index.Trade(["10"]);
        await index.Tend("2026-01-02");

        index.Market.Clock.Now = Books.At("2026-01-01T23:59:59");
        await index.Trade(["20"]);
        await index.Tend("2026-01-02T00:01");

        Assert.Equal(["1 provisional", "1 provisional"], (await index.Values(all: true)).Select(Traded.Text));
        await index.Tend("2026-01-05");
        Assert.Equal([2, 2], (await index.Values()).Select(v => v.Trades));
    }

    [Theory]
    [EveryEngine]
    public async Task ABidThatMatched_IsATrade_AndAnUnratedCardIsNone(Engine engine)
    {
        await using var index = await Traded.Open(engine);
        var provider = await index.Market.Provider("Somebody");
        await index.Market.Publish(provider, index.Market.Draft(card: "Wunderkarte 9000", ask: "1"));
        await index.Market.Publish(provider, index.Market.Draft(ask: "9"));
        var buyer = await index.Market.Buyer("Wisher");
        await index.Market.Place(buyer, MarketBooks.Bid(card: "Wunderkarte 9000", perCard: "2"));
        await index.Market.Place(buyer, MarketBooks.Bid(perUnit: "9"));

        await index.Tend("2026-01-02");

        var value = Assert.Single(await index.Values(), v => v.Region is null);
        var trade = Assert.Single(await index.Market.Look(session => IndexBook.Trades(session, value.IndexId)));
        Assert.Equal((TradeOrigin.Bid, MarketBooks.H100), (trade.Origin, trade.Card));
        Assert.Equal(MarketBooks.Price("9").PerStandardUnit(MarketBooks.H100Listed), value.Price);
        Assert.True(value.Thin);
    }

    [Theory]
    [EveryEngine]
    public async Task ATrade_BetweenHandsOfOneOwner_IsNeverCounted(Engine engine)
    {
        await using var index = await Traded.Open(engine);
        var lease = (await index.Trade(["10"]))[0];
        await index.Market.Do(session =>
            session.Execute("UPDATE trade SET buyer_id = seller_id WHERE lease_id = @LeaseId", new { lease.LeaseId }));

        await index.Tend("2026-01-02");

        Assert.Empty(await index.Values());
    }

    [Theory]
    [EveryEngine]
    public async Task AnAsk_IsHeldAgainstTheBandOfItsRegion_ElseOfAll(Engine engine)
    {
        await using var index = await Traded.Open(engine);
        await index.Trade(["10", "11", "12"]);
        await index.Tend("2026-01-02");
        var provider = await index.Market.Provider("Asker");
        var (cheap, dear, fair, far, unrated) = (
            await index.Market.Publish(provider, index.Market.Draft(ask: "9.99")),
            await index.Market.Publish(provider, index.Market.Draft(ask: "12.01")),
            await index.Market.Publish(provider, index.Market.Draft(ask: "12.00", region: "CN-East")),
            await index.Market.Publish(provider, index.Market.Draft(ask: "1.00", region: "eu-north")),
            await index.Market.Publish(provider, index.Market.Draft(card: "Wunderkarte 9000", ask: "1")));

        var bands = await index.Market.Look(session => FairBandBook.In(session, Currency.Cny));

        Assert.Equal(
            [(BandPlace.Below, "cn-east"), (BandPlace.Above, "cn-east"), (BandPlace.Within, "cn-east"), (BandPlace.Below, null)],
            new[] { cheap, dear, fair, far }.Select(o => (bands.Of(o)!.Place, bands.Of(o)!.Region)));
        Assert.Null(bands.Of(unrated));
        Assert.Null((await index.Market.Look(session => FairBandBook.In(session, Currency.Usd))).Of(cheap));
    }

    [Theory]
    [EveryEngine]
    public async Task ABand_SlidesOverSevenDays_AndIsForgotten(Engine engine)
    {
        await using var index = await Traded.Open(engine);
        var offer = await index.Market.Publish(await index.Market.Provider("Asker"), index.Market.Draft(ask: "15", region: "elsewhere"));
        await index.Trade(["10", "11", "12"]);
        Assert.Null(await Mark());
        await index.Tend("2026-01-02");
        Assert.Equal((BandPlace.Above, "2026-01-01"), ((await Mark())!.Place, (await Mark())!.Day));

        await index.Trade(["20", "21", "22"]);
        await index.Tend("2026-01-03");
        Assert.Equal(BandPlace.Within, (await Mark())!.Place);

        index.Market.Clock.Now = Books.At("2026-01-08");
        await index.Trade(["20", "21", "22"]);
        await index.Tend("2026-01-09");
        Assert.Equal(BandPlace.Below, (await Mark())!.Place);

        await index.Tend("2026-01-16");
        Assert.Null(await Mark());

        Task<BandMark?> Mark() => index.Market.Look(async session => (await FairBandBook.In(session, Currency.Cny)).Of(offer));
    }

    /// <summary>Each thousandth of a unit-hour counts ten times; a tenth of them goes at each end, what is left is averaged.</summary>
    private static long Slowly(IReadOnlyList<Trade> trades)
    {
        var each = trades.OrderBy(t => t.PriceNanos).SelectMany(t => Enumerable.Repeat(t.PriceNanos, (int)t.Volume * 10)).ToList();
        var cut = each.Count / 10;
        var kept = each.Skip(cut).Take(each.Count - (2 * cut)).ToList();
        var twice = kept.Aggregate(BigInteger.Zero, (sum, price) => sum + (2 * price));
        return (long)((twice + kept.Count) / (2 * kept.Count));
    }

    /// <summary>A market with trades of H100s in one region, each between two parties of its own.</summary>
    private sealed class Traded : IAsyncDisposable
    {
        private int _parties;

        private Traded(MarketBooks market) => Market = market;

        public MarketBooks Market { get; }

        public static async Task<Traded> Open(Engine engine) => new(await MarketBooks.Open(engine));

        /// <summary>One trade for each ask, per card-hour: from now on by quote, or from a later instant by a bid.</summary>
        public async Task<IReadOnlyList<Lease>> Trade(string[] asks, string[]? cards = null, string? until = null, string? from = null)
        {
            var leases = new List<Lease>();
            for (var i = 0; i < asks.Length; i++)
            {
                var count = cards?[i] ?? "1";
                var party = ++_parties;
                var seller = await Market.Provider($"Seller {party}");
                var buyer = await Market.Buyer($"Buyer {party}");
                var offer = await Market.Publish(
                    seller, Market.Draft(ask: asks[i], cards: "64", name: $"offer {party}", until: "2026-03-01"));
                var now = Market.Clock.Now;
                if (from is null)
                {
                    var end = until is null ? now + Duration.FromHours(1) : Books.At(until);
                    var wish = MarketBooks.Wish(cards: count, offer: offer.OfferId) with { UntilAt = end };
                    leases.Add(await Market.Rent(buyer, wish));
                }
                else
                {
                    var bid = await Market.Place(buyer, MarketBooks.Bid(cards: count, perCard: asks[i], from: from, until: until!));
                    leases.Add(await Market.Find(bid.LeaseId));
                }

                await Market.Do(session => OfferBook.Withdraw(session, seller, offer.OfferId, offer.Version));
            }

            return leases;
        }

        public async Task Tend(string at)
        {
            Market.Clock.MoveTo(Books.At(at));
            await IndexPublisher.Tend(Market.Database, Options);
        }

        public Task<IReadOnlyList<IndexValue>> Again(string day) =>
            Market.Do(session => IndexBook.PublishAgain(session, IndexQuery.Day(day, "day"), FinalDays));

        public Task<IReadOnlyList<IndexValue>> Values(bool all = false) =>
            Market.Look(session => IndexBook.List(session, new() { AllVintages = all }, null, 1000));

        public async Task<IReadOnlyList<string>> Vintages() => [.. (await Values()).Select(Text)];

        public static string Text(IndexValue value) => $"{value.Vintage} {value.Kind.ToString().ToLowerInvariant()}";

        public ValueTask DisposeAsync() => Market.DisposeAsync();
    }
}
