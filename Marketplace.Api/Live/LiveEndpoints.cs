using System.Globalization;
using Marketplace.Billing;
using Microsoft.AspNetCore.Mvc;

namespace Marketplace;

/// <summary>What happened, for who asks from time to time.</summary>
/// <param name="Items">In their order.</param>
/// <param name="LastEventId">What to give as <c>lastEventId</c> to go on.</param>
/// <param name="IsReset">What followed the given id is kept no longer, or there never was such an id: look at everything again.</param>
public sealed record LivePage(IReadOnlyList<LiveEvent> Items, string LastEventId, bool IsReset);

/// <summary>What happens, as it happens: a tenant's own events and the public ones; operators and accountants see all.</summary>
internal static class LiveEndpoints
{
    private const string EventStream = "text/event-stream", LastEventId = "Last-Event-ID";

    public static void Map(RouteGroupBuilder v1) => v1.MapGet("/events", Events).WithTags("Live")
        .WithSummary("What happens: a stream of server-sent events where Accept says text/event-stream, else a page of what happened")
        .Produces<LivePage>().Produces<string>(StatusCodes.Status200OK, EventStream);

    /// <summary>The stream that a page listens to, by the cookie of who looks at it.</summary>
    public static void MapPage(IEndpointRouteBuilder pages) => pages.MapGet("/live", Watch).ExcludeFromDescription();

    // It takes no session of the request's: a stream would hold it for as long as somebody listens.
    private static async Task<IResult> Events(
        [FromQuery(Name = "kinds")] string? kinds, [FromQuery(Name = "lastEventId")] string? lastEventId,
        [FromQuery(Name = "limit")] int? limit, [FromHeader(Name = LastEventId)] string? lastSeen, HttpRequest request, Caller caller,
        Database database, CancellationToken ct)
    {
        var filter = LiveFilter.Of(caller, kinds);
        var after = Position(lastSeen, LastEventId) ?? Position(lastEventId, "lastEventId");
        var size = new PageRequest(limit, null).Size;
        return request.GetTypedHeaders().Accept.Any(a => a.MediaType == EventStream)
            ? new LiveStream(filter, after, caller, isNamed: true)
            : TypedResults.Ok(await Page(database, filter, after ?? 0, size, ct));
    }

    private static LiveStream Watch([FromQuery(Name = "kinds")] string? kinds, HttpRequest request, Caller caller) =>
        new(LiveFilter.Of(caller, kinds), Position(request.Headers[LastEventId], LastEventId), caller, isNamed: false);

    private static async Task<LivePage> Page(Database database, LiveFilter filter, long after, int size, CancellationToken ct)
    {
        var last = await LiveLog.Number(database, ct);
        await using var session = await database.Read(ct);
        var pruned = await LiveLog.Pruned(session);

        // Who begins at the beginning gets what is kept; who has seen something and missed something is told so.
        if (after > last || (after > 0 && after < pruned)) return new([], Text(last), IsReset: true);
        var passage = new LivePassage([], after);
        do
        {
            passage = await LiveFeed.Read(session, passage.Reached, last, filter, size);
        }
        while (passage.Events.Count == 0 && passage.Reached < last);
        return new(passage.Events, Text(passage.Reached), IsReset: false);

        static string Text(long position) => position.ToString(CultureInfo.InvariantCulture);
    }

    private static long? Position(string? text, string field) => text is null ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? position
        : throw Refusal.Invalid(field, "is the id of an event, a whole number");
}
