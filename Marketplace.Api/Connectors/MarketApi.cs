using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text;
using System.Text.Json;
using Marketplace.Billing;
using Marketplace.Contracts;
using NodaTime;

namespace Marketplace;

/// <summary>
/// The marketplace as a provider's connector uses it: its own leases, their hand-over, their usage. A refusal is an
/// <see cref="HttpRequestException"/> with what the marketplace said.
/// </summary>
internal sealed class MarketApi : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private OrganisationId? _provider;

    public MarketApi(Uri server, string key)
    {
        _http = new() { BaseAddress = server, Timeout = Patience };
        _http.DefaultRequestHeaders.Authorization = new("Bearer", key);
    }

    /// <summary>
    /// The marketplace's time as its last answer gave it, in whole seconds. A cluster whose clock is wrong hands no lease over early and
    /// reports no usage of the future.
    /// </summary>
    public Instant Now { get; private set; }

    /// <summary>This provider's leases of one state; those that it holds as a buyer are not among them.</summary>
    public async Task<IReadOnlyList<ServedLease>> Leases(string state, CancellationToken ct)
    {
        _provider ??= await Self(ct);
        return [.. (await All<ServedLease>($"/v1/leases?state={state}", ct)).Where(lease => lease.ProviderId == _provider)];
    }

    /// <summary>One of this provider's leases; null: it has no such lease.</summary>
    public async Task<ServedLease?> Lease(LeaseId leaseId, CancellationToken ct)
    {
        _provider ??= await Self(ct);
        try
        {
            var lease = await Get<ServedLease>($"/v1/leases/{leaseId}", ct);
            return lease.ProviderId == _provider ? lease : null;
        }
        catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public Task<IReadOnlyList<ServedLeaseEvent>> History(LeaseId leaseId, CancellationToken ct) =>
        All<ServedLeaseEvent>($"/v1/leases/{leaseId}/events", ct);

    /// <summary>Says that the cards are being made ready.</summary>
    public Task Provision(LeaseId leaseId, CancellationToken ct) =>
        Send<ServedLease>(HttpMethod.Post, $"/v1/leases/{leaseId}/provision", null, ct);

    /// <summary>Hands the cards over, and tells the buyer how to get at them.</summary>
    public Task Start(LeaseId leaseId, IReadOnlyDictionary<string, string> access, CancellationToken ct) =>
        Send<ServedLease>(HttpMethod.Post, $"/v1/leases/{leaseId}/start", Json(new { access }), ct);

    /// <summary>Reports usage, at most <see cref="UsageLog.MaxBatch"/> events.</summary>
    public Task<UsageAnswer> Record(IReadOnlyList<UsageCloudEvent> events, CancellationToken ct) =>
        Send<UsageAnswer>(HttpMethod.Post, "/v1/usage", Json(events), ct);

    public void Dispose() => _http.Dispose();

    private async Task<OrganisationId> Self(CancellationToken ct) =>
        await Get<Page<Account>>("/v1/accounts?limit=2", ct) is { Items: [var account] }
            ? account.OrganisationId
            : throw new HttpRequestException("This key sees the accounts of others: give the connector a key of the provider");

    private async Task<IReadOnlyList<T>> All<T>(string path, CancellationToken ct)
    {
        var items = new List<T>();
        var first = $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit={PageRequest.Most}";
        for (var next = first; next is not null;)
        {
            var page = await Get<Page<T>>(next, ct);
            items.AddRange(page.Items);
            next = page.NextCursor is { } cursor ? $"{first}&cursor={Uri.EscapeDataString(cursor)}" : null;
        }

        return items;
    }

    private Task<T> Get<T>(string path, CancellationToken ct) => Send<T>(HttpMethod.Get, path, null, ct);

    private async Task<T> Send<T>(HttpMethod method, string path, HttpContent? content, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
        using var response = await _http.SendAsync(request, ct);
        var body = await response.Content.ReadAsStringAsync(ct);
        if (response.Headers.Date is { } date) Now = Instant.FromDateTimeOffset(date);
        return response.IsSuccessStatusCode
            ? JsonSerializer.Deserialize<T>(body, WireJson.Messages)!
            : throw new HttpRequestException(
                $"{method} {path}: {(int)response.StatusCode} {Detail(response, body)}", null, response.StatusCode);
    }

    private static string Detail(HttpResponseMessage response, string body) =>
        response.Content.Headers.ContentType?.MediaType == "application/problem+json"
            ? JsonSerializer.Deserialize<Problem>(body, WireJson.Messages)!.Detail
            : response.ReasonPhrase ?? "";

    private static StringContent Json<T>(T value) =>
        new(JsonSerializer.Serialize(value, WireJson.Messages), Encoding.UTF8, new MediaTypeHeaderValue(MediaTypeNames.Application.Json));
}
