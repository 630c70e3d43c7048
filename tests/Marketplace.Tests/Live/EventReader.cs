using System.Net.Http.Headers;
using System.Text.Json;

namespace Marketplace;

/// <summary>One event of a stream.</summary>
public sealed record Sent(string Id, string? Event, string Data)
{
    public JsonElement Json => JsonDocument.Parse(Data).RootElement;

    public string Subject => Json.GetProperty("subject").GetString()!;
}

/// <summary>Reads a stream of server-sent events as a browser does.</summary>
public sealed class EventReader : IDisposable
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;

    private EventReader(HttpResponseMessage response, Stream body) => (_response, _lines) = (response, new(body));

    public int Status => (int)_response.StatusCode;

    public string? ContentType => _response.Content.Headers.ContentType?.ToString();

    /// <summary>Opens a stream and waits until it has begun: what happens from here on is told.</summary>
    public static async Task<EventReader> Open(
        ApiHost host, ApiClient who, string path = "/v1/events", string? lastEventId = null, string? cookie = null)
    {
        var ct = TestContext.Current.CancellationToken;
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(host.Address, path));
        request.Headers.Accept.Add(new("text/event-stream"));
        if (cookie is not null) request.Headers.Add("Cookie", cookie);
        else request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", who.Key);
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct).WaitAsync(Patience, ct);
        var reader = new EventReader(response, await response.Content.ReadAsStreamAsync(ct));
        if (reader.Status == 200 && reader.ContentType!.StartsWith("text/event-stream", StringComparison.Ordinal))
            Assert.StartsWith("retry: ", await reader.Line(), StringComparison.Ordinal);
        return reader;
    }

    /// <summary>The next event; null: the stream has ended.</summary>
    public async Task<Sent?> Next()
    {
        var (id, name, data) = ("", null as string, null as string);
        while (await Line() is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line[4..];
            else if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal)) data = line[6..];
            else if (line.Length == 0 && data is not null) return new(id, name, data);
        }

        return null;
    }

    public async Task<IReadOnlyList<Sent>> Next(int count)
    {
        var sent = new List<Sent>();
        while (sent.Count < count) sent.Add(await Next() ?? throw new InvalidOperationException("The stream has ended"));
        return sent;
    }

    public void Dispose()
    {
        _lines.Dispose();
        _response.Dispose();
    }

    private async Task<string?> Line()
    {
        var ct = TestContext.Current.CancellationToken;
        return await _lines.ReadLineAsync(ct).AsTask().WaitAsync(Patience, ct);
    }
}
