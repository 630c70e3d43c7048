using System.Data.Common;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>What a host does. Any number of hosts may share the work.</summary>
[Flags]
public enum HostRoles
{
    None = 0,

    /// <summary>Serves the API and the pages.</summary>
    Api = 1,

    /// <summary>Takes messages from the broker. Without a broker the relay's host does this work.</summary>
    Worker = 2,

    /// <summary>Hands over what lies in the outbox.</summary>
    Relay = 4,

    /// <summary>Runs the call auctions when they are due.</summary>
    Auctioneer = 8,

    All = Api | Worker | Relay | Auctioneer,
}

/// <summary>
/// Everything that can be set, section <c>Marketplace</c>: by environment (<c>Marketplace__Database=…</c>), by command line
/// (<c>--Marketplace:Database=…</c>) or in appsettings.json.
/// </summary>
public sealed record MarketplaceOptions
{
    public const string Section = "Marketplace";

    /// <summary>What the market calls itself on pages.</summary>
    public string Name { get; init; } = "Marketplace";

    /// <summary>A data source (SQLite) or a host (PostgreSQL); by default a file below the current directory.</summary>
    public string Database { get; init; } = "Data Source=data/marketplace.db";

    /// <summary>The broker, as <c>amqp://user:password@host:5672/vhost</c>; empty: messages are handled in this process.</summary>
    public string RabbitMq { get; init; } = "";

    /// <summary>
    /// A key that opens the market to its operator, 20 to 200 visible characters; empty: the first start makes one and prints it.
    /// </summary>
    public string OperatorKey { get; init; } = "";

    /// <summary>For tests and demonstrations: time stands still until it is moved over the API.</summary>
    public bool TestClock { get; init; }

    /// <summary>Where a new test clock begins, such as <c>2026-01-01T00:00:00Z</c>; empty: at the time of its first start.</summary>
    public string TestClockStart { get; init; } = "";

    /// <summary>Any of <c>api,worker,relay,auctioneer</c>; also <c>--roles</c>.</summary>
    public string Roles { get; init; } = "api,worker,relay,auctioneer";

    /// <summary>The market's share of what buyers pay, in basis points, 0 to 10,000. A lease keeps what was in force.</summary>
    public int CommissionBasisPoints { get; init; } = 500;

    /// <summary>So many whole days after its end a day's price index becomes final, 0 to 30.</summary>
    public int IndexFinalDays { get; init; } = 3;

    /// <summary>Minutes from one auction to the next, counted from the full hour: a divisor of 60; 0: on demand only.</summary>
    public int AuctionMinutes { get; init; } = 15;

    /// <summary>Minutes after its window has begun in which a lease must be handed over, 1 to 1,440; then it is a no-show.</summary>
    public int HandOverMinutes { get; init; } = 15;

    /// <summary>Minutes for which leases wait, paused, when their buyer's funds have run out, 0 to 10,080; then they are ended.</summary>
    public int FundsGraceMinutes { get; init; } = 60;

    /// <summary>Webhooks may call addresses of private networks: for tests, and for markets within one network.</summary>
    public bool WebhooksToPrivateAddresses { get; init; }

    internal HostRoles HostRoles => Roles.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Aggregate(HostRoles.None, (roles, word) => roles | (word switch
        {
            "api" => HostRoles.Api,
            "worker" => HostRoles.Worker,
            "relay" => HostRoles.Relay,
            "auctioneer" => HostRoles.Auctioneer,
            _ => throw Wrong(nameof(Roles), $"'{word}' is none of api, worker, relay, auctioneer"),
        }));

    internal Uri? Broker => RabbitMq.Length == 0 ? null : new Uri(RabbitMq);

    internal Instant? ClockStart => InstantText.TryParse(TestClockStart, out var start) ? start : null;

    /// <summary>Reads and checks the section.</summary>
    /// <exception cref="InvalidOperationException">A key is unknown or its value cannot be; the message names it.</exception>
    public static MarketplaceOptions Read(IConfiguration configuration)
    {
        var options = configuration.GetSection(Section)
            .Get<MarketplaceOptions>(binder => binder.ErrorOnUnknownConfiguration = true) ?? new();
        if (options.Name.Trim().Length == 0) throw Wrong(nameof(Name), "is empty");
        if (options.HostRoles == HostRoles.None) throw Wrong(nameof(Roles), "names no role");
        if (options.CommissionBasisPoints is < 0 or > BasisPoints.Whole)
            throw Wrong(nameof(CommissionBasisPoints), $"is not 0 to {BasisPoints.Whole}");
        if (options.IndexFinalDays is < 0 or > 30) throw Wrong(nameof(IndexFinalDays), "is not 0 to 30");
        if (options.AuctionMinutes is < 0 or > 60 || (options.AuctionMinutes > 0 && 60 % options.AuctionMinutes != 0))
            throw Wrong(nameof(AuctionMinutes), "is not 0 or a divisor of 60");
        if (options.HandOverMinutes is < 1 or > 1_440) throw Wrong(nameof(HandOverMinutes), "is not 1 to 1440");
        if (options.FundsGraceMinutes is < 0 or > 10_080) throw Wrong(nameof(FundsGraceMinutes), "is not 0 to 10080");
        if (options.OperatorKey is { Length: > 0 } key && (key.Length is < 20 or > 200 || key.Any(c => c is < '!' or > '~')))
            throw Wrong(nameof(OperatorKey), "is not 20 to 200 visible ASCII characters");
        var isBroker = Uri.TryCreate(options.RabbitMq, UriKind.Absolute, out var broker) && broker.Scheme is "amqp" or "amqps";
        if (options.RabbitMq.Length > 0 && !isBroker)
            throw Wrong(nameof(RabbitMq), "is not an address such as amqp://user:password@host:5672/vhost");
        if (options.TestClockStart.Length > 0 && options.ClockStart is null) throw Wrong(nameof(TestClockStart), InstantText.Remedy);
        options.CheckDatabase();
        return options;
    }

    private void CheckDatabase()
    {
        try
        {
            var parts = new DbConnectionStringBuilder { ConnectionString = Database };
            if (parts.ContainsKey("Data Source") || parts.ContainsKey("Host") || parts.ContainsKey("Server")) return;
        }
        catch (ArgumentException)
        {
            // Not even a list of keys and values; the message below says what is wanted and does not repeat what may be a password.
        }

        throw Wrong(nameof(Database), "is not a connection string with a 'Data Source' (SQLite) or a 'Host' (PostgreSQL)");
    }

    private static InvalidOperationException Wrong(string key, string what) => new($"{Section}:{key} {what}");
}
