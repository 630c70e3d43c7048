using Marketplace.Billing;
using MassTransit;

namespace Marketplace;

/// <summary>For those who watch the host: is it alive, and can it work?</summary>
internal static class Health
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("/health").AllowAnonymous().ExcludeFromDescription();
        health.MapGet("/live", () => TypedResults.Ok(new HealthReport("live", null)));
        health.MapGet("/ready", Ready);
    }

    // It takes no session of the request's: a database that is away is what it has to report, not a fault.
    private static async Task<IResult> Ready(Database database, IServiceProvider services, ILogger<HealthReport> log, CancellationToken ct)
    {
        try
        {
            await using var session = await database.Read(ct);
            await session.Scalar<long>("SELECT CAST(COUNT(*) AS BIGINT) FROM migration");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.LogWarning(e, "Not ready: the database does not answer");
            return NotReady("the database does not answer");
        }

        var bus = services.GetService<IBusControl>()?.CheckHealth();
        return bus is null or { Status: BusHealthStatus.Healthy }
            ? TypedResults.Ok(new HealthReport("ready", null))
            : NotReady("the broker does not answer");

        static IResult NotReady(string why) =>
            TypedResults.Json(new HealthReport("not_ready", why), statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private sealed record HealthReport(string Status, string? Reason);
}
