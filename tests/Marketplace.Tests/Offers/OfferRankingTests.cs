using Marketplace.Billing;
using Marketplace.Pricing;

namespace Marketplace;

public sealed class OfferRankingTests
{
    private static readonly OfferFilter Everything = new()
    {
        From = Books.At("2026-01-01"), Until = Books.At("2026-01-02"), Unrated = true,
    };

    [Theory, EveryEngine]
    public async Task Of_EveryTest_CountsAnOfferUnderTheFirstThatItFails(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var provider = await market.Provider();
        foreach (var draft in new[]
        {
            market.Draft(ask: "10"),
            market.Draft(ask: "1000"),
            market.Draft(currency: "USD", region: "us-east"),
            market.Draft(region: "us-east"),
            market.Draft("T4"),
            market.Draft("Ascend 910B"),
            market.Draft("P4"),
            market.Draft("Warp Nine"),
            market.Draft(cards: "1"),
            market.Draft(until: "2026-01-01T12:00"),
        })
        {
            await market.Publish(provider, draft);
        }

        (OfferFilter Filter, string Expected)[] rows =
        [
            (Everything, "currency 1, no_room 1"),
            (Everything with { Unrated = false }, "currency 1, no_room 1, unrated 2"),
            (Everything with { Region = "CN-East" }, "currency 1, no_room 1, region 1"),
            (Everything with { Currency = Currency.Usd }, "currency 9"),
            (Everything with { Currency = Currency.Usd, Region = "cn-east" }, "currency 9, region 1"),
            (Everything with { Card = "H100 SXM5 80GB" }, "card 4, currency 1, no_room 1"),
            (Everything with { Card = "warp nine" }, "card 8, currency 1"),
            (Everything with { Card = "No Such Card" }, "card 9, currency 1"),
            (Everything with { Vendor = "nvidia" }, "currency 1, no_room 1, vendor 2"),
            (Everything with { DomesticOnly = true }, "currency 1, domestic_only 8"),
            (Everything with { MinMemoryGiB = 64 }, "currency 1, memory 4, no_room 1"),
            (Everything with { Cards = CardCount.Of(2) }, "currency 1, no_room 2"),
            (Everything with { MaxPrice = MarketBooks.Price("300") }, "currency 1, no_room 1, price 3"),
        ];
        foreach (var (filter, expected) in rows)
        {
            var ranking = await market.Look(session => OfferRanking.Of(session, filter));
            Assert.Equal(10, ranking.Considered);
            Assert.Equal(ranking.Considered, ranking.Offers.Count + ranking.Excluded.Values.Sum());
            var told = string.Join(", ", ranking.Excluded.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key} {e.Value}"));
            Assert.Equal(expected, told);
        }
    }

    [Theory, EveryEngine]
    public async Task Of_EqualPrices_AreInTheOrderInWhichTheyWerePublished(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var provider = await market.Provider();
        foreach (var (name, card, ask) in new[]
        {
            ("unrated dear", "P4", "5"), ("tie 1", MarketBooks.H100, "10"), ("unrated cheap", "P4", "4"), ("tie 2", MarketBooks.H100, "10"),
            ("weak", "T4", "3"), ("cheap", MarketBooks.H100, "9.999999999"),
        })
        {
            market.Clock.Now += NodaTime.Duration.FromSeconds(1);
            await market.Publish(provider, market.Draft(card, ask: ask, name: name));
        }

        Assert.Equal(["cheap", "tie 1", "tie 2", "weak", "unrated cheap", "unrated dear"], await Names(OfferSort.UnitPrice));
        Assert.Equal(["weak", "unrated cheap", "unrated dear", "cheap", "tie 1", "tie 2"], await Names(OfferSort.CardPrice));
        Assert.Equal(["cheap", "weak", "tie 2", "unrated cheap", "tie 1", "unrated dear"], await Names(OfferSort.Newest));

        async Task<IEnumerable<string>> Names(OfferSort sort) =>
            (await market.Look(session => OfferRanking.Of(session, Everything with { Sort = sort }))).Offers.Select(o => o.Offer.Name);
    }

    [Theory, EveryEngine]
    public async Task Of_AWorkload_RanksByWhatACardIsWorthForIt(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var provider = await market.Provider();
        foreach (var card in CardRegistry.Default.Cards.Where(c => c.Scu is not null).Take(40))
            await market.Publish(provider, market.Draft(card.Id));
        foreach (var workload in Workload.All)
        {
            var ranking = await market.Look(session => OfferRanking.Of(session, Everything with { Workload = workload.Id }));

            Assert.Equal(40, ranking.Offers.Count + ranking.Excluded.Values.Sum());
            Assert.Equal(
                ranking.Excluded.GetValueOrDefault("cannot_do_workload"),
                await market.Look(async session => (await OfferBook.Open(session, session.Now, Everything.Until))
                    .Count(o => EffectiveUnits.Of(o.Registered!, workload).Units is { Micros: 0 })));
            foreach (var ranked in ranking.Offers)
            {
                var card = ranked.Offer.Registered!;
                var derate = DerateModel.Default.Of(card, WorkClasses.Of(workload), [], ranked.Offer.CreatedAt);
                Assert.Equal(EffectiveUnits.Of(card, workload).Units, ranked.Claimed);
                Assert.Equal((derate.Listed, derate.Tier), (ranked.Derate, ranked.Tier));
                Assert.Equal(ranked.Claimed is { } claimed ? derate.Of(claimed) : null, ranked.Units);
                Assert.Equal(ranked.Units is { } u ? ranked.Offer.Ask.PerStandardUnit(u) : null, ranked.UnitPrice);
            }

            var prices = ranking.Offers.Select(o => o.UnitPrice?.Nanos ?? long.MaxValue).ToList();
            Assert.Equal(prices.Order(), prices);
        }

        Assert.NotEmpty(Workload.All);
        Assert.Equal("workload", (await market.Refused(session => OfferRanking.Of(session, Everything with { Workload = "none" }))).Field);
        var empty = Everything with { Until = Everything.From };
        Assert.Equal("until", (await market.Refused(session => OfferRanking.Of(session, empty))).Field);
    }
}
