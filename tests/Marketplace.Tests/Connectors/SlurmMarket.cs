using System.Text.Json;
using Marketplace.Billing;
using Marketplace.Contracts;
using NodaTime;

namespace Marketplace;

/// <summary>
/// A market on the real clock, whose one provider serves its 4 cards from a real Slurm: a card is a gpu and 2 CPUs, and costs 3.60 CNY an
/// hour, so that a card-second costs a thousandth.
/// </summary>
public sealed class SlurmMarket : IAsyncDisposable
{
    private const string Partition = "market";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("marketplace-slurm-");

    private SlurmMarket(ApiHost host, ApiClient provider, ApiClient buyer) => (Host, Provider, Buyer) = (host, provider, buyer);

    public ApiHost Host { get; }

    public ApiClient Provider { get; }

    public ApiClient Buyer { get; }

    /// <summary>What the connectors of this market have said.</summary>
    public StringWriter Log { get; } = new();

    internal SlurmCommand Slurm { get; } = new(null, TestServers.Slurm);

    // Root lends its jobs to a user that every Debian has; anybody else runs them.
    private static string Login => Environment.UserName == "root" ? "games" : Environment.UserName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string LoginProgram => Path.Combine(_folder.FullName, "login");

    public static async Task<SlurmMarket> Open()
    {
        var host = await ApiHost.Run(
            args:
            [
                "--Marketplace:TestClock=false", "--Marketplace:TestClockStart=", "--Marketplace:AuctionMinutes=0",
                "--Marketplace:WebhooksToPrivateAddresses=true",
            ]);
        var market = new SlurmMarket(host, await host.Open("North Lake", "provider"), await host.Open("Blue Heron", "buyer"));
        await market.Script("login", $"echo {Login}");
        var offer = await market.Provider.Post("/v1/offers", $$"""
            {"name":"rack-1","card":"H100 SXM5 80GB","cards":4,"region":"{{market.Region}}","ask":{"amount":"3.60","currency":"CNY"},
             "availableFrom":"{{InFuture(Duration.Zero)}}","availableUntil":"{{InFuture(Duration.FromDays(1))}}"}
            """);
        Assert.True(offer.Status == 201, offer.Body);
        return market;
    }

    /// <summary>Rents cards from now on for ten minutes.</summary>
    public async Task<string> Rent(int cards)
    {
        var quote = await Buyer.Post("/v1/quotes", $$"""
            {"card":"H100 SXM5 80GB","cards":{{cards}},"region":"{{Region}}","untilAt":"{{InFuture(Duration.FromMinutes(10))}}"}
            """);
        Assert.True(quote.Status == 201, quote.Body);
        var accepted = await Buyer.Post($"/v1/quotes/{quote.Text("quoteId")}/accept", "");
        Assert.True(accepted.Status is 200 or 201, accepted.Body);
        return accepted.Text("leaseId");
    }

    /// <summary>Rents cards, and looks until they are handed over.</summary>
    public async Task<string> Rented(int cards)
    {
        var lease = await Rent(cards);
        await Look(async () => await StateOf(lease) == "active", "the lease handed over");
        return lease;
    }

    /// <summary>The buyer gives the cards back, and Slurm has them again.</summary>
    public async Task End(string lease)
    {
        Assert.Equal(200, (await Buyer.Post($"/v1/leases/{lease}/end", "")).Status);
        await Look(async () => await ReservationOf(lease) is null, "the reservation gone");
    }

    public async Task<string> StateOf(string lease) => (await Buyer.Get($"/v1/leases/{lease}")).Text("state");

    /// <summary>
    /// Usage of a lease that the marketplace took, job by job: one that ran over the full hour was told in two events, and is one here.
    /// </summary>
    internal async Task<IReadOnlyList<JobUsage>> Usage(string lease) =>
    [
        .. (await Provider.Get($"/v1/usage?lease={lease}")).At("items").EnumerateArray()
            .GroupBy(e => Text(e, "eventId")[..Text(e, "eventId").LastIndexOf('-')])
            .Select(job => new JobUsage(
                job.Min(e => At(e, "fromAt")), job.Max(e => At(e, "untilAt")), job.First().GetProperty("cards").GetRawText(), job.Count())),
    ];

    /// <summary>An instant of an answer.</summary>
    internal static Instant At(JsonElement json, string name) =>
        InstantText.TryParse(Text(json, name), out var instant) ? instant : throw new FormatException(name);

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    /// <summary>A connector that has just been started: it remembers nothing.</summary>
    internal SlurmConnector Connector(string? key = null) => new(
        new MarketApi(Host.Address, key ?? Provider.Key!), Slurm,
        new SlurmSite { Partition = Partition, Gres = "gpu", CpusPerCard = 2, LoginHost = "login.test", LoginProgram = LoginProgram },
        Duration.FromHours(1), Log);

    /// <summary>Looks with new connectors, which remember nothing, until a fact is there.</summary>
    internal Task Look(Func<Task<bool>> until, string what) => Eventually.True(
        async () =>
        {
            await Connector().Look(Ct);
            return await until();
        },
        $"{what}\n{Log}");

    /// <summary>The program <c>connect slurm --once</c>, as a provider starts it.</summary>
    internal RealProgram Program(string? tools = null) => new(
        _folder.FullName,
        [
            "connect", "slurm", "--server", $"{Host.Address}", "--key", Provider.Key!, "--partition", Partition, "--gres", "gpu",
            "--cpus-per-card", "2", "--login-host", "login.test", "--login-program", LoginProgram, "--conf", TestServers.Slurm, "--once",
            .. tools is null ? Array.Empty<string>() : ["--bin", tools],
        ]);

    /// <summary>Slurm's tools, but <c>scontrol</c>, once it has made a reservation, says so in a file and does not end.</summary>
    internal async Task<(string Tools, string Made)> ToolsThatHang()
    {
        var made = Path.Combine(_folder.FullName, "made");
        foreach (var tool in new[] { "sacct", "sacctmgr", "scancel", "squeue" })
            await Script(Path.Combine("tools", tool), $"exec {tool} \"$@\"");
        await Script(
            Path.Combine("tools", "scontrol"), $"scontrol \"$@\" || exit\n[ \"$1\" != create ] || {{ : >{made}; exec sleep 60; }}");
        return (Path.Combine(_folder.FullName, "tools"), made);
    }

    /// <summary>The cards' reservation as Slurm shows it; null: there is none.</summary>
    internal async Task<string?> ReservationOf(string lease)
    {
        var shown = await Slurm.Run("scontrol", ["--oneliner", "show", "reservation"], Ct);
        return shown.Split('\n').SingleOrDefault(line => line.StartsWith($"ReservationName=mkt_{lease} ", StringComparison.Ordinal));
    }

    /// <summary>Submits a job as the buyer does: with what it was told at the hand-over. Returns its number.</summary>
    internal async Task<string> Submit(string lease, string script, int cards)
    {
        var access = (await Buyer.Get($"/v1/leases/{lease}/access")).At("access");
        Assert.Equal("login.test", access.GetProperty("host").GetString());
        var submit = access.GetProperty("submit").GetString()!.Split(' ');
        string[] lent = Login == Environment.UserName ? [] : [$"--uid={Login}"];
        return (await Slurm.Run(
            submit[0],
            [.. submit[1..], .. lent, "--parsable", $"--gres=gpu:{cards}", "--chdir=/tmp", "--output=/dev/null", "--wrap", script],
            Ct)).Trim();
    }

    /// <summary>When a job began and ended, from Slurm's books, as soon as it is in such a state for a second or more.</summary>
    internal async Task<(Instant Start, Instant? End)> Job(string job, string state)
    {
        var parts = Array.Empty<string>();
        await Eventually.True(
            async () =>
            {
                parts = (await Slurm.Run(
                    "sacct", ["--noheader", "--parsable2", "--allocations", $"--jobs={job}", "--format=State,ElapsedRaw,Start,End"], Ct))
                    .Trim().Split('|');
                return parts.Length == 4 && parts[0].StartsWith(state, StringComparison.Ordinal) && int.Parse(parts[1]) > 0;
            },
            $"job {job} {state}\n{Log}");
        return (At(parts[2]), parts[3] == "Unknown" ? null : At(parts[3]));
    }

    public async ValueTask DisposeAsync()
    {
        // What a test leaves behind would take the cards of the next one.
        foreach (var name in Reservation.Names(await Slurm.Run("scontrol", ["--oneliner", "show", "reservation"], Ct)))
        {
            await Slurm.Run("scancel", [$"--reservation={name}"], Ct);
            await Eventually.True(
                async () => (await Slurm.Try("scontrol", ["delete", $"ReservationName={name}"], Ct)).Code == 0, $"no reservation {name}");
        }

        await Host.DisposeAsync();
        _folder.Delete(recursive: true);
        await Log.DisposeAsync();
    }

    private static Instant At(string seconds) => Instant.FromUnixTimeSeconds(long.Parse(seconds));

    private static string InFuture(Duration duration) =>
        InstantText.Format(Instant.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()) + duration);

    private string Region => "r" + Provider.Id[^8..];

    /// <summary>What one job used.</summary>
    internal sealed record JobUsage(Instant From, Instant Until, string Cards, int Events);

    private async Task Script(string name, string body)
    {
        var file = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, $"#!/bin/sh\n{body}\n", Ct);
#pragma warning disable CA1416 // Slurm's machines run Linux.
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
#pragma warning restore CA1416
    }
}
