using System.CommandLine;
using System.CommandLine.Parsing;
using Marketplace.Billing;
using Marketplace.Contracts;
using NodaTime;

namespace Marketplace;

/// <summary><c>connect slurm</c>: serves a provider's leases from its Slurm cluster; what its options mean, they say themselves.</summary>
internal static class ConnectCommand
{
    private const int WrongUse = 2;

    private static readonly Option<Uri> Server =
        new("--server") { Description = "The marketplace", Required = true, CustomParser = Address };

    private static readonly Option<string> Key = new("--key")
    {
        Description = "The provider's API key; rather give it in the environment, as MARKETPLACE_KEY",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("MARKETPLACE_KEY") ?? "",
    };

    private static readonly Option<string> Partition =
        new("--partition") { Description = "The partition of the nodes that are for sale", Required = true };

    private static readonly Option<string> LoginHost = new("--login-host") { Description = "Where buyers log in", Required = true };

    private static readonly Option<string> LoginProgram = new("--login-program")
    {
        Description = "The path of a program that is given a buyer's id and name, and prints its login, which it makes if need be",
        Required = true,
    };

    private static readonly Option<string?> Gres =
        new("--gres") { Description = "The generic resource of which one is a card, such as gpu; without: cards are counted by CPUs" };

    private static readonly Option<int> CpusPerCard =
        new("--cpus-per-card") { Description = "CPUs that are reserved with each card", DefaultValueFactory = _ => 1 };

    private static readonly Option<int?> CardsPerNode =
        new("--cards-per-node") { Description = "Reserve whole nodes, of so many cards each, instead of CPUs" };

    private static readonly Option<string[]> Offers =
        new("--offer") { Description = "Serve the leases of this offer alone; may be given again. Without: of all the provider's offers" };

    private static readonly Option<string> Prefix = new("--account-prefix")
    {
        Description = "Begins the names of accounts and reservations; two connectors on one cluster need two",
        DefaultValueFactory = _ => "mkt_",
    };

    private static readonly Option<int> Every =
        new("--every") { Description = "Seconds between two looks", DefaultValueFactory = _ => 30 };

    private static readonly Option<int> Since =
        new("--since-hours") { Description = "How far back the first look asks for usage", DefaultValueFactory = _ => 72 };

    private static readonly Option<bool> Once =
        new("--once") { Description = "Look once; ends with 0, or with 1 when something is left to do" };

    private static readonly Option<Uri?> Listen =
        new("--listen")
        {
            Description = "Take the marketplace's webhooks here, such as http://127.0.0.1:9090/hook, and look at once",
            CustomParser = Address,
        };

    private static readonly Option<string> Secret = new("--secret")
    {
        Description = "The webhook's secret, whsec_...; rather give it in the environment, as MARKETPLACE_WEBHOOK_SECRET",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("MARKETPLACE_WEBHOOK_SECRET") ?? "",
    };

    private static readonly Option<DirectoryInfo?> Tools =
        new("--bin") { Description = "The folder of Slurm's tools, when they are not on the path" };

    private static readonly Option<FileInfo?> Configuration =
        new("--conf") { Description = "The cluster's slurm.conf, when it is not where the tools look" };

    public static Command Make()
    {
        var slurm = new Command("slurm", "Serves leases from a Slurm cluster: reservations for cards, sacct for usage")
        {
            Server, Key, Partition, LoginHost, LoginProgram, Gres, CpusPerCard, CardsPerNode, Offers, Prefix, Every, Since, Once, Listen,
            Secret, Tools, Configuration,
        };
        slurm.SetAction(Run);
        return new Command("connect", "Serves a provider's leases from its own scheduler") { slurm };
    }

    // Asked once everything is read: a validator of the command would not see the defaults.
    private static IEnumerable<string> Faults(ParseResult parsed)
    {
        if (string.IsNullOrEmpty(parsed.GetValue(Key))) yield return "--key, or MARKETPLACE_KEY in the environment, is required";
        if (parsed.GetValue(CpusPerCard) < 1) yield return "--cpus-per-card is 1 or more";
        if (parsed.GetValue(CardsPerNode) < 1) yield return "--cards-per-node is 1 or more";
        if (parsed.GetValue(Every) < 1) yield return "--every is 1 second or more";
        if (parsed.GetValue(Since) is < 1 or > 24 * 366) yield return "--since-hours is 1 to 8784";
        if (parsed.GetValue(Offers)!.FirstOrDefault(text => !OfferId.TryParse(text, out _)) is { } wrong)
            yield return $"--offer is an id such as offer_..., not {wrong}";
        if (!IsPrefix(parsed.GetValue(Prefix)!)) yield return "--account-prefix is 1 to 20 letters a-z, digits, - or _";
        if (parsed.GetValue(Listen) is not { } listen) yield break;
        if (listen.Scheme != Uri.UriSchemeHttp) yield return "--listen speaks http; a proxy before it may speak https";
        if (WebhookSecret.Read(parsed.GetValue(Secret)!) is null)
            yield return "--listen takes --secret, or MARKETPLACE_WEBHOOK_SECRET in the environment: whsec_ and base64";
    }

    private static Uri Address(ArgumentResult given)
    {
        var text = given.Tokens is [var token] ? token.Value : "";
        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https") return address;
        given.AddError($"{text} is no address such as http://127.0.0.1:5080");
        return new("http://localhost");
    }

    // Slurm writes the names of accounts in lower case, whatever they were.
    private static bool IsPrefix(string text) =>
        text.Length is > 0 and <= 20 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_');

    private static async Task<int> Run(ParseResult parsed, CancellationToken ct)
    {
        var faults = Faults(parsed).ToList();
        foreach (var fault in faults) await Console.Error.WriteLineAsync(fault);
        if (faults.Count > 0) return WrongUse;

        var site = new SlurmSite
        {
            Partition = parsed.GetValue(Partition)!, Prefix = parsed.GetValue(Prefix)!, Gres = parsed.GetValue(Gres),
            CpusPerCard = parsed.GetValue(CpusPerCard), CardsPerNode = parsed.GetValue(CardsPerNode),
            Offers = [.. parsed.GetValue(Offers)!.Select(OfferId.From)], LoginHost = parsed.GetValue(LoginHost)!,
            LoginProgram = Path.GetFullPath(parsed.GetValue(LoginProgram)!),
        };
        using var market = new MarketApi(parsed.GetValue(Server)!, parsed.GetValue(Key)!);
        var slurm = new SlurmCommand(parsed.GetValue(Tools)?.FullName, parsed.GetValue(Configuration)?.FullName);
        var connector = new SlurmConnector(market, slurm, site, Duration.FromHours(parsed.GetValue(Since)), Console.Out);
        if (parsed.GetValue(Once)) return await connector.Look(ct) ? 0 : 1;

        using var bell = new Signal();
        var listen = parsed.GetValue(Listen);
        await using var door = listen is null
            ? null
            : await Doorbell.Open(listen, WebhookSecret.Read(parsed.GetValue(Secret)!)!.Value, bell, TimeProvider.System, ct);
        try
        {
            await connector.Run(bell, TimeSpan.FromSeconds(parsed.GetValue(Every)), ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Told to stop: whatever was under way is done by the next start.
        }

        return 0;
    }
}
