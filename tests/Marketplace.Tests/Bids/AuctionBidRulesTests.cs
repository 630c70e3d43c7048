using Marketplace.Billing;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

public class AuctionBidRulesTests
{
    private static readonly Instant Now = Books.At("2026-01-01T12:30");

    private static readonly BidDraft Good = MarketBooks.Wanted();

    private static readonly BidDraft Work = Good with
    {
        Cards = null,
        Hours = null,
        Amount = StandardUnits.Parse("100"),
        MinCards = 2,
        MaxCards = 16,
    };

    /// <summary>Every refusal: what is wrong, the field that is named, and a word of the remedy.</summary>
    public static TheoryData<string, BidDraft, string, string> Wrongs => new()
    {
        { "begins in the past", Good with { FromAt = Books.At("2026-01-01T12:29") }, "fromAt", "now" },
        { "ends before it begins", Good with { UntilAt = Good.FromAt }, "untilAt", "after fromAt" },
        { "a window of years", Good with { UntilAt = Books.At("2027-02-01") }, "untilAt", "366 days" },
        { "no limit", Good with { LimitPerScuHour = null }, "limitPerScuHour", "exactly one" },
        { "two limits", Good with { LimitPerCardHour = MarketBooks.Price("1") }, "limitPerScuHour", "exactly one" },
        { "a limit of nothing", Good with { LimitPerScuHour = MarketBooks.Price("0") }, "limitPerScuHour.amount", "above zero" },
        { "a limit beyond reason", Good with { LimitPerScuHour = MarketBooks.Price("1000001") }, "limitPerScuHour.amount", "1000000" },
        {
            "any card per card-hour", Good with { Card = "any", LimitPerScuHour = null, LimitPerCardHour = MarketBooks.Price("1") },
            "limitPerCardHour", "named card"
        },
        {
            "an amount per card-hour", Work with { LimitPerScuHour = null, LimitPerCardHour = MarketBooks.Price("1") },
            "limitPerCardHour", "per SCU-hour"
        },
        {
            "a workload per card-hour",
            Good with { Workload = "llm-prefill", LimitPerScuHour = null, LimitPerCardHour = MarketBooks.Price("1") },
            "limitPerCardHour", "leave out the workload"
        },
        { "an unrated card per SCU-hour", Good with { Card = "Warp Nine" }, "limitPerScuHour", "per card-hour" },
        { "neither cards nor amount", Good with { Cards = null, Hours = null }, "cards", "or an amount" },
        { "cards and an amount", Good with { Amount = StandardUnits.Parse("1"), Hours = null }, "cards", "either" },
        { "hours and an amount", Work with { Hours = 2 }, "hours", "leave it out" },
        { "half a card", Good with { Cards = CardCount.Parse("0.5") }, "cards", "posted" },
        { "no hour", Good with { Hours = 0 }, "hours", "1 to 336" },
        { "more hours than an auction sells", Good with { Hours = 337 }, "hours", "1 to 336" },
        { "more hours than the window", Good with { Hours = 25 }, "hours", "24 whole hours" },
        { "no hours in a long window", Good with { Hours = null, UntilAt = Books.At("2026-02-01") }, "hours", "is needed" },
        {
            "no whole hour", Good with { FromAt = Books.At("2026-01-02T00:10"), UntilAt = Books.At("2026-01-02T01:50") }, "untilAt",
            "rounded inward"
        },
        { "fewest cards without an amount", Good with { MinCards = 1 }, "minCards", "amount" },
        { "most cards without an amount", Good with { MaxCards = 1 }, "maxCards", "amount" },
        { "an amount of nothing", Work with { Amount = default(StandardUnits) }, "amount", "above zero" },
        { "fewer than one card", Work with { MinCards = 0 }, "minCards", "1 to 65535" },
        { "more cards than there can be", Work with { MaxCards = 65_536 }, "maxCards", "1 to 65535" },
        { "fewest above most", Work with { MinCards = 17 }, "minCards", "maxCards" },
        { "an amount that is too much", Work with { Amount = StandardUnits.Parse("1000000") }, "amount", "widen the window" },
        { "an amount divided in time", Work with { MinPartHours = 1 }, "minPartHours", "minPartCards" },
        { "two names for the fewest", Work with { MinPartCards = 1 }, "minCards", "minPartCards" },
        { "a part above the whole amount", Work with { MinCards = null, MinPartCards = 17 }, "minPartCards", "1 to 16" },
        { "a part of no card", Good with { MinPartCards = 0 }, "minPartCards", "1 to 8" },
        { "a part above the whole", Good with { MinPartCards = 9 }, "minPartCards", "1 to 8" },
        { "a part of no hour", Good with { MinPartHours = 0 }, "minPartHours", "1 or more" },
        { "a part above the hours", Good with { MinPartHours = 5 }, "minPartHours", "4 hours" },
        { "divided both ways", Good with { MinPartCards = 1, MinPartHours = 1 }, "minPartHours", "not both" },
        { "divided in a group", Good with { MinPartCards = 1, Group = "g" }, "minPartCards", "leave the group" },
        { "divided in time in a group", Good with { MinPartHours = 1, Group = "g" }, "minPartHours", "leave the group" },
        { "card and models", Good with { Models = ["h20-96gb"] }, "models", "not both" },
        { "any and another", Good with { Card = null, Models = ["any", "h20-96gb"] }, "models", "no other name" },
        { "too many models", Good with { Card = null, Models = [.. Enumerable.Repeat("h20-96gb", 51)] }, "models", "at most 50" },
        { "a blank model", Good with { Card = null, Models = [" "] }, "models", "blank" },
        { "a floor without a workload", Good with { Floor = Precision.Fp16 }, "floor", "name the workload" },
        { "a floor that no card has", Good with { Workload = "llm-prefill", Floor = Precision.Fp64 }, "floor", "GET /v1/cards" },
        { "a card that cannot do the work", Good with { Card = "ascend-910b2-64gb", Workload = "hpc-fp64" }, "workload", "GET /v1/cards" },
        { "a country in small letters", Good with { Residency = "cn" }, "residency", "two capital letters" },
        { "a maker of other cards", Good with { Vendor = "AMD" }, "vendor", "leave it out" },
        { "a foreign card at home", Good with { DomesticOnly = true }, "domesticOnly", "Chinese maker" },
        { "no memory", Good with { MinMemoryGiB = 0 }, "minMemoryGiB", "1 to 65536" },
        { "more memory than the card has", Good with { MinMemoryGiB = 81 }, "minMemoryGiB", "ask for less" },
        {
            "a value beyond 64 bits",
            Good with { Cards = CardCount.Of(65_535), Hours = 24, LimitPerScuHour = MarketBooks.Price("9999") },
            "limitPerScuHour.amount", "lower the limit"
        },
        { "a blank group", Good with { Group = " " }, "group", "blank" },
        { "a region of control characters", Good with { Region = "a\tb" }, "region", "control" },
    };

    [Theory, MemberData(nameof(Wrongs))]
    public void Check_AContradiction_IsRefusedWithItsFieldAndARemedy(string why, BidDraft draft, string field, string remedy)
    {
        var refusal = Assert.Throws<Refusal>(() => Check(draft));

        Assert.True((RefusalCode.Invalid, field) == (refusal.Code, refusal.Field), $"{why}: {refusal.Field}: {refusal.Message}");
        Assert.Contains(remedy, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_APostedBidWithAFieldOfTheAuction_IsRefusedByItsName()
    {
        var posted = MarketBooks.Bid(perUnit: "9");
        (BidDraft Draft, string Field)[] wrongs =
        [
            (posted with { Workload = "llm-prefill" }, "workload"),
            (posted with { Models = ["h20-96gb"], Card = null }, "models"),
            (posted with { Hours = 1 }, "hours"),
            (posted with { Amount = StandardUnits.Parse("1") }, "amount"),
            (posted with { MinCards = 1 }, "minCards"),
            (posted with { MaxCards = 1 }, "maxCards"),
            (posted with { Spread = true }, "spread"),
            (posted with { ExactCards = true }, "exactCards"),
            (posted with { MinPartCards = 1 }, "minPartCards"),
            (posted with { MinPartHours = 1 }, "minPartHours"),
            (posted with { Group = "g" }, "group"),
            (posted with { Floor = Precision.Bf16 }, "floor"),
            (posted with { Residency = "CN" }, "residency"),
            (posted with { Vendor = "NVIDIA" }, "vendor"),
            (posted with { DomesticOnly = true }, "domesticOnly"),
            (posted with { MinMemoryGiB = 1 }, "minMemoryGiB"),
            (posted with { Tiers = [] }, "tiers"),
            (posted with { Interruptible = true }, "interruptible"),
            (posted with { Card = null }, "card"),
            (posted with { Cards = null }, "cards"),
        ];

        foreach (var (draft, field) in wrongs) Assert.Equal(field, Assert.Throws<Refusal>(() => Check(draft)).Field);
    }

    [Fact]
    public void Check_AWindowOffTheGrid_IsRoundedInward()
    {
        var claim = Check(Good with { FromAt = Books.At("2026-01-02T00:10"), UntilAt = Books.At("2026-01-02T09:50"), Hours = null });

        Assert.Equal((Books.At("2026-01-02T01:00"), Books.At("2026-01-02T09:00")), (claim.FromAt, claim.UntilAt));
        Assert.Equal((8, Books.At("2026-01-02T01:00")), (claim.Terms!.Hours, claim.StartsBy));
    }

    /// <summary>The units that the clearing makes of a bid are what its row says: parts, hours and what it can cost.</summary>
    [Theory]
    [InlineData(13, 4, 0, 3, 4, 4)]
    [InlineData(13, 4, 0, 1, 8, 4)]
    [InlineData(13, 4, 0, 13, 1, 4)]
    [InlineData(2, 20, 6, 0, 3, 7)]
    [InlineData(2, 20, 0, 0, 1, 20)]
    public void Check_CardsAndHours_HaveThePartsOfTheClearing(int cards, int hours, int partHours, int partCards, int parts, int longest)
    {
        var claim = Check(Good with
        {
            Cards = CardCount.Of(cards),
            Hours = hours,
            MinPartHours = partHours == 0 ? null : partHours,
            MinPartCards = partCards == 0 ? null : partCards,
        });
        var units = Units(claim);

        Assert.Equal((parts, parts), (claim.Parts, units.Count));
        Assert.Equal(longest, units.Max(u => u.Options.Max(o => o.Slots)));
        Assert.Equal(claim.UntilAt - Duration.FromHours(longest), claim.StartsBy);
        Assert.Equal(claim.AtMost!.Value.Nanos, units.Sum(u => u.Options.Max(o => o.Value.Nanos)));
        Assert.Equal(claim.PartFirstDay.Nanos, units.Max(u => u.Options.Max(o => o.Value.Nanos)));
    }

    [Theory]
    [InlineData("100", 2, 16, 0, 1)]
    [InlineData("100.000001", 1, 65_535, 0, 1)]
    [InlineData("100", 3, 5, 0, 1)]
    [InlineData("100.000001", 0, 16, 4, 4)]
    [InlineData("100", 0, 7, 4, 1)]
    public void Check_AnAmount_HasThePartsOfTheClearing(string amount, int least, int most, int partCards, int parts)
    {
        var claim = Check(Work with
        {
            Amount = StandardUnits.Parse(amount),
            MinCards = least == 0 ? null : least,
            MaxCards = most,
            MinPartCards = partCards == 0 ? null : partCards,
        });
        var units = Units(claim);

        Assert.Equal((parts, parts), (claim.Parts, units.Count));
        Assert.Equal(claim.UntilAt - Duration.FromHours(units.Min(u => u.Options.Min(o => o.Slots))), claim.StartsBy);
        Assert.InRange(claim.PartFirstDay.Nanos - units.Max(u => u.Options.Max(o => o.Value.Nanos)), 0, 0);
        Assert.InRange(claim.AtMost!.Value.Nanos - units.Sum(u => u.Options.Max(o => o.Value.Nanos)), 0, parts * 9_000);
    }

    [Fact]
    public void Check_MoreThanADay_HoldsTheFirstDay()
    {
        var claim = Check(Good with
        {
            Cards = CardCount.Of(2),
            Hours = 72,
            UntilAt = Books.At("2026-01-08"),
            LimitPerScuHour = MarketBooks.Price("10"),
        });

        var perHour = MarketBooks.Price("10").TimesStandardUnits(MarketBooks.H100Units).Nanos;
        Assert.Equal((2 * 24 * perHour, 2 * 72 * perHour), (claim.PartFirstDay.Nanos, claim.AtMost!.Value.Nanos));
    }

    [Fact]
    public void Check_AWorkload_CountsWhatACardIsWorthForIt_AndLeavesOutWhatCannotDoIt()
    {
        var claim = Check(Good with { Card = "any", Workload = "hpc-fp64" });

        Assert.DoesNotContain("ascend-910b2-64gb", claim.Worth.Keys);
        Assert.All(claim.Worth, w => Assert.Equal(
            EffectiveUnits.UnitsOf(CardRegistry.Default.Find(w.Key)!.Rates, Workload.Find("hpc-fp64")!), w.Value));
        Assert.True(claim.Worth.Count < CardRegistry.Default.Cards.Count);
        Assert.Null(claim.Card);
    }

    [Fact]
    public void Check_NamesOfCards_BecomeIds_AndUnknownOnesStay()
    {
        var claim = Check(Good with
        {
            Card = null,
            Models = ["H100 SXM5 80GB", MarketBooks.H100, "Warp Nine"],
            LimitPerScuHour = null,
            LimitPerCardHour = MarketBooks.Price("20"),
        });

        Assert.Equal([MarketBooks.H100, "Warp Nine"], claim.Terms!.Models);
        Assert.Equal((null, null), (claim.Card, claim.CardName));
        Assert.All(claim.Worth.Values, worth => Assert.Equal(BidClaim.OneCard, worth));
    }

    private static BidClaim Check(BidDraft draft)
    {
        draft = draft.Tidy();
        return draft.Check(Now, CardRegistry.Default, draft.Workload is null ? null : Workload.Find(draft.Workload));
    }

    private static IReadOnlyList<AuctionUnit> Units(BidClaim claim)
    {
        var terms = claim.Terms!;
        var pool = new AuctionPool(MarketBooks.H100, "single_card", "cn-east", 100);
        var bid = new AuctionBid
        {
            Id = "b", Buyer = "buyer", Limit = claim.Limit, PlacedAt = Now, Earliest = 0,
            Latest = (int)HourGrid.Hours(claim.FromAt, claim.UntilAt), Cards = terms.Cards, Slots = terms.Hours, Amount = terms.Amount,
            MinCards = terms.MinCards, MaxCards = terms.MaxCards, MinPartCards = terms.MinPartCards, MinPartSlots = terms.MinPartHours,
            Pools = [new BidPool(pool, claim.Worth[MarketBooks.H100])],
        };
        return BidUnits.Of([bid], new Dictionary<AuctionPool, long> { [pool] = 1 }).Units;
    }
}
