using NodaTime;
using NodaTime.Text;

namespace Marketplace.Pricing;

/// <summary>The demo's files as an importer will see them.</summary>
public sealed class DemoFilesTests
{
    private static readonly Instant Start = At("2025-12-31T16:00:00Z"), End = At("2026-03-01T00:00:00Z");

    [Fact]
    public void Offers_AllOfThem_AreSoundAndMostAreRated()
    {
        var offers = Offers();

        Assert.All(offers, o =>
        {
            Assert.Equal((Start, End), (At(o["available_from"]), At(o["available_until"])));
            Assert.True(CardCount.Parse(o["count"]) is { IsWhole: true, Millis: >= 8_000 and <= 64_000 });
            Assert.True(UnitPrice.Parse(o["ask_per_card_hour"], Currency.Of(o["currency"])).Nanos > 0);
            Assert.NotEmpty(o.Required("source"));
        });
        Assert.Equal(offers.Count, offers.Select(o => o["offer"]).Distinct().Count());
        Assert.Equal(
            ["NVIDIA K80", "P4", "AMD Radeon Pro V520"],
            offers.Where(o => Card(o)?.Scu is null).Select(o => o["card"]));
    }

    [Fact]
    public void Offers_ByScuHour_RankApartFromTheirRankByCardHour()
    {
        var rated = Rated();
        var byCard = rated.OrderBy(o => o.Ask.Nanos).Select(o => o.Card.Id).Distinct().ToList();
        var byScu = rated.OrderBy(o => o.Ask.PerStandardUnit(o.Card.Scu!.Value).Nanos).Select(o => o.Card.Id).Distinct().ToList();

        Assert.True(byCard.IndexOf("t4-16gb") < byCard.IndexOf("h100-sxm5-80gb"));
        Assert.True(byScu.IndexOf("t4-16gb") > byScu.IndexOf("h100-sxm5-80gb"));
        Assert.Equal("17.689703645", Cheapest("t4-16gb"));
        Assert.Equal("6.612023434", Cheapest("h100-sxm5-80gb"));

        string Cheapest(string card) =>
            rated.Where(o => o.Card.Id == card).Select(o => o.Ask.PerStandardUnit(o.Card.Scu!.Value)).MinBy(p => p.Nanos).Amount;
    }

    [Fact]
    public void Jobs_AllOfThem_AreSoundAndSixCannotBeServed()
    {
        var offered = Offers()
            .Select(o => (Card: Card(o), Count: CardCount.Parse(o["count"]))).ToList();
        var jobs = Rows("sample-jobs.csv", "job,buyer,cards,card,from,until");

        Assert.Equal(336, jobs.Count);
        Assert.All(jobs, j => Assert.True(At(j["from"]) >= Start && At(j["from"]) < At(j["until"]) && At(j["until"]) < End));
        Assert.Equal(7, jobs.Count(j => At(j["until"]) > At("2026-01-31T16:00:00Z")));
        Assert.Equal(8, jobs.Select(j => j["buyer"]).Distinct().Count());
        Assert.Contains(jobs, j => !CardCount.Parse(j["cards"]).IsWhole);
        Assert.Equal(6, jobs.Count(j => !offered.Exists(o =>
            o.Count >= CardCount.Parse(j["cards"])
            && (j["card"].Length == 0 || (o.Card is { } card && card == Card(j))))));
    }

    [Fact]
    public void Bids_AllOfThem_HaveOneLimitAndTwentyRest()
    {
        var bids = Rows("sample-bids.csv", "bid,buyer,cards,card,from,until,limit_per_scu_hour,limit_per_card_hour,currency,placed_at");
        var all = Offers()
            .Select(o => (Card: Card(o), Ask: UnitPrice.Parse(o["ask_per_card_hour"], Currency.Cny))).ToList();

        Assert.Equal(40, bids.Count);
        Assert.All(bids, b =>
        {
            Assert.True(At(b["placed_at"]) < At(b["from"]) && At(b["from"]) < At(b["until"]) && At(b["until"]) < End);
            Assert.True(At(b["from"]) - At(b["placed_at"]) < Duration.FromDays(14));
            Assert.True(b["limit_per_scu_hour"].Length == 0 != (b["limit_per_card_hour"].Length == 0));
            Assert.True(CardCount.Parse(b["cards"]).IsWhole);
        });
        Assert.Equal(20, bids.Count(b => all
            .Where(o => b["card"].Length == 0 ? o.Card?.Scu is not null : o.Card is { } c && c == Card(b))
            .All(o => b["limit_per_card_hour"].Length > 0
                ? UnitPrice.Parse(b["limit_per_card_hour"], Currency.Cny).Nanos < o.Ask.Nanos
                : UnitPrice.Parse(b["limit_per_scu_hour"], Currency.Cny).Nanos < o.Ask.PerStandardUnit(Listed(o.Card!)).Nanos)));
    }

    private static List<(Card Card, UnitPrice Ask)> Rated() =>
        [.. Offers()
            .Select(o => (Card: Card(o), Ask: UnitPrice.Parse(o["ask_per_card_hour"], Currency.Cny)))
            .Where(o => o.Card?.Scu is not null)
            .Select(o => (o.Card!, o.Ask))];

    /// <summary>What a machine that nobody has measured is listed at in the month of the sample.</summary>
    private static StandardUnits Listed(Card card) =>
        DerateModel.Default.Of(card, WorkClass.Standard, [], Instant.FromUtc(2026, 1, 1, 0, 0)).Of(card.Scu!.Value);

    private static Card? Card(CsvRow row) => CardRegistry.Default.Resolve(row["card"]).Card;

    private static IReadOnlyList<CsvRow> Offers() => Rows(
        "sample-offers.csv",
        "offer,provider,card,count,region,available_from,available_until,ask_per_card_hour,currency,source");

    private static IReadOnlyList<CsvRow> Rows(string file, string header)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Marketplace.sln"))) folder = Path.GetDirectoryName(folder)!;
        return CsvTable.Parse(File.ReadAllText(Path.Combine(folder, "Marketplace.Api", "Demo", file)), file, header.Split(',')).Rows;
    }

    private static Instant At(string text) => InstantPattern.General.Parse(text).Value;
}
