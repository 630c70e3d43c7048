namespace Marketplace.Pricing;

public sealed class HeadToHeadTests
{
    private static readonly Card H100 = Card("h100-sxm5-80gb"), H20 = Card("h20-96gb");

    [Fact]
    public void TheH20_BeatsTheH100_ByPrice_WhereMemoryBinds_AndLosesWhereArithmeticDoes()
    {
        var told = Compare(new(H100, Cny("20")), new(H20, Cny("7.50")));

        var decode = Assert.Single(told.Workloads, b => b.Workload == "llm-decode-interactive");
        var train = Assert.Single(told.Workloads, b => b.Workload == "llm-pretrain-bf16");
        Assert.Equal(("memory", "memory"), (decode.Left.Binds, decode.Right.Binds));
        Assert.Equal((Winner.Left, Winner.Right), (decode.ByWorth, decode.ByPrice));
        Assert.Equal(("compute", "compute"), (train.Left.Binds, train.Right.Binds));
        Assert.Equal((Winner.Left, Winner.Left), (train.ByWorth, train.ByPrice));
    }

    [Fact]
    public void EveryBout_CarriesTheFormulasOwnFigures()
    {
        var told = Compare(new(H100), new(H20));

        Assert.Equal(Workload.All.Select(w => w.Id), told.Workloads.Select(b => b.Workload));
        Assert.All(told.Workloads, b =>
        {
            var workload = Workload.Find(b.Workload)!;
            Assert.Equal(EffectiveUnits.Of(H100, workload).Units, b.Left.Units);
            Assert.Equal(EffectiveUnits.Of(H20, workload).Units, b.Right.Units);
        });
        Assert.Equal((H100.Scu, H20.ScuH), (told.Scu.Left.Units, told.ScuH.Right.Units));
        Assert.Equal("3.577", told.Scu.Ratio?.ToString()[..5]);
    }

    [Fact]
    public void Sides_ThatChangePlaces_ChangeTheVerdict()
    {
        var (one, other) = (Compare(new(H100, Cny("20")), new(H20, Cny("7"))), Compare(new(H20, Cny("7")), new(H100, Cny("20"))));

        Assert.All(one.Workloads.Zip(other.Workloads), pair =>
        {
            Assert.Equal(Mirror(pair.First.ByWorth), pair.Second.ByWorth);
            Assert.Equal(Mirror(pair.First.ByPrice), pair.Second.ByPrice);
            Assert.Equal(Mirror(pair.First.ByEnergy), pair.Second.ByEnergy);
        });
    }

    [Fact]
    public void ACardAgainstItself_IsEvenEverywhere() => Assert.All(
        Compare(new(H100, Cny("9")), new(H100, Cny("9"))).Workloads,
        b => Assert.Equal((Winner.Even, Winner.Even, Winner.Even, 1_000_000L), (b.ByWorth, b.ByPrice, b.ByEnergy, b.Ratio!.Value.Micros)));

    [Fact]
    public void ACardThatCannotDoTheWork_LosesToOneThatCan_AndHasNoRatio()
    {
        var without = CardRegistry.Default.Cards.First(c => c.ScuH is { Micros: 0 } && EffectiveUnits.Of(c, Hpc).Units is { Micros: 0 });

        var bout = Assert.Single(Compare(new(without), new(H100)).Workloads, b => b.Workload == Hpc.Id);

        Assert.Equal((Winner.Right, null), (bout.ByWorth, bout.Ratio));
        Assert.NotNull(bout.Left.Reason);
    }

    [Fact]
    public void AnUnratedCard_IsNotJudged()
    {
        var unrated = CardRegistry.Default.Cards.First(c => c.Scu is null);

        Assert.Equal(Winner.Nobody, Compare(new(unrated), new(H100)).Scu.ByWorth);
    }

    [Fact]
    public void Prices_InTwoCurrencies_AreNotCompared() => Assert.All(
        Compare(new(H100, Cny("9")), new(H20, UnitPrice.Parse("9", Currency.Usd))).Workloads,
        b => Assert.Equal(Winner.Nobody, b.ByPrice));

    // 700 W over 2.3926 SCU.
    [Fact]
    public void WattHours_AreBoardPowerOverUnits() =>
        Assert.Equal("292.567", Compare(new(H100), new(H20)).Scu.Left.WattHours.ToString());

    [Fact]
    public void ADerate_ReachesEveryBout()
    {
        var half = Compare(new(H100) { Derates = [.. Enum.GetValues<WorkClass>().Select(Half)] }, new(H20));

        Assert.All(half.Workloads.Zip(Compare(new(H100), new(H20)).Workloads), pair =>
            Assert.Equal(pair.Second.Left.Units?.Micros / 2, pair.First.Left.Units?.Micros));

        static Derate Half(WorkClass work) =>
            new(new(5_000), new(5_000), EvidenceTier.PlatformProbe, work, DerateLimit.Evidence, 1, null, ThroughputModel.ModelVersion);
    }

    private static Workload Hpc => Workload.Find("hpc-fp64")!;

    private static Winner Mirror(Winner winner) => winner switch
    {
        Winner.Left => Winner.Right,
        Winner.Right => Winner.Left,
        _ => winner,
    };

    private static HeadToHead Compare(Contender left, Contender right) => HeadToHead.Of(left, right, Workload.All);

    private static Card Card(string id) => CardRegistry.Default.Find(id)!;

    private static UnitPrice Cny(string amount) => UnitPrice.Parse(amount, Currency.Cny);
}
