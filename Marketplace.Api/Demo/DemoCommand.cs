using System.Diagnostics;
using Marketplace.Billing;
using Marketplace.Contracts;
using NodaTime;
using NodaTime.Text;
using Spectre.Console;

namespace Marketplace;

/// <summary>What <c>demo</c> was asked for.</summary>
/// <param name="Offers">A market to play instead of the sample; both files or neither.</param>
/// <param name="Data">Where the database goes; null: a folder of its own that is removed at the end.</param>
/// <param name="Exit">Stop after the summary instead of serving what was played.</param>
internal sealed record DemoCommand(FileInfo? Offers, FileInfo? Jobs, DirectoryInfo? Data, FileInfo? Report, bool Exit, string Urls)
{
    /// <summary>The sample's month ends here: the first instant of February 2026 in Shanghai.</summary>
    private static readonly Instant SampleEnd = Instant.FromUtc(2026, 1, 31, 16, 0);

    /// <summary>Plays, prints, and serves until it is stopped.</summary>
    /// <returns>0, or 1 when the books do not agree.</returns>
    public async Task<int> Run(CancellationToken ct)
    {
        var watch = Stopwatch.StartNew();
        if (Console.IsOutputRedirected)
        {
            // A file or a pipe has no width and no colours.
            AnsiConsole.Console =
                AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
            AnsiConsole.Profile.Width = 140;
        }

        var files = Read();
        var temporary = Data is null && Environment.GetEnvironmentVariable("Marketplace__Database") is null
            ? Directory.CreateTempSubdirectory("marketplace-demo-")
            : null;
        try
        {
            var operatorKey = ApiKey.NewSecret();
            await using var app = Host.Build(Settings(operatorKey, (Data ?? temporary)?.FullName, Start(files)));
            await app.StartAsync(ct);
            var report = await Play(app.Services, files, watch, ct);
            if (Report is not null) await report.Save(Report.FullName);
            if (Exit)
            {
                await app.StopAsync(ct);
            }
            else
            {
                await Welcome(app, operatorKey, ct);
                await app.WaitForShutdownAsync(ct);
            }

            return report is { LedgerImbalance: 0, Unreconciled: 0 } ? 0 : 1;
        }
        finally
        {
            temporary?.Delete(recursive: true);
        }
    }

    private MarketFiles Read()
    {
        if (Offers is null || Jobs is null) return MarketFiles.Sample();
        using var offers = Offers.OpenText();
        using var jobs = Jobs.OpenText();
        return MarketFiles.Read(offers, jobs, null);
    }

    private static Instant Start(MarketFiles files) =>
        files.Offers.Select(o => o.Draft.AvailableFrom).Concat(files.Jobs.Select(j => j.From)).Min();

    private string[] Settings(string operatorKey, string? data, Instant start)
    {
        List<string> settings =
        [
            "--Marketplace:TestClock=true",
            $"--Marketplace:TestClockStart={InstantText.Format(start)}",
            $"--Marketplace:OperatorKey={operatorKey}",
            $"--urls={(Exit ? "http://127.0.0.1:0" : Urls)}",
            "--Logging:LogLevel:Default=Warning",
        ];
        if (data is not null) settings.Add($"--Marketplace:Database=Data Source={Path.Combine(data, "marketplace.db")}");
        return [.. settings];
    }

    private async Task<DemoReport> Play(IServiceProvider services, MarketFiles files, Stopwatch watch, CancellationToken ct)
    {
        var database = services.GetRequiredService<Database>();
        var clock = (TestClock)services.GetRequiredService<IClock>();
        var play = new MarketPlay(database, clock, services.GetRequiredService<MarketplaceOptions>(), files);
        var start = Start(files);
        await AnsiConsole.Progress().HideCompleted(false).StartAsync(async context =>
        {
            var bar = context.AddTask("Playing the market", maxValue: 1);
            await play.Run(Offers is null ? SampleEnd : null, (at, last) =>
            {
                bar.Description = $"Playing {InstantPattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm").Format(at)} UTC";
                bar.Value = Math.Min(1, (at - start) / (last - start));
            }, ct);
            bar.Value = 1;
        });
        await using var session = await database.Read(ct);
        var report = await DemoReport.Of(session, files.Jobs.Count, play.Served, watch.Elapsed);
        await DemoSummary.Print(session, report, new Interval(start, session.Now));
        return report;
    }

    /// <summary>Says where the market is and with which keys to look at it, each from another chair.</summary>
    private static async Task Welcome(WebApplication app, string operatorKey, CancellationToken ct)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.WriteLine(
            $"The market is open at {string.Join(" and ", app.Urls)} (stop it with Ctrl-C). Sign in with one of these keys:");
        await using var session = await app.Services.GetRequiredService<Database>().Write(ct);
        var organisations = await Organisation.List(session, null, "", int.MaxValue);
        var accountant = organisations.FirstOrDefault(o => o.Roles.Contains(Role.Accountant))
            ?? await new OpenAccount("Accountant", [Role.Accountant], MarketPlay.Zone).Open(session);
        AnsiConsole.WriteLine($"  operator    {operatorKey}");
        foreach (var (chair, who) in new[]
        {
            ("accountant", accountant),
            ("provider", organisations.First(o => o.Roles.Contains(Role.Provider))),
            ("buyer", organisations.First(o => o.Roles.Contains(Role.Buyer))),
        })
        {
            var key = await IssuedApiKey.New(session, who.OrganisationId, "demo");
            AnsiConsole.WriteLine($"  {chair,-11} {key.Secret}   ({who.Name})");
        }

        await session.Commit();
    }
}
