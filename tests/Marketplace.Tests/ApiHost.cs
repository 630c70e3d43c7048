using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Marketplace.Billing;
using Marketplace.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Marketplace;

/// <summary>
/// The real host on a port of its own, with a new database and a test clock that begins on 1 January 2026 in Shanghai. What a test sees, a
/// customer would see.
/// </summary>
public sealed class ApiHost : IAsyncDisposable
{
    public const string OperatorKey = "operator-of-the-tests-0123456789";

    public const string Start = "2025-12-31T16:00:00Z";

    private readonly WebApplication _app;
    private readonly string? _directory;

    private ApiHost(WebApplication app, string? directory)
    {
        (_app, _directory) = (app, directory);
        Address = new Uri(app.Urls.First());
        Operator = new(this, OperatorKey);
        Nobody = new(this, null);
    }

    public static TheoryData<Engine> Engines => [Engine.Sqlite, Engine.PostgreSql];

    public Uri Address { get; }

    public ApiClient Operator { get; }

    /// <summary>Without a key.</summary>
    public ApiClient Nobody { get; }

    public IServiceProvider Services => _app.Services;

    public Database Database => Services.GetRequiredService<Database>();

    /// <summary>Starts a host on an engine, or on the database of another host.</summary>
    /// <param name="arrange">What the test adds to the host before it starts.</param>
    public static async Task<ApiHost> Run(
        Engine engine = Engine.Sqlite, string? database = null, Action<WebApplication>? arrange = null, params string[] args)
    {
        string? directory = null;
        if (database is null && engine == Engine.Sqlite) directory = Directory.CreateTempSubdirectory("marketplace-test-").FullName;
        database ??= directory is null ? TestServers.NewDatabase() : $"Data Source={Path.Combine(directory, "market.db")}";
        var app = Host.Build(
            [
                "--urls=http://127.0.0.1:0", $"--Marketplace:Database={database}", $"--Marketplace:OperatorKey={OperatorKey}",
                "--Marketplace:TestClock=true", $"--Marketplace:TestClockStart={Start}", .. args,
            ],
            builder => builder.Logging.ClearProviders());
        arrange?.Invoke(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new(app, directory);
    }

    /// <summary>Opens an account and gives a client with its first key.</summary>
    public async Task<ApiClient> Open(string name, string role, string more = "")
    {
        var opened = await Operator.Post("/v1/accounts", $$"""{"name":"{{name}}","roles":["{{role}}"]{{more}}}""");
        Assert.Equal(201, opened.Status);
        return new(this, opened.Text("apiKey.secret"), opened.Text("account.organisationId"));
    }

    /// <summary>Moves the clock to an instant, unless it is already later.</summary>
    public async Task MoveTo(string instant)
    {
        var moved = await Operator.Post("/v1/test-clock", $$"""{"to":"{{instant}}"}""");
        Assert.True(moved.Status is 200 or 409, moved.Body);
    }

    /// <summary>Waits until the pipeline has nothing left to do.</summary>
    public async Task Settle()
    {
        for (var tries = 0; tries < 2_400; tries++)
        {
            await using (var session = await Database.Read())
            {
                var left = await Backlog.Of(session);
                if (left.IsEmpty) return;
                if (left.Parked > 0) Assert.Fail((await Outbox.Parked(session))[0].Error);
            }

            await Task.Delay(25);
        }

        Assert.Fail("The pipeline has not finished within a minute");
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_directory is not null) Directory.Delete(_directory, recursive: true);
    }
}

/// <summary>One host for all tests of a class that only ask.</summary>
public sealed class SharedApi : IAsyncLifetime
{
    public ApiHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await ApiHost.Run();

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}

/// <summary>Somebody who speaks to the API.</summary>
public sealed class ApiClient(ApiHost host, string? key, string id = "")
{
    private static readonly HttpClient Http = new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false });

    /// <summary>Its organisation.</summary>
    public string Id { get; } = id;

    public OrganisationId Organisation => new(Id);

    public string? Key => key;

    public Task<Answer> Get(string path, params (string Name, string Value)[] headers) =>
        Send(HttpMethod.Get, path, (HttpContent?)null, headers);

    public Task<Answer> Delete(string path, params (string Name, string Value)[] headers) =>
        Send(HttpMethod.Delete, path, (HttpContent?)null, headers);

    public Task<Answer> Post(string path, string body, params (string Name, string Value)[] headers) =>
        Send(HttpMethod.Post, path, body, headers);

    public Task<Answer> Send(HttpMethod method, string path, string? body, params (string Name, string Value)[] headers) =>
        Send(method, path, body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"), headers);

    public async Task<Answer> Send(HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(host.Address, path)) { Content = content };
        if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        foreach (var (name, value) in headers)
        {
            if (name == "Content-Type") content!.Headers.ContentType = MediaTypeHeaderValue.Parse(value);
            else request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        var all = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        return new((int)response.StatusCode, all, await response.Content.ReadAsStringAsync());
    }
}

/// <summary>What the API said.</summary>
public sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>A part by its path, such as <c>apiKey.secret</c> or <c>items.0.number</c>.</summary>
    public JsonElement At(string path) => path.Split('.').Aggregate(
        Json, (part, step) => part.ValueKind == JsonValueKind.Array ? part[int.Parse(step)] : part.GetProperty(step));

    public string Text(string path) => At(path) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : At(path).GetRawText();

    /// <summary>The fields that a problem names.</summary>
    public IReadOnlyList<string> Fields => [.. At("errors").EnumerateArray().Select(e => e.GetProperty("field").GetString()!)];
}
