using Marketplace.Billing;
using NodaTime;

namespace Marketplace;

/// <summary>Where the test clock is to stand.</summary>
/// <param name="To">Not before where it stands.</param>
public sealed record AdvanceTestClock(Instant To);

/// <summary>What the test clock shows.</summary>
public sealed record TestClockReading(Instant Now);

/// <summary>The test clock, which exists only when an option turns it on.</summary>
internal static class TestClockEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        var clock = v1.MapGroup("/test-clock").WithTags("Operations");
        clock.MapGet("/", Read).WithSummary("Read the test clock; there is none unless the host is run with one");
        clock.MapPost("/", Advance).WithSummary("Move the test clock on, never back (operator)");
    }

    private static TestClockReading Read(IClock clock) => new(Of(clock).GetCurrentInstant());

    // It takes no session of the request's: the clock moves after its own commit, and the same move again is no mistake.
    private static async Task<TestClockReading> Advance(
        AdvanceTestClock request, Caller caller, IClock clock, Database database, MarketplaceOptions options, CancellationToken ct)
    {
        caller.Require(Role.Operator);
        await Of(clock).Advance(database, request.To, ct);
        await Steward.Tend(database, ct);
        await LeaseKeeper.Tend(database, options, ct);
        await IndexPublisher.Tend(database, options, ct);
        return Read(clock);
    }

    private static TestClock Of(IClock clock) => clock as TestClock ?? throw Refusal.NotFound("test clock: this host tells the real time");
}
