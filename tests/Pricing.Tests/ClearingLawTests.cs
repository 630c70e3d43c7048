namespace Marketplace.Pricing;

/// <summary>The law over generated markets, and for each rule a twin: a result bent in one place, which the rule must find.</summary>
public sealed class ClearingLawTests
{
    public static TheoryData<string> Rules => [.. ClearingLaw.All.Keys];

    [Fact]
    public void Law_OverSmallMarkets_IsKept()
    {
        for (var seed = 1; seed <= 400; seed++)
        {
            var snapshot = ClearingMarkets.Small(seed).Snapshot();
            var breaches = ClearingLaw.Breaches(snapshot, Clearing.Clear(snapshot)).ToList();
            Assert.True(breaches.Count == 0, $"seed {seed}: {string.Join("; ", breaches)}");
        }
    }

    [Fact]
    public void Law_OverMarketsWithoutTheExactSearch_IsKept()
    {
        for (var seed = 1; seed <= 100; seed++)
        {
            var market = seed % 10 == 0 ? ClearingMarkets.Middle(seed) : ClearingMarkets.Small(seed);
            var parameters = new AuctionParameters { ExactUnits = 0, SearchIterations = 300, SellerShare = new(5_000) };
            var snapshot = (market with { Parameters = parameters }).Snapshot();
            var breaches = ClearingLaw.Breaches(snapshot, Clearing.Clear(snapshot)).ToList();
            Assert.True(breaches.Count == 0, $"seed {seed}: {string.Join("; ", breaches)}");
        }
    }

    [Fact]
    public void Law_OverAMarketOfTheFastLanes_IsKept()
    {
        var parameters = new AuctionParameters { SearchUnits = 0, WideIterations = 500 };
        var snapshot = (ClearingMarkets.Large(1, 60, 300, 48).Resting(1) with { Parameters = parameters }).Snapshot();

        var result = Clearing.Clear(snapshot);

        Assert.Contains(result.Components, c => c.Lane is Lane.Greedy or Lane.Guided);
        Assert.Empty(ClearingLaw.Breaches(snapshot, result));
    }

    [Fact]
    public void Law_OverCardsForAnHour_IsKeptAndPaysUniformPrices()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var parameters = new AuctionParameters { ExactUnits = 0, SearchUnits = seed % 2 == 0 ? 0 : 2_000, SearchIterations = 300 };
            var snapshot = (ClearingMarkets.OneHour(seed, 6, 60, 8) with { Parameters = parameters }).Snapshot();

            var result = Clearing.Clear(snapshot);

            Assert.Empty(ClearingLaw.Breaches(snapshot, result));
            Assert.DoesNotContain(result.Awards, a => a.Class == SettlementClass.PaidAsBid);
        }
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Rule_OnABentResult_FindsIt(string rule)
    {
        var snapshot = ClearingExample.First().Snapshot();
        var result = Clearing.Clear(snapshot);
        var (first, last) = (result.Awards[0], result.Awards[^1]);
        var bent = rule switch
        {
            "nothing is sold twice, nor while it rests" => With(result, 0, first with { Parts = last.Parts }),
            "a gang is whole" => With(result, 0, first with { Parts = [first.Parts[0] with { Cards = 3 }] }),
            "one option of a unit at most" => With(result, 0, first, first),
            "window, duration, lot and owner hold" => With(result, 0, first with { Start = 2 }),
            "nobody pays above its bid or sells below its ask, and nothing is left over" =>
                With(result, 0, first with { Pay = new(first.Pay.Nanos - 1, Currency.Cny) }),
            "the class is the formula's" => With(result, 1, result.Awards[1] with { Class = SettlementClass.Supplement }),
            "every package gains" => With(result, 1),
            "exactly the paradox losers beat the price" => With(
                result, [.. result.Losers.Select(l => l with { Class = LossClass.Paradox })]),
            _ => throw new ArgumentOutOfRangeException(nameof(rule)),
        };

        Assert.Empty(ClearingLaw.All[rule](snapshot, result));
        Assert.NotEmpty(ClearingLaw.All[rule](snapshot, Rebuilt(snapshot, bent)));
    }

    [Fact]
    public void Rule_OnAPackageThatBeginsWhileItsCardRests_FindsIt()
    {
        var snapshot = ClearingExample.Resting(until: 4).Snapshot();
        var result = Clearing.Clear(snapshot);
        var rule = ClearingLaw.All["nothing is sold twice, nor while it rests"];

        Assert.Empty(rule(snapshot, result));
        Assert.Equal(["A at 2"], rule(snapshot, Rebuilt(snapshot, With(result, 1, result.Awards[1] with { Start = 2 }))));
    }

    private static (AuctionResult Of, IReadOnlyList<Award> Awards, IReadOnlyList<LostUnit> Losers) With(
        AuctionResult result, int at, params Award[] instead) =>
        (result, [.. result.Awards.Take(at), .. instead, .. result.Awards.Skip(at + 1)], result.Losers);

    private static (AuctionResult Of, IReadOnlyList<Award> Awards, IReadOnlyList<LostUnit> Losers) With(
        AuctionResult result, IReadOnlyList<LostUnit> losers) => (result, result.Awards, losers);

    private static AuctionResult Rebuilt(
        AuctionSnapshot snapshot, (AuctionResult Of, IReadOnlyList<Award> Awards, IReadOnlyList<LostUnit> Losers) bent) =>
        new(snapshot, bent.Awards, bent.Losers, bent.Of.Prices, bent.Of.Components, bent.Of.Pruned);
}
