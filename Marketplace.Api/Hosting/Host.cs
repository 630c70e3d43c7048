using System.Data.Common;
using Marketplace.Billing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// Builds the one binary's host: what it registers and in which order a request passes through. Tests and demonstrations build the same.
/// </summary>
public static class Host
{
    /// <summary>The host, ready to be run; migrations and the rest of the setup run when it starts.</summary>
    /// <param name="args">The command line: <c>--roles api,worker</c> and any option as <c>--Marketplace:Name=…</c>.</param>
    /// <param name="configure">What a test or a demonstration adds before the options are read.</param>
    /// <exception cref="InvalidOperationException">An option cannot be; the message names it.</exception>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Configuration.AddCommandLine(args, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["--roles"] = $"{MarketplaceOptions.Section}:{nameof(MarketplaceOptions.Roles)}",
        });
        configure?.Invoke(builder);
        var options = MarketplaceOptions.Read(builder.Configuration);
        Register(builder, options);
        var app = builder.Build();
        Arrange(app, options);
        return app;
    }

    private static void Register(WebApplicationBuilder builder, MarketplaceOptions options)
    {
        var services = builder.Services;
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error)
            .AddFilter(typeof(Bearer).FullName, LogLevel.Warning)
            .AddFilter("MassTransit", LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = RequestBody.Most;
        });

        services.AddSingleton(options);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(ClockOf(options));
        services.AddSingleton(provider => new Database(DatabaseOf(options), provider.GetRequiredService<IClock>()));
        services.AddHostedService<Setup>();
        if (options.TestClock)
        {
            services.AddHostedService(provider => new TestClockFollower(
                (TestClock)provider.GetRequiredService<IClock>(),
                provider.GetRequiredService<Database>(),
                provider.GetRequiredService<TimeProvider>()));
        }

        services.AddMessaging(options);
        if (options.HostRoles.HasFlag(HostRoles.Relay))
        {
            services.AddHostedService<Steward>();
            services.AddHostedService<LeaseKeeper>();
            services.AddHostedService<WebhookCourier>();
            services.AddHostedService<IndexPublisher>();
        }

        services.AddAccess();

        // Asked for anew each time: when a change is made again it has another session.
        services.AddTransient(provider => provider.GetRequiredService<IHttpContextAccessor>().HttpContext?.Features.Get<Session>()
            ?? throw new InvalidOperationException("Only an endpoint that takes a Session, or is marked UsesSession, has one"));
        services.AddExceptionHandler<Problems>();
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(json => RequestJson.Apply(json.SerializerOptions));
        services.AddApiDocument();
        services.AddStorefront();
    }

    private static void Arrange(WebApplication app, MarketplaceOptions options)
    {
        app.UseStorefront();
        app.UseExceptionHandler(_ => { });
        app.UseStatusCodePages(context => Problems.Write(context.HttpContext, Problem.OfStatus(context.HttpContext.Response.StatusCode)));
        app.Use((context, next) =>
        {
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            if (Routes.IsApi(context)) headers.CacheControl = "no-store";
            return next(context);
        });
        app.UseRouting();
        app.Use(NoSuchPage);
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseMiddleware<QueryParameters>();
        app.UseMiddleware<UnitOfWork>();

        // Behind the unit of work: the body is read once, and there.
        app.UseAntiforgery();
        app.MapHealth();
        if (options.HostRoles.HasFlag(HostRoles.Api)) app.MapMarketplace();
    }

    // A stranger who mistypes a page's address is told so, and not asked for a key. No catch-all route: it would hide that an address of
    // the API is right and only the method or the media type is wrong.
    private static Task NoSuchPage(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint() is not null || Routes.IsApi(context)) return next(context);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static IClock ClockOf(MarketplaceOptions options)
    {
#pragma warning disable RS0030 // The one place that names the system clock; everybody else is given an IClock.
        IClock system = SystemClock.Instance;
#pragma warning restore RS0030
        return options.TestClock ? new TestClock(options.ClockStart ?? system.GetCurrentInstant()) : system;
    }

    private static string DatabaseOf(MarketplaceOptions options)
    {
        var parts = new DbConnectionStringBuilder { ConnectionString = options.Database };
        if (parts.TryGetValue("Data Source", out var file) && Path.GetDirectoryName(Path.GetFullPath((string)file)) is { } directory)
            Directory.CreateDirectory(directory);
        return options.Database;
    }
}
