using Marketplace.Billing;
using NodaTime;

namespace Marketplace;

public sealed class OfferImportTests
{
    private const string Header = "offer,card,count,region,available_from,available_until,ask_per_card_hour,currency\n";

    private static readonly Interval Window = new(Books.At("2026-01-01"), Books.At("2026-02-01"));

    [Theory, EveryEngine]
    public async Task Csv_OurOwnForm_PublishesTheGoodRowsAndSaysWhyNotTheOthers(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var provider = await market.Provider();
        const string rows = Header +
            """
            a,H100 SXM5 80GB,8,cn-east,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z,10.00,CNY
            b,"Warp, Nine",0.5,cn-east,2026-01-01T08:00:00+08:00,2026-02-01T00:00:00Z,10.00,CNY
            a,T4,8,cn-east,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z,10.00,CNY
            c,T4,0,cn-east,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z,10.00,CNY
            d,T4,8,cn-east,2026-01-01,2026-02-01T00:00:00Z,10.00,CNY
            e,T4,8,cn-east,2026-01-01T00:00:00Z,tomorrow,10.00,CNY
            f,T4,8,cn-east,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z,ten,CNY
            g,T4,8,cn-east,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z,10.00,RMB
            h,T4,8,cn-east,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z,0,CNY
            ,T4,8,cn-east,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z,10.00,CNY
            i,,8,cn-east,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z,10.00,CNY
            j,T4,8,,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z,10.00,CNY
            k,T4,8,cn-east,2026-02-01T00:00:00Z,2026-01-01T00:00:00Z,10.00,CNY
            l,T4
            m,T4,8,cn-east,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z,0.000000001,USD,more,than,asked
            """;

        var outcomes = await market.Do(session => OfferImport.Csv(session, provider, new StringReader(rows), Window));

        Assert.Equal(
            [
                "1 a Created ", "2 b Unrated 'Warp, Nine' is not in the registry", "3 a Refused name", "4 c Refused count",
                "5 d Refused available_from", "6 e Refused available_until", "7 f Refused ask_per_card_hour", "8 g Refused currency",
                "9 h Refused ask.amount", "10  Refused name", "11 i Refused card", "12 j Refused region", "13 k Refused availableUntil",
                "14 l Refused count", "15 m Created ",
            ],
            outcomes.Select(o => $"{o.Row} {o.Name} {o.Status} {(o.Status == ImportStatus.Refused ? o.Reason!.Split(':')[0] : o.Reason)}"));
        Assert.All(outcomes, o => Assert.Equal(o.Status == ImportStatus.Refused, o.OfferId is null));
        Assert.Equal(["m", "b", "a"], (await market.Look(session => OfferBook.Of(session, provider, null, 100))).Select(o => o.Name));
        Assert.Equal(6, await market.Look(session => session.Scalar<long>("SELECT COUNT(*) FROM calendar")));
        Assert.Equal(3, (await market.Look(Backlog.Of)).Messages);
    }

    [Theory, EveryEngine]
    public async Task JsonLines_PublishesTheGoodLinesAndNamesTheFieldOfTheOthers(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var provider = await market.Provider();
        const string good =
            """{"name":"a","card":"T4","cards":8,"region":"cn-east","ask":{"amount":"1","currency":"CNY"},"""
            + """ "availableFrom":"2026-01-01T00:00:00Z","availableUntil":"2026-02-01T00:00:00Z"}""";
        string[] lines =
        [
            good, "", good, good.Replace("\"a\"", "\"b\"", StringComparison.Ordinal), good.Replace("8", "\"8\"", StringComparison.Ordinal),
            good.Replace("\"cards\":8,", "", StringComparison.Ordinal), good.Replace("name", "nom", StringComparison.Ordinal),
            "null", "[1]", "{", "\u0001",
            good.Replace("\"1\"", "1", StringComparison.Ordinal), good.Replace("CNY", "RMB", StringComparison.Ordinal),
            good.Replace("\"a\"", "\"a\\u0000\"", StringComparison.Ordinal),
        ];

        var outcomes = await market.Do(session => OfferImport.JsonLines(session, provider, new StringReader(string.Join('\n', lines))));

        Assert.Equal(Enumerable.Range(1, 13), outcomes.Select(o => o.Row));
        Assert.Equal([1, 3], outcomes.Where(o => o.Status == ImportStatus.Created).Select(o => o.Row));
        Assert.Equal(
            ["name", "cards", "cards", "nom", "the line is null", "body", "body", "body", "ask", "ask.currency", "name"],
            outcomes.Where(o => o.Status == ImportStatus.Refused).Select(o => o.Reason!.Split(": ")[0]));
        Assert.DoesNotContain(outcomes, o => o.Reason?.Contains("Marketplace.", StringComparison.Ordinal) == true);
        Assert.Equal(2, (await market.Look(session => OfferBook.Of(session, provider, null, 100))).Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("offer,card,count\n1,2,3")]
    public async Task Csv_OfNeitherForm_IsRefusedAsAWhole(string text)
    {
        await using var market = await MarketBooks.Open(Engine.Sqlite);
        var provider = await market.Provider();

        var refusal = await market.Refused(session => OfferImport.Csv(session, provider, new StringReader(text), Window));

        Assert.Equal((RefusalCode.Invalid, "body"), (refusal.Code, refusal.Field));
    }

    [Fact]
    public async Task Csv_MoreRowsThanTaken_IsRefusedBeforeAnythingIsPublished()
    {
        await using var market = await MarketBooks.Open(Engine.Sqlite);
        var provider = await market.Provider();
        var row = "a,T4,8,cn-east,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z,10.00,CNY\n";
        var text = Header + string.Concat(Enumerable.Repeat(row, OfferImport.MaxRows + 1));

        var refusal = await market.Refused(session => OfferImport.Csv(session, provider, new StringReader(text), Window));

        Assert.Equal(("body", true), (refusal.Field, refusal.Message.Contains("20000", StringComparison.Ordinal)));
    }

    [Theory, EveryEngine]
    public async Task Csv_TheRealPriceLists_HaveAnOutcomeForEveryRow(Engine engine)
    {
        var file = SharedFiles.Require("data/cloud-offers.csv");
        await using var market = await MarketBooks.Open(engine);
        var provider = await market.Provider();
        using var text = File.OpenText(file);

        var outcomes = await market.Do(session => OfferImport.Csv(session, provider, text, Window));

        Assert.Equal(File.ReadLines(file).Count() - 1, outcomes.Count);
        Assert.Equal(Enumerable.Range(1, outcomes.Count), outcomes.Select(o => o.Row));
        Assert.All(outcomes, o => Assert.Equal(o.Status == ImportStatus.Created, o.Reason is null));
        Assert.All(outcomes, o => Assert.Equal(o.Status == ImportStatus.Refused, o.OfferId is null));
        Assert.Equal(
            (5_277, 387, 32),
            (outcomes.Count(o => o.Status == ImportStatus.Created), outcomes.Count(o => o.Status == ImportStatus.Unrated),
                outcomes.Count(o => o.Status == ImportStatus.Refused)));
        var ranking = await market.Look(session => OfferRanking.Of(session, new()
        {
            From = Window.Start, Until = Window.End, Currency = Pricing.Currency.Usd, Unrated = true,
        }));
        Assert.Equal((5_664, 5_664, 387), (ranking.Considered, ranking.Offers.Count, ranking.Offers.Count(o => o.UnitPrice is null)));
    }
}
