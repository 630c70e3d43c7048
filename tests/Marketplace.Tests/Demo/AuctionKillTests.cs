using Marketplace.Billing;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>The real program, killed without a word while it holds auctions, most often between a gate and its commit.</summary>
[Collection("Alone")]
public sealed class AuctionKillTests : IDisposable
{
    private const int Kills = 8, Buyers = 4, BidsPerAuction = 40;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("marketplace-auction-kill-");
    private readonly int _seed = Random.Shared.Next();
    private int _gated;

    private string DatabaseFile => $"Data Source={Path.Combine(_folder.FullName, "served.db")}";

    [Fact]
    public async Task Auctioneer_KilledAtAnyMoment_AwardsEachAuctionOnceAndWhole()
    {
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {_seed}");
        var random = new Random(_seed);
        var port = KillTests.FreePort();
        var program = Serve(port);
        try
        {
            await KillTests.Ready(port, program);
            var market = KillTests.Client(port, ApiHost.OperatorKey);
            var buyers = await Open(market, port);
            for (var kill = 0; kill < Kills; kill++)
            {
                foreach (var _ in Enumerable.Range(0, BidsPerAuction)) await Bid(buyers[random.Next(Buyers)], random);
                await KillWhileItRuns(market, program, kill % 4 == 3 ? TimeSpan.FromMilliseconds(random.Next(200)) : null);
                program.Dispose();
                program = Serve(port);
                await KillTests.Ready(port, program);
                if (kill % 2 == 0) await Eventually.True(async () => await Gated() == 0, "the auction that was left is finished");
            }

            await KillTests.Send(market, "/v1/auctions/run", "{}");
            await AssertWhole();
        }
        finally
        {
            program.Dispose();
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private RealProgram Serve(int port) => new(
        _folder.FullName, $"--urls=http://127.0.0.1:{port}", $"--Marketplace:Database={DatabaseFile}",
        $"--Marketplace:OperatorKey={ApiHost.OperatorKey}", "--Marketplace:TestClock=true", "--Marketplace:AuctionMinutes=0",
        $"--Marketplace:TestClockStart={ApiHost.Start}", "--Logging:LogLevel:Default=Error");

    private static async Task<HttpClient[]> Open(HttpClient market, int port)
    {
        for (var i = 0; i < 3; i++)
        {
            var account = await KillTests.Send(market, "/v1/accounts", $$"""{"name":"Seller {{i}}","roles":["provider"]}""");
            await KillTests.Send(KillTests.Client(port, account.At("apiKey.secret")), "/v1/offers", $$"""
                {"name":"rack","card":"H100 SXM5 80GB","cards":8,"region":"cn-east","ask":{"amount":"{{10 + i}}","currency":"CNY"},
                 "availableFrom":"{{ApiHost.Start}}","availableUntil":"2026-02-28T16:00:00Z"}
                """);
        }

        var buyers = new HttpClient[Buyers];
        for (var i = 0; i < Buyers; i++)
        {
            var account = await KillTests.Send(market, "/v1/accounts", $$"""{"name":"Buyer {{i}}","roles":["buyer"]}""");
            buyers[i] = KillTests.Client(port, account.At("apiKey.secret"));
        }

        return buyers;
    }

    private static async Task Bid(HttpClient buyer, Random random)
    {
        var from = 1 + random.Next(20);
        await KillTests.Send(buyer, "/v1/bids", $$"""
            {"models":["h100-sxm5-80gb"],"cards":{{1 + random.Next(6)}},"hours":{{2 + random.Next(40)}},
             "fromAt":"2026-01-{{from:00}}T00:00:00Z","untilAt":"2026-01-{{from + 3:00}}T00:00:00Z",
             "limitPerCardHour":{"amount":"{{10 + random.Next(12)}}","currency":"CNY"} }
            """);
    }

    /// <summary>Kills it when the gate is shut and not yet open again, or after some time.</summary>
    private async Task KillWhileItRuns(HttpClient market, RealProgram program, TimeSpan? after)
    {
        using var body = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        var run = market.PostAsync(new Uri("/v1/auctions/run", UriKind.Relative), body);
        if (after is { } time) await Task.WhenAny(run, Task.Delay(time));
        while (after is null && !run.IsCompleted && await Gated() == 0) await Task.Yield();
        await program.Kill();
        if (await Gated() > 0) _gated++;
        try
        {
            (await run).Dispose();
        }
        catch (HttpRequestException)
        {
            // Killed before it could answer.
        }
    }

    private async Task<long> Gated()
    {
        await using var database = new Database(DatabaseFile, new FakeClock(Books.At("2026-01-01")));
        await using var look = await database.Read();
        return await look.Scalar<long>("SELECT COUNT(*) FROM auction WHERE state = 'gated'");
    }

    private async Task AssertWhole()
    {
        await using var database = new Database(DatabaseFile, new FakeClock(Books.At("2026-01-01")));
        await using var session = await database.Read();
        var auctions = (await AuctionBook.List(session, null, null, 1_000)).Reverse().ToList();
        TestContext.Current.TestOutputHelper!.WriteLine($"{auctions.Count} auctions, {_gated} of {Kills} kills between gate and commit");
        Assert.True(_gated > 0, "no kill met an auction between gate and commit");
        Assert.Equal(Enumerable.Range(1, auctions.Count).Select(n => (long)n), auctions.Select(a => a.Number));
        foreach (var auction in auctions)
        {
            Assert.Equal(AuctionState.Cleared, auction.State);
            var result = Clearing.Clear(await AuctionBook.Snapshot(session, auction));
            var written = await session.Query<(long Unit, long Pay, long Leased)>(
                """
                SELECT w.unit, w.pay_nanos, CAST((SELECT SUM(g.cards) FROM lease l JOIN agreement g ON g.lease_id = l.lease_id
                  WHERE l.award_id = w.award_id) AS BIGINT) FROM award w WHERE w.auction_id = @AuctionId ORDER BY w.unit
                """,
                new { auction.AuctionId });
            Assert.Equal(auction.ResultHash, result.Hash);
            Assert.Equal(result.Awards.Select(a => ((long)a.Unit, a.Pay.Nanos, a.Cards * 1_000L)), written);
        }

        Assert.Equal(0, await session.Scalar<long>("SELECT COUNT(*) FROM offer WHERE gated_by IS NOT NULL"));
        Assert.Equal(0, await session.Scalar<long>("SELECT COUNT(*) FROM bid WHERE gated_by IS NOT NULL"));
        Assert.Equal(0, await session.Scalar<long>(
            "SELECT COUNT(*) FROM bid b WHERE (b.state = 'matched') <> EXISTS (SELECT 1 FROM award w WHERE w.bid_id = b.bid_id)"));
        Assert.Equal(0, await session.Scalar<long>(
            "SELECT COUNT(*) FROM bid b WHERE (b.state = 'open') <> EXISTS (SELECT 1 FROM hold h WHERE h.subject = b.bid_id)"));
        Assert.Equal(0, await session.Scalar<long>("SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM posting"));
        await AssertNothingTwice(session);
    }

    /// <summary>At each step of each calendar, what is free and what leases hold are all of the cards.</summary>
    private static async Task AssertNothingTwice(Session session)
    {
        var leases = await session.Query<(string Offer, long Cards, Instant From, Instant Until)>(
            "SELECT l.offer_id, g.cards, g.from_at, g.until_at FROM lease l JOIN agreement g ON g.lease_id = l.lease_id");
        var steps = await session.Query<(string Offer, Instant At, long Free)>(
            "SELECT c.offer_id, c.at, c.free FROM calendar c JOIN offer o ON o.offer_id = c.offer_id WHERE c.at < o.available_until");
        Assert.NotEmpty(leases);
        foreach (var (offer, at, free) in steps)
            Assert.Equal(8_000, free + leases.Where(l => l.Offer == offer && l.From <= at && l.Until > at).Sum(l => l.Cards));
    }
}
