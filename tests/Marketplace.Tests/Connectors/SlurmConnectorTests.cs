using System.Net;
using Marketplace.Billing;
using NodaTime;

namespace Marketplace;

/// <summary>Leases served by a real Slurm in which real jobs run, on the real clock. One by one: they share its one node.</summary>
public sealed class SlurmConnectorTests : IAsyncLifetime
{
    private SlurmMarket _market = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _market = await SlurmMarket.Open();

    public ValueTask DisposeAsync() => _market.DisposeAsync();

    [Fact]
    public async Task Lease_RunsAJob_IsChargedItsCardSeconds_AndGivesTheCardsBack()
    {
        var lease = await _market.Rent(cards: 2);
        await Eventually.True(Finish, "the program has nothing left to do");
        Assert.Equal("active", await _market.StateOf(lease));
        var reservation = await _market.ReservationOf(lease);
        Assert.Contains("CoreCnt=4 ", reservation, StringComparison.Ordinal);
        Assert.Contains($"Accounts=mkt_{_market.Buyer.Id} ", reservation, StringComparison.Ordinal);

        // A job of the buyer runs to its end.
        var (start, end) = await _market.Job(await _market.Submit(lease, "sleep 1", cards: 2), "COMPLETED");
        await _market.Look(async () => (await _market.Usage(lease)).Count == 1, "the job's usage");
        var usage = (await _market.Usage(lease))[0];
        var from = await Handed(lease, start);
        Assert.Equal((from, end!.Value, "2"), (usage.From, usage.Until, usage.Cards));
        await _market.Host.Settle();
        var seconds = 2 * (end.Value - from).ToInt64Nanoseconds() / 1e9m;
        var read = await _market.Buyer.Get($"/v1/leases/{lease}");
        Assert.Equal(seconds, read.At("metered").GetDecimal());
        Assert.Equal(seconds * 0.001m, decimal.Parse(read.Text("spent.amount")));

        // Connectors that remember nothing report it again, and nothing is counted twice.
        for (var restart = 0; restart < 2; restart++) Assert.True(await _market.Connector().Look(Ct), $"{_market.Log}");
        Assert.Contains($"{usage.Events} known before", $"{_market.Log}", StringComparison.Ordinal);
        Assert.Single(await _market.Usage(lease));

        // The buyer ends it while a job runs.
        var job = await _market.Submit(lease, "sleep 300", cards: 2);
        await _market.Job(job, "RUNNING");
        await _market.End(lease);
        await _market.Job(job, "CANCELLED");
        await _market.Look(async () => (await _market.Usage(lease)).Count == 2, "the cancelled job's usage");
        var ended = await _market.Buyer.Get($"/v1/leases/{lease}");
        Assert.True((await _market.Usage(lease))[1].Until <= SlurmMarket.At(ended.Json, "endedAt"));
        Assert.Empty((await _market.Provider.Get("/v1/usage/quarantine")).At("items").EnumerateArray());
    }

    [Fact]
    public async Task Interruption_TakesTheCardsAway_AndResumingGivesThemBack()
    {
        var lease = await _market.Rented(cards: 1);
        var job = await _market.Submit(lease, "sleep 300", cards: 1);
        var (start, _) = await _market.Job(job, "RUNNING");

        var interrupted = await _market.Provider.Post($"/v1/leases/{lease}/interrupt", """{"reason":"force_majeure"}""");
        Assert.Equal(200, interrupted.Status);
        await _market.Look(async () => await _market.ReservationOf(lease) is null, "the reservation gone");
        var (_, end) = await _market.Job(job, "CANCELLED");
        Assert.Equal(200, (await _market.Provider.Post($"/v1/leases/{lease}/resume", "")).Status);
        await _market.Look(async () => await _market.ReservationOf(lease) is not null, "the reservation back");

        // What ran before is reported, cut where the lease was interrupted.
        await _market.Look(async () => (await _market.Usage(lease)).Count == 1, "the usage before");
        var usage = (await _market.Usage(lease))[0];
        Assert.Equal(await Handed(lease, start), usage.From);
        Assert.InRange(usage.Until, start, end!.Value);
        await _market.Job(await _market.Submit(lease, "sleep 1", cards: 1), "COMPLETED");
        await _market.Look(async () => (await _market.Usage(lease)).Count == 2, "the usage after");
        Assert.Empty((await _market.Provider.Get("/v1/usage/quarantine")).At("items").EnumerateArray());
    }

    [Fact]
    public async Task Connector_KilledBetweenReservationAndHandOver_GoesOnWhereItWas()
    {
        var lease = await _market.Rent(cards: 4);
        var (tools, made) = await _market.ToolsThatHang();
        await Eventually.True(KilledOnceMade, "the reservation made");

        Assert.Equal("provisioning", await _market.StateOf(lease));
        var began = Began(await _market.ReservationOf(lease));
        await _market.Look(async () => await _market.StateOf(lease) == "active", "the lease handed over");
        Assert.Equal(began, Began(await _market.ReservationOf(lease)));

        // It ends without a reservation when Slurm is not ready, such as while the cards of an earlier job are not free yet.
        async Task<bool> KilledOnceMade()
        {
            using var program = _market.Program(tools);
            await Eventually.True(() => Task.FromResult(File.Exists(made) || program.HasEnded), "the reservation made");
            if (!File.Exists(made)) return false;
            await program.Kill();
            return true;
        }

        // What stays of a reservation as Slurm shows it: the fields behind come and go while it settles.
        static string Began(string? reservation) =>
            reservation!.Split(' ').Single(field => field.StartsWith("StartTime=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reservation_GoesOnlyWhenItsOwnLeaseSaysSo()
    {
        var lease = await _market.Rented(cards: 1);
        var stranger = await _market.Host.Open("South Lake", "provider");

        Assert.True(await _market.Connector(stranger.Key).Look(Ct), $"{_market.Log}");
        Assert.False(await _market.Connector("no key at all").Look(Ct));
        Assert.NotNull(await _market.ReservationOf(lease));

        await _market.End(lease);
        Assert.Null(await _market.ReservationOf(lease));
    }

    [Fact]
    public async Task Webhook_MakesItLookAtOnce_WhenItIsGenuine()
    {
        using var bell = new Signal();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var address = await Forged(bell);
        var hook = await _market.Provider.Post("/v1/webhooks", $$"""{"url":"{{address}}","kinds":["lease.*"]}""");
        Assert.True(hook.Status == 201, hook.Body);
        var secret = WebhookSecret.Read(hook.Text("secret"))!.Value;
        await using var door = await Doorbell.Open(address, secret, bell, TimeProvider.System, Ct);

        // The first lease is there at the first look; after it, an hour would pass until the second is seen.
        var first = await _market.Rent(cards: 1);
        var running = _market.Connector().Run(bell, TimeSpan.FromHours(1), stop.Token);
        await Eventually.True(async () => await _market.StateOf(first) == "active", "the first lease handed over");
        var second = await _market.Rent(cards: 1);
        await Eventually.True(async () => await _market.StateOf(second) == "active", "the second lease handed over");

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    // Where a door stood at which nobody could ring without the secret; its port is free again.
    private static async Task<Uri> Forged(Signal bell)
    {
        var address = new Uri($"http://127.0.0.1:{KillTests.FreePort()}/hook");
        await using var door = await Doorbell.Open(address, WebhookSecret.New(), bell, TimeProvider.System, Ct);
        using var stranger = new HttpClient();
        using var answer = await stranger.PostAsync(address, new StringContent("{}"), Ct);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        return address;
    }

    // Slurm counts in whole seconds, and so a job may seem to begin before its lease, in the second of the hand-over.
    private async Task<Instant> Handed(string lease, Instant start) =>
        Instant.Max(start, SlurmMarket.At((await _market.Buyer.Get($"/v1/leases/{lease}")).Json, "startedAt"));

    private async Task<bool> Finish()
    {
        using var program = _market.Program();
        Assert.True(await program.Ends(TimeSpan.FromSeconds(60)));
        Assert.True(program.ExitCode is 0 or 1, await program.Words());
        return program.ExitCode == 0;
    }
}
