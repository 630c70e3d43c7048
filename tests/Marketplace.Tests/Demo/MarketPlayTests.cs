using System.Diagnostics;
using Marketplace.Billing;

namespace Marketplace;

/// <summary>Alone in its process while it runs, because one of them counts the processor's time.</summary>
[Collection("Alone")]
public sealed class MarketPlayTests
{
    private const string Bids =
        """
        bid,buyer,cards,card,from,until,limit_per_scu_hour,limit_per_card_hour,currency,placed_at
        b1,buyer-1,1,A100-80GB-SXM4,2026-02-10T00:00:00Z,2026-02-10T06:30:00Z,,8.00,CNY,2026-01-30T01:00:00Z
        b2,buyer-2,1,A100-80GB-SXM4,2026-02-10T06:00:00Z,2026-02-10T08:00:00Z,,8.00,CNY,2026-01-30T01:00:00Z
        b3,buyer-1,1,A100-80GB-SXM4,2026-02-10T06:30:00Z,2026-02-10T08:00:00Z,,7.76,CNY,2026-01-30T02:00:00Z
        b4,buyer-3,1,,2026-02-11T00:30:00Z,2026-02-11T02:00:00Z,4.20,,CNY,2026-01-31T00:00:00Z
        """;

    [Theory, EveryPipeline]
    public async Task Run_JobsOnly_ComesToWhatIsWorkedOutByHand(Transport transport, Engine engine)
    {
        var files = Small(seed: 7);
        var expected = PlayedMarket.Of(files);
        Assert.True(expected.Served.Count is > 20 and < 40 && expected.Invoices > 4);

        var report = await Play(files, engine, transport);

        AssertEqual(expected, files, report);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Run_OtherJobs_ComesToWhatIsWorkedOutByHand(int seed)
    {
        var files = Small(seed);

        AssertEqual(PlayedMarket.Of(files), files, await Play(files, Engine.Sqlite, Transport.Mediator));
    }

    [Fact]
    public async Task Run_JobsAndBids_ComesToTheSameOnEveryEngineAndTransportAndWhenPlayedAgain()
    {
        var files = Small(seed: 11, Bids);

        var reports = new List<DemoReport>();
        foreach (var (engine, transport) in new[]
        {
            (Engine.Sqlite, Transport.Mediator), (Engine.Sqlite, Transport.Mediator), (Engine.PostgreSql, Transport.RabbitMq),
        })
        {
            reports.Add(await Play(files, engine, transport) with { Seconds = 0, PeakMemoryMiB = 0 });
        }

        Assert.Equal(reports[0], reports[1]);
        Assert.Equal(reports[0], reports[2]);
        Assert.True(reports[0].CardSeconds.Micros > PlayedMarket.Of(files with { Bids = [] }).CardSecondsMicros);
        Assert.Equal((0, 0), (reports[0].LedgerImbalance, reports[0].Unreconciled));
    }

    [Fact]
    public async Task Run_WhenItIsOverAlready_AddsNothingEvenThoughOffersAreOver()
    {
        var files = Small(seed: 7);
        await using var books = Books.Bare(Engine.Sqlite);
        var first = await Play(files, books.ConnectionString, Transport.Mediator);

        var second = await Play(files, books.ConnectionString, Transport.Mediator);

        Assert.Equal(first with { Seconds = 0, PeakMemoryMiB = 0 }, second with { Seconds = 0, PeakMemoryMiB = 0 });
    }

    [Fact]
    public async Task Run_TheRealMarket_ComesToWhatIsWorkedOutByHandInTwoMinutes()
    {
        var (offers, jobs) = (SharedFiles.Require("data/market-openb/offers.csv"), SharedFiles.Require("data/market-openb/jobs.csv"));
        using var readOffers = File.OpenText(offers);
        using var readJobs = File.OpenText(jobs);
        var files = MarketFiles.Read(readOffers, readJobs, null);
        var expected = PlayedMarket.Of(files);
        var watch = Stopwatch.StartNew();
        var used = Process.GetCurrentProcess().TotalProcessorTime;

        var report = await Play(files, Engine.Sqlite, Transport.Mediator);

        // Counted in the processor's time: others may be at work on this machine.
        var work = Process.GetCurrentProcess().TotalProcessorTime - used;
        TestContext.Current.TestOutputHelper!.WriteLine($"{report} in {watch.Elapsed}, {work} of work");
        AssertEqual(expected, files, report);
        Assert.Equal(40, report.Invoices);
        Assert.InRange(work.TotalSeconds, 0, 120);
    }

    private static void AssertEqual(PlayedMarket expected, MarketFiles files, DemoReport report)
    {
        var unserved = files.Jobs.Count - expected.Served.Count;
        Assert.Equal((files.Jobs.Count, expected.Served.Count, unserved), (report.Jobs, report.Served, report.Unserved));
        Assert.Equal(expected.CardSecondsMicros, report.CardSeconds.Micros);
        Assert.Equal(expected.ChargesNanos, report.ChargesNanos);
        Assert.Equal(expected.Invoices, report.Invoices);
        Assert.Equal(
            (Yuan(expected.NetFen), Yuan(expected.TaxFen), Yuan(expected.NetFen + expected.TaxFen)),
            (report.InvoiceNet, report.InvoiceTax, report.InvoiceGross));
        Assert.Equal((0, 0), (report.LedgerImbalance, report.Unreconciled));
    }

    private static string Yuan(System.Numerics.BigInteger fen) => $"{fen / 100}.{fen % 100:00}";

    private static async Task<DemoReport> Play(MarketFiles files, Engine engine, Transport transport)
    {
        await using var books = Books.Bare(engine);
        return await Play(files, books.ConnectionString, transport);
    }

    private static async Task<DemoReport> Play(MarketFiles files, string connectionString, Transport transport)
    {
        var clock = new TestClock(Books.At("2026-01-01"));
        await using var database = new Database(connectionString, clock);
        await Migrator.Run(database, typeof(Database).Assembly, typeof(Host).Assembly);
        await clock.Begin(database, CancellationToken.None);
        var options = new MarketplaceOptions();
        await using var host = await PipelineHost.Start(database, transport, consumers: Consumers.AddMarketplaceConsumers, needs: options);
        var play = new MarketPlay(database, clock, options, files);
        await play.Run(null, null, CancellationToken.None);
        await using var session = await database.Read();
        return await DemoReport.Of(session, files.Jobs.Count, play.Served, TimeSpan.Zero);
    }

    private static MarketFiles Small(int seed, string? bids = null) => MarketFiles.Read(
        new StringReader(SmallMarket.Offers), new StringReader(SmallMarket.Jobs(seed)), bids is null ? null : new StringReader(bids));
}
