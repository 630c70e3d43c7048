namespace Marketplace.Pricing;

/// <summary>
/// The expected figures were computed apart from the product, in exact fractions, month by month, by the rules of Economics' README.
/// </summary>
public sealed class BreakEvenTests
{
    private static readonly Petaflops R0 = Petaflops.Of(ScuFormula.R0)!.Value;

    /// <summary>The quoted hundred PFLOPS: 312.5 cards of R0's kind, 600 million CNY.</summary>
    private static readonly Venture Hundred = new()
    {
        Capex = Money.Parse("600000000.00", Currency.Cny), Cards = CardCount.Parse("312.5"), Price = Cny("120"), PriceFall = new(1_000),
        Utilisation = new(6_000), OpexPerYear = Money.Parse("30000000.00", Currency.Cny), Commission = new(500),
        PowerPerCardHour = EnergyCost.Of(Power.Parse("700"), new(Cny("0.65"), Pue.Parse("1.3"))).EnergyPerCardHour,
        HorizonMonths = 120,
    };

    [Fact]
    public void AHundredPetaflops_For600MillionYuan_Are1920000YuanAnR0()
    {
        var hundred = Petaflops.Parse("100");
        var quoted = Money.Parse("600000000.00", Currency.Cny);
        var cards = Fleet.Cards(hundred, R0);

        Assert.Equal("0.32", R0.ToString());
        Assert.Equal("312.5", cards.ToString());
        Assert.Equal(quoted, Fleet.Capex(quoted, hundred));
        Assert.Equal("1920000.00", Fleet.PerCard(quoted, cards).Amount);
        Assert.Equal("1920000.00", Fleet.Capex(quoted, R0).Amount);
    }

    [Fact]
    public void Month_OfTheHundred_IsToTheCent()
    {
        var month = Hundred.Month(Hundred.Price);

        Assert.Equal("0.5915", Hundred.PowerPerCardHour.Amount);
        Assert.Equal(
            ("16425000.00", "821250.00", "2500000.00", "134935.94", "12968814.06", "0.00"),
            (month.Revenue.Amount, month.Commission.Amount, month.Opex.Amount, month.Power.Amount, month.Owner.Amount,
                month.Operator.Amount));
    }

    [Theory]
    [InlineData(6_000, 1_000, 59, "601088158.61")]
    [InlineData(6_000, 0, 47, "609534260.82")]
    [InlineData(8_000, 1_000, 38, "606784724.28")]
    [InlineData(8_000, 0, 34, "617782178.04")]
    public void Payback_IsTheFirstMonthAtWhoseEndTheCapitalIsBack(int utilisation, int fall, int months, string paid)
    {
        var payback = Payback.Of(Hundred with { Utilisation = new(utilisation), PriceFall = new(fall) }, 120);

        Assert.Equal((months, null, paid), (payback.Months, payback.WhyNot, payback.PaidBack.Amount));
    }

    [Theory]
    [InlineData("20", 0, 60, NoPayback.CostsExceedRevenue)]
    [InlineData("60", 0, 60, NoPayback.BeyondHorizon)]
    [InlineData("60", 4_000, 120, NoPayback.PriceFallsBelowCosts)]
    public void Payback_ThatDoesNotCome_SaysWhy(string price, int fall, int horizon, NoPayback why) =>
        Assert.Equal((null, why), Told(Payback.Of(Hundred with { Price = Cny(price), PriceFall = new(fall) }, horizon)));

    [Fact]
    public void BreakEven_OfTheHundred_IsTheWorkedExample()
    {
        var told = BreakEven.Of(Hundred);

        Assert.Equal("164.322712877", told.Ask?.Amount);
        Assert.Equal(8_217, told.UtilisationNeeded?.Value);
        Assert.Equal("123.242034658", told.AtEighty.Ask?.Amount);
        Assert.Equal((38, -21), (told.AtEighty.Payback.Months!.Value, told.AtEighty.MonthsChange!.Value));
        Assert.Equal(10, told.Years.Count);
        Assert.Equal(("108.00", "97.20"), (told.Years[1].Price.Amount, told.Years[2].Price.Amount));
        Assert.Equal(20, told.Sensitivity.Count);
        Assert.Equal(59, Assert.Single(told.Sensitivity, c => c is { PriceChange: 0, Utilisation.Value: 6_000 }).Payback.Months);
    }

    [Fact]
    public void Ask_IsTheLeastThatPaysBackInTime()
    {
        var ask = BreakEven.Of(Hundred).Ask!.Value;
        var less = ask with { Nanos = ask.Nanos - 1 };

        Assert.Equal(36, Payback.Of(Hundred with { Price = ask }, 36).Months);
        Assert.Null(Payback.Of(Hundred with { Price = less }, 36).Months);
    }

    [Fact]
    public void UtilisationNeeded_IsTheLeastThatPaysBackInTime_OrNone()
    {
        Assert.NotNull(Payback.Of(Hundred with { Utilisation = new(8_217) }, 36).Months);
        Assert.Null(Payback.Of(Hundred with { Utilisation = new(8_216) }, 36).Months);
        Assert.Equal(4_109, BreakEven.Of(Hundred with { Price = Cny("240") }).UtilisationNeeded?.Value);
        Assert.Null(BreakEven.Of(Hundred with { Price = Cny("60") }).UtilisationNeeded);
    }

    [Fact]
    public void Ask_ThatNoPriceReaches_IsNone() =>
        Assert.Null(BreakEven.Of(Hundred with { Commission = new(BasisPoints.Whole) }).Ask);

    [Theory]
    [InlineData(10_000, 10_000)]
    [InlineData(7_000, 10_000)]
    [InlineData(3_333, 0)]
    public void Month_OfOwnerAndOperator_LosesNothing(int share, int costs)
    {
        var month = (Hundred with { OwnerShare = new(share), OwnerCosts = new(costs) }).Month(Cny("77.777777777"));

        Assert.Equal(month.Revenue, month.Commission + month.Opex + month.Power + month.Owner + month.Operator);
        Assert.Equal(
            Rating.Share(month.Revenue - month.Commission, new(share)) - Rating.Share(month.Opex + month.Power, new(costs)), month.Owner);
    }

    [Theory]
    [InlineData(10_000, "134935.94")]
    [InlineData(0, "80961.56")]
    [InlineData(3_000, "97153.88")]
    public void Power_OfIdleCards_IsTheirShareOfFullDraw(int idle, string power) =>
        Assert.Equal(power, (Hundred with { IdleDraw = new(idle) }).Month(Hundred.Price).Power.Amount);

    [Fact]
    public void PerUnit_IsRoundedUp_SoThatItStillPaysBack() =>
        Assert.Equal("3.333333334", BreakEven.PerUnit(Cny("10"), StandardUnits.Parse("3")).Amount);

    // 700 W x 1.3 = 910 Wh; x 0.65 = 0.5915 CNY; x 550 g/kWh = 500.5 g; x 90 CNY/t = 0.045045 CNY.
    [Fact]
    public void Energy_OfACardHour_IsPowerTimesPueTimesTariff()
    {
        var cost = EnergyCost.Of(Power.Parse("700"), new(Cny("0.65"), Pue.Parse("1.3"), Carbon.Parse("550"), Cny("90")));

        Assert.Equal(
            ("910", "0.5915", "500.5", "0.045045", "0.636545"),
            (cost.WattHoursPerCardHour.ToString(), cost.EnergyPerCardHour.Amount, cost.CarbonGramsPerCardHour.ToString(),
                cost.CarbonPerCardHour?.Amount, cost.TotalPerCardHour.Amount));
    }

    [Fact]
    public void Energy_WithoutTheGridsEmissions_HasNoCarbon()
    {
        var cost = EnergyCost.Of(Power.Parse("700"), new(Cny("0.65"), Pue.One));

        Assert.Equal((null, null, "0.455"), (cost.CarbonGramsPerCardHour, cost.CarbonPerCardHour, cost.TotalPerCardHour.Amount));
    }

    [Fact]
    public void Energy_AtEveryLimitTogether_DoesNotOverflow()
    {
        var cost = EnergyCost.Of(Power.Parse("1000000"), new(Cny("1000000"), Pue.Parse("5"), Carbon.Parse("10000"), Cny("1000000")));

        Assert.Equal("5000000000.00", cost.EnergyPerCardHour.Amount);
        Assert.Equal("50000000.00", cost.CarbonPerCardHour?.Amount);
    }

    [Fact]
    public void Power_OfACardWithoutOne_IsUnknown() => Assert.All(
        CardRegistry.Default.Cards,
        c => Assert.Equal(c.PowerWatts is > 0, Power.Of(c) is not null));

    [Theory]
    [InlineData("pue", "0.99")]
    [InlineData("pue", "5.001")]
    [InlineData("pue", "1.0001")]
    [InlineData("watts", "0")]
    [InlineData("watts", "-700")]
    [InlineData("watts", "NaN")]
    [InlineData("pflops", "0")]
    [InlineData("pflops", "1e3")]
    [InlineData("pflops", "1000001")]
    [InlineData("grams", "-1")]
    [InlineData("grams", "10001")]
    public void Quantity_ThatCannotBe_IsRefused(string kind, string text) => Assert.Throws<FormatException>(() => kind switch
    {
        "pue" => Pue.Parse(text).ToString(),
        "watts" => Power.Parse(text).ToString(),
        "pflops" => Petaflops.Parse(text).ToString(),
        _ => Carbon.Parse(text).ToString(),
    });

    private static UnitPrice Cny(string amount) => UnitPrice.Parse(amount, Currency.Cny);

    private static (int? Months, NoPayback? WhyNot) Told(Payback payback) => (payback.Months, payback.WhyNot);
}
