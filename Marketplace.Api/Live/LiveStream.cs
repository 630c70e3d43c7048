using System.Globalization;
using System.Text;
using System.Text.Json;
using Marketplace.Billing;
using Marketplace.Contracts;

namespace Marketplace;

/// <summary>
/// The answer that goes on: server-sent events (WHATWG HTML, section 9.2) until the reader leaves, its key is revoked or the host stops. It
/// holds neither a transaction nor a connection of the database while it waits.
/// </summary>
/// <param name="filter">What is shown.</param>
/// <param name="after">The last position that the reader has seen; null: from now on.</param>
/// <param name="caller">Who reads. Whether its key is still good is asked at every heartbeat.</param>
/// <param name="isNamed">Each event carries its kind as its type; without, a page hears all of them by one listener.</param>
internal sealed class LiveStream(LiveFilter filter, long? after, Caller caller, bool isNamed) : IResult
{
    /// <summary>A comment is sent when nothing else was for so long, so that nobody in between takes the line for dead.</summary>
    internal static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>After so long a reader that lost the line comes back.</summary>
    private const int RetryMilliseconds = 2_000;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var services = httpContext.RequestServices;
        var feed = services.GetRequiredService<LiveFeed>();
        using var place = feed.Watch(caller.OrganisationId);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            httpContext.RequestAborted, services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        var headers = httpContext.Response.Headers;
        headers.ContentType = "text/event-stream; charset=utf-8";
        headers.CacheControl = "no-store";
        headers["X-Accel-Buffering"] = "no";
        var (database, time) = (services.GetRequiredService<Database>(), services.GetRequiredService<TimeProvider>());
        try
        {
            await Write(httpContext.Response, database, feed, time, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The reader left, or the host stops and the reader finds another one: either way the stream ends here.
        }
    }

    private async Task Write(HttpResponse response, Database database, LiveFeed feed, TimeProvider time, CancellationToken ct)
    {
        var (position, isReset) = await Start(database, ct);
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"retry: {RetryMilliseconds}\n\n");
        if (isReset) Add(text, position, "reset", $$"""{"kind":"reset","lastEventId":"{{position}}"}""");
        var asked = time.GetTimestamp();
        while (true)
        {
            await response.WriteAsync(text.ToString(), ct);
            await response.Body.FlushAsync(ct);
            text.Clear();
            var passage = await feed.After(position, filter, Heartbeat, ct);
            position = passage.Reached;
            foreach (var said in passage.Events)
                Add(text, said.Position, said.Kind, JsonSerializer.Serialize(said, WireJson.Messages));
            if (text.Length == 0) text.Append(":\n\n");
            if (time.GetElapsedTime(asked) < Heartbeat) continue;
            if (!await IsGood(database, ct)) return;
            asked = time.GetTimestamp();
        }
    }

    /// <summary>Where the stream begins, and whether the reader has missed what cannot be told any more.</summary>
    private async Task<(long Position, bool IsReset)> Start(Database database, CancellationToken ct)
    {
        await using var session = await database.Read(ct);
        var last = await LiveLog.Last(session);
        return after is not { } seen ? (last, false)
            : seen > last || seen < await LiveLog.Pruned(session) ? (last, true)
            : (seen, false);
    }

    private async Task<bool> IsGood(Database database, CancellationToken ct)
    {
        await using var session = await database.Read(ct);
        return await ApiKey.Caller(session, caller.KeyId) is not null;
    }

    private void Add(StringBuilder text, long position, string kind, string data)
    {
        text.Append(CultureInfo.InvariantCulture, $"id: {position}\n");
        if (isNamed) text.Append(CultureInfo.InvariantCulture, $"event: {kind}\n");
        text.Append(CultureInfo.InvariantCulture, $"data: {data}\n\n");
    }
}
