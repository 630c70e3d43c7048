using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Marketplace.Billing;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>
/// The real program, killed without a word at any moment, and what its books say afterwards. Alone, so that its starts take as long
/// as they were measured.
/// </summary>
[Collection("Alone")]
public sealed class KillTests : IDisposable
{
    private const int Kills = 20, ServingKills = 6;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("marketplace-kill-");
    private readonly int _seed = Random.Shared.Next();
    private int _runs;

    [Fact]
    public async Task Demo_KilledTwentyTimes_EndsWithTheReportOfAnUndisturbedPlay()
    {
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {_seed}");
        var random = new Random(_seed);
        var (offers, jobs) = (Path.Combine(_folder.FullName, "offers.csv"), Path.Combine(_folder.FullName, "jobs.csv"));
        await File.WriteAllTextAsync(offers, SmallMarket.Offers);
        await File.WriteAllTextAsync(jobs, SmallMarket.Jobs(5, count: 120));
        var watch = Stopwatch.StartNew();
        var undisturbed = await Finish(Play("undisturbed"), "undisturbed");
        var whole = watch.Elapsed;
        watch.Restart();
        Assert.Equal(undisturbed, await Finish(Play("undisturbed"), "undisturbed"));
        var start = watch.Elapsed;

        // From the middle of a start to somewhere in the play; a play that comes to its end is begun anew.
        var (market, finished) = (0, 0);
        for (var kills = 0; kills < Kills;)
        {
            watch.Restart();
            using var program = Play($"market-{market}");
            if (await program.Ends((start * 0.6) + (random.NextDouble() * 0.6 * (whole - (start * 0.6)))))
            {
                Assert.Equal(undisturbed, await Finish(program, $"market-{market++}"));
                finished++;

                // Faster than it was measured, when others were at work on this machine: the next is killed within that time.
                whole = watch.Elapsed < whole ? watch.Elapsed : whole;
                start = start < whole / 2 ? start : whole / 2;
                continue;
            }

            await program.Kill();
            kills++;
        }

        Assert.Equal(undisturbed, await Finish(Play($"market-{market}"), $"market-{market}"));
        TestContext.Current.TestOutputHelper!.WriteLine($"a play takes {whole}, a start {start}; {finished + 1} plays, {Kills} kills");

        RealProgram Play(string data) => new(
            _folder.FullName, "demo", "--exit", "--offers", offers, "--jobs", jobs, "--data", Path.Combine(_folder.FullName, data),
            "--report", Path.Combine(_folder.FullName, $"{data}.json"));
    }

    [Fact]
    public async Task Serve_KilledWhileClientsWork_KeepsWhatItAcknowledgedExactlyOnce()
    {
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {_seed}");
        var random = new Random(_seed);
        var port = FreePort();
        var program = Serve(port);
        try
        {
            await Ready(port, program);
            var (provider, buyer, lease) = await Rented(port);
            using var stop = new CancellationTokenSource();
            var renters = Enumerable.Range(0, 4).Select(i => Rent(buyer, i, stop.Token));
            var work = Task.WhenAll([Meter(provider, lease, stop.Token), .. renters]);
            for (var kill = 0; kill < ServingKills; kill++)
            {
                await Task.WhenAny(work, Task.Delay(TimeSpan.FromMilliseconds(100 + random.Next(1_500))));
                await program.Kill();
                program.Dispose();
                program = Serve(port);
                await Ready(port, program);
            }

            await stop.CancelAsync();
            await work.WaitAsync(TimeSpan.FromSeconds(60));
            await AssertKept(lease);
        }
        finally
        {
            program.Dispose();
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private int _events;
    private readonly ConcurrentDictionary<string, string> _leases = new();

    private string DatabaseFile => $"Data Source={Path.Combine(_folder.FullName, "served.db")}";

    /// <summary>The report without what differs from run to run.</summary>
    private async Task<string> Finish(RealProgram program, string name)
    {
        using (program)
        {
            Assert.True(await program.Ends(TimeSpan.FromSeconds(120)), $"{name} did not end");
            Assert.True(program.ExitCode == 0, await program.Words());
        }

        var report = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_folder.FullName, $"{name}.json")))!.AsObject();
        Assert.True(report.Remove("seconds") && report.Remove("peakMemoryMiB"));
        return report.ToJsonString();
    }

    private RealProgram Serve(int port)
    {
        _runs++;
        return new(
            _folder.FullName, $"--urls=http://127.0.0.1:{port}", $"--Marketplace:Database={DatabaseFile}",
            $"--Marketplace:OperatorKey={ApiHost.OperatorKey}", "--Marketplace:TestClock=true",
            $"--Marketplace:TestClockStart={ApiHost.Start}", "--Logging:LogLevel:Default=Warning");
    }

    internal static async Task Ready(int port, RealProgram program)
    {
        using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}") };
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromSeconds(60);)
        {
            if (await program.Ends(TimeSpan.FromMilliseconds(20))) Assert.Fail(await program.Words());
            try
            {
                if ((await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
        }

        Assert.Fail("The host did not get ready");
    }

    /// <summary>One provider with cards, one buyer with a started lease of January, and the clock in the middle of it.</summary>
    private static async Task<(HttpClient Provider, HttpClient Buyer, string Lease)> Rented(int port)
    {
        var market = Client(port, ApiHost.OperatorKey);
        var provider = Client(port, (await Send(market, "/v1/accounts", """{"name":"North","roles":["provider"]}""")).At("apiKey.secret"));
        var buyer = Client(port, (await Send(market, "/v1/accounts", """{"name":"Blue","roles":["buyer"]}""")).At("apiKey.secret"));
        await Send(provider, "/v1/offers", $$"""
            {"name":"rack-1","card":"H100 SXM5 80GB","cards":64,"region":"cn-east","ask":{"amount":"7.20","currency":"CNY"},
             "availableFrom":"{{ApiHost.Start}}","availableUntil":"2026-02-28T16:00:00Z"}
            """);
        var lease = (await Send(buyer, "/v1/bids", $$"""
            {"execution":"posted","card":"any","cards":8,"fromAt":"{{ApiHost.Start}}","untilAt":"2026-01-31T16:00:00Z",
             "limitPerScuHour":{"amount":"9","currency":"CNY"},"reference":"metered"}
            """)).At("leaseId");
        await Send(provider, $"/v1/leases/{lease}/start", "");
        await Send(market, "/v1/test-clock", """{"to":"2026-01-20T16:00:00Z"}""");
        return (provider, buyer, lease);
    }

    /// <summary>Sends batches of minutes, each until it is acknowledged; every event of a batch must be there then.</summary>
    private async Task Meter(HttpClient provider, string lease, CancellationToken stop)
    {
        for (var batch = 0; !stop.IsCancellationRequested && batch < 900; batch++)
        {
            var events = Enumerable.Range(batch * 20, 20).Select(minute => JsonSerializer.Serialize(new
            {
                specversion = "1.0", type = "marketplace.usage.v1", source = "/meter", id = $"minute-{minute}", subject = lease,
                data = new { meter = "card_seconds", from = At(minute), until = At(minute + 1), cards = 8 },
            }));
            var answer = await Send(provider, "/v1/usage", $"[{string.Join(',', events)}]");
            Assert.Equal(20, int.Parse(answer.At("accepted")) + int.Parse(answer.At("duplicate")));
            _events += 20;
        }

        static string At(int minute) => Contracts.InstantText.Format(Books.At("2026-01-01") + NodaTime.Duration.FromMinutes(minute));
    }

    /// <summary>Rents an eighth of a card again and again, each until it is acknowledged.</summary>
    private async Task Rent(HttpClient buyer, int who, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested && i < 100; i++)
        {
            var reference = $"rent-{who}-{i}";
            var wish = $$"""{"cards":0.125,"untilAt":"2026-01-31T16:00:00Z","reference":"{{reference}}"}""";
            var quote = await Send(buyer, "/v1/quotes", wish, $"quote-{reference}");
            var accepted = await Send(buyer, $"/v1/quotes/{quote.At("quoteId")}/accept", "", $"accept-{reference}");
            Assert.True(_leases.TryAdd(reference, accepted.At("leaseId")));
        }
    }

    private async Task AssertKept(string lease)
    {
        await using var database = new Database(DatabaseFile, new FakeClock(Books.At("2026-01-21")));
        await Eventually.True(
            async () =>
            {
                await using var look = await database.Read();
                var backlog = await Backlog.Of(look);
                Assert.Equal(0, backlog.Parked);
                return backlog.IsEmpty && await PostedBids.Unmatched(look) == 0;
            },
            "the backlog has drained");
        await using var session = await database.Read();
        var leases = (await LeaseBook.List(session, null, null, null, int.MaxValue)).Where(l => l.Reference != "metered").ToList();
        TestContext.Current.TestOutputHelper!.WriteLine($"{_runs} runs, {_events} events, {leases.Count} leases");
        Assert.True(_events > 0 && !_leases.IsEmpty);
        Assert.Equal(
            _leases.OrderBy(l => l.Key, StringComparer.Ordinal),
            leases.ToDictionary(l => l.Reference!, l => l.LeaseId.Value).OrderBy(l => l.Key, StringComparer.Ordinal));
        var offer = Assert.Single(await OfferBook.Open(session, Books.At("2026-01-21"), Books.At("2026-01-31")));
        Assert.Equal(64_000 - 8_000 - (125 * leases.Count), offer.Free.Millis);

        // 8 cards x 7.20 by the minute: 0.96 each, exactly.
        var totals = await Totals.Of(session, Currency.Cny);
        Assert.Equal(
            (_events, _events * 480_000_000L, _events * 960_000_000L), (totals.UsageEvents, totals.Metered.Micros, totals.ChargesNanos));
        Assert.Equal(totals.ChargesNanos, (await LeaseBook.Find(session, new(lease)))!.Spent.Nanos);
    }

    internal static HttpClient Client(int port, string key) => new()
    {
        BaseAddress = new($"http://127.0.0.1:{port}"), DefaultRequestHeaders = { Authorization = new("Bearer", key) },
    };

    /// <summary>Sends it until it is acknowledged, however often the host is killed meanwhile.</summary>
    internal static async Task<Told> Send(HttpClient client, string path, string body, string? key = null)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromSeconds(60); await Task.Delay(20))
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative))
            {
                Content = new StringContent(body, Encoding.UTF8, "application/json"),
            };
            if (key is not null) request.Headers.Add("Idempotency-Key", key);
            try
            {
                using var response = await client.SendAsync(request);
                var text = await response.Content.ReadAsStringAsync();
                if (response.IsSuccessStatusCode) return new(JsonNode.Parse(text)!);
                if ((int)response.StatusCode < 500) Assert.Fail($"{path}: {text}");
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                // Killed, or not up again yet.
            }
        }

        Assert.Fail($"{path} was not acknowledged");
        return null!;
    }

    /// <summary>
    /// A port that stays free while its program is dead: below those that the system gives to whoever asks for any, which other tests do
    /// all the time.
    /// </summary>
    internal static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(10_000, 32_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody's.
            }
        }
    }

    internal sealed record Told(JsonNode Json)
    {
        public string At(string path) => path.Split('.').Aggregate(Json, (node, name) => node[name]!).ToString();
    }
}
