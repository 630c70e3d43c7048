using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Marketplace.Billing;
using Marketplace.Contracts;
using Microsoft.AspNetCore.DataProtection;
using NodaTime;

namespace Marketplace;

/// <summary>
/// Takes messages to their addresses. Any number of hosts may: a message is claimed before it is sent. It is delivered at least once, and
/// after a crash again under the same id.
/// </summary>
public sealed class WebhookCourier(
    Database database, IDataProtectionProvider protection, MarketplaceOptions options, TimeProvider time, ILogger<WebhookCourier> log)
    : Rounds(time, log, TimeSpan.FromSeconds(1))
{
    /// <summary>A claim that is older belongs to a courier that died; longer than a message may take.</summary>
    internal static readonly Duration ClaimTime = Duration.FromMinutes(5);

    private const int Most = 20;

    private readonly HttpClient _http = PublicAddress.Client(options.WebhooksToPrivateAddresses);

    /// <summary>Sends what is due, and returns how many were tried.</summary>
    public static async Task<int> Tend(
        Database database, IDataProtectionProvider protection, HttpClient http, CancellationToken ct = default)
    {
        var parcels = await Claim(database, ct);

        // One message of each address, all at once: a slow address holds up the others for no longer than one message may take.
        await Task.WhenAll(parcels.Select(async parcel =>
        {
            var (status, error) = await Send(parcel, protection, http, ct);
            await using var session = await database.Write(ct);
            await Delivery.Tried(session, parcel.DeliveryId, parcel.WebhookId, parcel.Attempts, status, error);
            await session.Commit();
        }));
        return parcels.Count;
    }

    /// <summary>Takes what is due, the first message of each address, so that no other courier does.</summary>
    internal static async Task<IReadOnlyList<Parcel>> Claim(Database database, CancellationToken ct)
    {
        const string due =
            """
            SELECT x.delivery_id FROM (
              SELECT d.delivery_id, d.due_at, ROW_NUMBER() OVER (PARTITION BY d.webhook_id ORDER BY d.due_at, d.delivery_id) AS place
              FROM delivery d JOIN webhook w ON w.webhook_id = d.webhook_id
              WHERE d.state = 'due' AND d.due_at <= @Now AND w.state = 'active') x
            WHERE x.place = 1 ORDER BY x.due_at, x.delivery_id LIMIT @Most
            """;
        await using (var look = await database.Read(ct))
        {
            if ((await look.Query<string>(due, new { look.Now, Most })).Count == 0) return [];
        }

        await using var session = await database.Write(ct);
        var claimed = await session.Query<DeliveryId>(
            $"""
            UPDATE delivery SET due_at = @Until WHERE delivery_id IN ({due}) AND state = 'due' AND due_at <= @Now RETURNING delivery_id
            """,
            new { session.Now, Most, Until = session.Now + ClaimTime });
        var parcels = new List<Parcel>();
        foreach (var deliveryId in claimed)
        {
            parcels.Add((await session.Find<Parcel>(
                """
                SELECT d.delivery_id, d.webhook_id, d.body, d.attempts, w.url, w.secret,
                  CASE WHEN w.former_until > @Now THEN w.former_secret END AS former_secret, CAST(@Now AS BIGINT) AS at
                FROM delivery d JOIN webhook w ON w.webhook_id = d.webhook_id WHERE d.delivery_id = @deliveryId
                """,
                new { deliveryId, session.Now }))!);
        }

        await session.Commit();
        return parcels;
    }

    protected override async Task Round(CancellationToken ct)
    {
        while (await Tend(database, protection, _http, ct) > 0)
        {
            // More may be due than one look claims.
        }
    }

    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    /// <summary>One attempt: the status of the answer, or why there was none.</summary>
    private static async Task<(int? Status, string? Error)> Send(
        Parcel parcel, IDataProtectionProvider protection, HttpClient http, CancellationToken ct)
    {
        try
        {
            var sealer = Webhook.Sealer(protection, parcel.WebhookId);
            var seconds = parcel.At.ToUnixTimeSeconds();
            var signatures = new[] { parcel.Secret, parcel.FormerSecret }.OfType<string>()
                .Select(text => new WebhookSecret(sealer.Unprotect(text)).Sign(parcel.DeliveryId.Value, seconds, parcel.Body));
            using var request = new HttpRequestMessage(HttpMethod.Post, parcel.Url);
            request.Content = new StringContent(parcel.Body, Encoding.UTF8, "application/json");
            request.Headers.Add("webhook-id", parcel.DeliveryId.Value);
            request.Headers.Add("webhook-timestamp", seconds.ToString(CultureInfo.InvariantCulture));
            request.Headers.Add("webhook-signature", string.Join(' ', signatures));
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            return ((int)response.StatusCode, null);
        }
        catch (Exception e) when (
            e is HttpRequestException or IOException or SocketException or CryptographicException
            || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return (null, e is OperationCanceledException ? "no answer in time" : e.Message.Length > 500 ? e.Message[..500] : e.Message);
        }
    }

    /// <summary>A message with what it takes to send it.</summary>
    internal sealed record Parcel
    {
        public DeliveryId DeliveryId { get; init; }

        public WebhookId WebhookId { get; init; }

        public required string Body { get; init; }

        public long Attempts { get; init; }

        public required string Url { get; init; }

        public required string Secret { get; init; }

        public string? FormerSecret { get; init; }

        public Instant At { get; init; }
    }
}
