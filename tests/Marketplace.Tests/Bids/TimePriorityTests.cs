using Marketplace.Billing;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>Which changes of a bid keep its place among equals: one row for every field, in both directions.</summary>
public class TimePriorityTests
{
    private static readonly Instant Now = Books.At("2026-01-01T12:00");

    private static readonly BidDraft Gang = new()
    {
        Workload = "llm-prefill", Models = [MarketBooks.H100, "h20-96gb"], Cards = CardCount.Of(8), Hours = 6, Region = "cn-east",
        Residency = "CN", Vendor = "NVIDIA", MinMemoryGiB = 64, Tiers = [GangTier.SingleCard, GangTier.Node], Floor = Precision.Fp16,
        FromAt = Books.At("2026-01-02"), UntilAt = Books.At("2026-01-03"), LimitPerScuHour = MarketBooks.Price("9"),
    };

    private static readonly BidDraft Work = Gang with
    {
        Cards = null,
        Hours = null,
        Amount = StandardUnits.Parse("40"),
        MinCards = 2,
        MaxCards = 16,
    };

    public static TheoryData<string, BidDraft, BidChange, bool> Changes => new()
    {
        { "nothing", Gang, new(), true },
        { "a lower limit", Gang, new() { LimitPerScuHour = MarketBooks.Price("8.99") }, true },
        { "a higher limit", Gang, new() { LimitPerScuHour = MarketBooks.Price("9.01") }, false },
        { "fewer cards", Gang, new() { Cards = CardCount.Of(7) }, true },
        { "more cards", Gang, new() { Cards = CardCount.Of(9) }, false },
        { "fewer hours", Gang, new() { Hours = 5 }, true },
        { "more hours", Gang, new() { Hours = 7 }, false },
        { "the whole window", Gang, new() { Without = ["hours"] }, false },
        { "a later begin", Gang, new() { FromAt = Books.At("2026-01-02T01:00") }, true },
        { "an earlier begin", Gang, new() { FromAt = Books.At("2026-01-01T23:00") }, false },
        { "an earlier end", Gang, new() { UntilAt = Books.At("2026-01-02T23:00") }, true },
        { "a later end", Gang, new() { UntilAt = Books.At("2026-01-03T01:00") }, false },
        { "a window as long that lies elsewhere", Gang,
            new() { FromAt = Books.At("2026-01-02T01:00"), UntilAt = Books.At("2026-01-03T01:00") }, false },
        { "fewer models", Gang, new() { Models = [MarketBooks.H100] }, true },
        { "another model", Gang, new() { Models = [MarketBooks.H100, "h200-sxm-141gb"] }, false },
        { "any model", Gang, new() { Without = ["models"] }, false },
        { "named models where any would do", Gang with { Models = null }, new() { Models = [MarketBooks.H100] }, true },
        { "fewer tiers", Gang, new() { Tiers = [GangTier.Node] }, true },
        { "another tier", Gang, new() { Tiers = [GangTier.MultiNode] }, false },
        { "any tier", Gang, new() { Without = ["tiers"] }, false },
        { "any region", Gang, new() { Without = ["region"] }, false },
        { "another region", Gang, new() { Region = "cn-west" }, false },
        { "the region in capitals", Gang, new() { Region = "CN-EAST" }, true },
        { "a region where any would do", Gang with { Region = null }, new() { Region = "cn-west" }, true },
        { "any country", Gang, new() { Without = ["residency"] }, false },
        { "a country where any would do", Gang with { Residency = null }, new() { Residency = "SG" }, true },
        { "any maker", Gang, new() { Without = ["vendor"] }, false },
        { "a maker where any would do", Gang with { Vendor = null }, new() { Vendor = "NVIDIA" }, true },
        { "more memory", Gang, new() { MinMemoryGiB = 80 }, true },
        { "less memory", Gang, new() { MinMemoryGiB = 63 }, false },
        { "no memory said", Gang, new() { Without = ["minMemoryGiB"] }, false },
        { "a higher floor", Gang, new() { Floor = Precision.Fp32 }, true },
        { "a floor as high", Gang, new() { Floor = Precision.Bf16 }, true },
        { "a lower floor", Gang, new() { Floor = Precision.Fp8 }, false },
        { "no floor", Gang, new() { Without = ["floor"] }, false },
        { "a floor where there was none", Gang with { Floor = null }, new() { Floor = Precision.Fp8 }, true },
        { "only domestic ones", Gang with { Models = null, Vendor = null }, new() { DomesticOnly = true }, true },
        { "foreign ones too", Gang with { Models = null, Vendor = null, DomesticOnly = true }, new() { DomesticOnly = false }, false },
        { "over several sellers", Gang, new() { Spread = true }, false },
        { "from one seller", Gang with { Spread = true }, new() { Spread = false }, true },
        { "exactly its cards", Gang, new() { ExactCards = true }, true },
        { "whole lots too", Gang with { ExactCards = true }, new() { ExactCards = false }, false },
        { "interruptible too", Gang, new() { Interruptible = true }, false },
        { "no longer interruptible", Gang with { Interruptible = true }, new() { Interruptible = false }, true },
        { "divisible by cards", Gang, new() { MinPartCards = 2 }, false },
        { "divisible in time", Gang, new() { MinPartHours = 2 }, false },
        { "smaller parts", Gang with { MinPartCards = 4 }, new() { MinPartCards = 2 }, false },
        { "larger parts", Gang with { MinPartCards = 2 }, new() { MinPartCards = 4 }, false },
        { "whole again", Gang with { MinPartCards = 2 }, new() { Without = ["minPartCards"] }, true },
        { "whole in time again", Gang with { MinPartHours = 2 }, new() { Without = ["minPartHours"] }, true },
        { "fewer cards in the same parts", Gang with { MinPartCards = 2 }, new() { Cards = CardCount.Of(6) }, true },
        { "less work", Work, new() { Amount = StandardUnits.Parse("39") }, true },
        { "more work", Work, new() { Amount = StandardUnits.Parse("41") }, false },
        { "fewer cards at most", Work, new() { MaxCards = 8 }, true },
        { "more cards at most", Work, new() { MaxCards = 32 }, false },
        { "other shapes", Work, new() { MinCards = 4 }, false },
        { "less of one and more of another", Gang, new() { Cards = CardCount.Of(4), Hours = 7 }, false },
    };

    [Theory, MemberData(nameof(Changes))]
    public void Keeps_OnlyWhatClaimsNoMore(string what, BidDraft draft, BidChange change, bool keeps)
    {
        var before = Check(draft);
        var bid = new Bid
        {
            Cards = before.Cards, FromAt = before.FromAt, UntilAt = before.UntilAt, LimitNanos = before.Limit.Nanos,
            Workload = before.Workload, TermsJson = before.Terms!.Json, ExecutionWord = "auction",
        };

        Assert.True(keeps == TimePriority.Keeps(bid, Check(change.Of(bid, Now))), what);
    }

    private static BidClaim Check(BidDraft draft) =>
        draft.Tidy().Check(Now, CardRegistry.Default, draft.Workload is null ? null : Workload.Find(draft.Workload));
}
