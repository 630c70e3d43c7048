using System.Text.Json;
using Marketplace.Billing;
using Marketplace.Contracts;
using Microsoft.AspNetCore.DataProtection;
using NodaTime;

namespace Marketplace;

/// <summary>Whether messages are sent to an address.</summary>
public enum WebhookState
{
    /// <summary>They are.</summary>
    Active,

    /// <summary>They are not: it failed for too long, or said that it is gone. Its owner may enable it again.</summary>
    Disabled,
}

/// <summary>An address to which its owner is told what happens.</summary>
public sealed record Webhook
{
    public WebhookId WebhookId { get; init; }

    public required string Url { get; init; }

    /// <summary>What is told there: kinds of <see cref="Known"/>, or <c>lease.*</c>.</summary>
    public IReadOnlyList<string> Kinds => KindWords.Split(' ');

    public WebhookState State { get; init; }

    /// <summary>Since when every attempt has failed; null: the last one did not.</summary>
    public Instant? FailingSince { get; init; }

    public Instant CreatedAt { get; init; }

    internal string KindWords { get; init; } = "";

    internal OrganisationId OrganisationId { get; init; }

    /// <summary>For how long the secret of before still signs after a rotation.</summary>
    internal static readonly Duration Overlap = Duration.FromHours(24);

    internal const string EveryLease = "lease.*";

    /// <summary>Everything that is told.</summary>
    public static IReadOnlyList<string> Known { get; } =
    [
        .. Enum.GetValues<LeaseState>().Select(state => $"lease.{WireJson.Word(state)}"), "lease.notice", "lease.doubt", "lease.credited",
        "funds.low",
    ];

    private const string Columns = "webhook_id, organisation_id, url, kinds AS kind_words, state, failing_since, created_at";

    /// <summary>Registers an address. The secret is returned this once.</summary>
    /// <param name="privateToo">Addresses of private networks are allowed.</param>
    /// <exception cref="Refusal">No such address can be called, or a kind is not told.</exception>
    public static async Task<IssuedWebhook> Register(
        Session session, IDataProtectionProvider protection, OrganisationId owner, string url, IReadOnlyList<string> kinds, bool privateToo)
    {
        url = PublicAddress.Checked(url, privateToo);
        if (kinds.Count == 0) throw Refusal.Invalid("kinds", $"names what is told there: lease.* or some of {string.Join(", ", Known)}");
        for (var i = 0; i < kinds.Count; i++)
        {
            if (kinds[i] != EveryLease && !Known.Contains(kinds[i], StringComparer.Ordinal))
                throw Refusal.Invalid($"kinds[{i}]", $"is {EveryLease} or one of {string.Join(", ", Known)}");
        }

        var webhookId = session.NewId<WebhookId>();
        var secret = WebhookSecret.New();
        await session.Execute(
            """
            INSERT INTO webhook (webhook_id, organisation_id, url, kinds, secret, state, created_at)
            VALUES (@webhookId, @owner, @url, @Kinds, @Secret, 'active', @Now)
            """,
            new
            {
                webhookId, owner, url, Kinds = string.Join(' ', kinds.Distinct()),
                Secret = Sealer(protection, webhookId).Protect(secret.Text), session.Now,
            });
        return new((await Find(session, owner, webhookId))!, secret.Text);
    }

    public static Task<Webhook?> Find(Session session, OrganisationId owner, WebhookId webhookId) => session.Find<Webhook>(
        $"SELECT {Columns} FROM webhook WHERE webhook_id = @webhookId AND organisation_id = @owner AND state <> 'removed'",
        new { webhookId, owner });

    /// <summary>An owner's addresses in the order in which they were registered, after a cursor.</summary>
    public static Task<IReadOnlyList<Webhook>> List(Session session, OrganisationId owner, string after = "", int limit = 1_000) =>
        session.Query<Webhook>(
            $"""
            SELECT {Columns} FROM webhook
            WHERE organisation_id = @owner AND state <> 'removed' AND webhook_id > @after ORDER BY webhook_id LIMIT @limit
            """,
            new { owner, after, limit });

    /// <summary>Another secret signs from now on, beside the one of before for <see cref="Overlap"/>.</summary>
    /// <exception cref="Refusal">Not this owner's.</exception>
    public static async Task<IssuedWebhook> Rotate(
        Session session, IDataProtectionProvider protection, OrganisationId owner, WebhookId webhookId)
    {
        var secret = WebhookSecret.New();
        var rotated = await session.Execute(
            """
            UPDATE webhook SET former_secret = secret, former_until = @Until, secret = @Secret
            WHERE webhook_id = @webhookId AND organisation_id = @owner AND state <> 'removed'
            """,
            new { webhookId, owner, Until = session.Now + Overlap, Secret = Sealer(protection, webhookId).Protect(secret.Text) });
        return rotated == 1 ? new((await Find(session, owner, webhookId))!, secret.Text) : throw Refusal.NotFound("such webhook of yours");
    }

    /// <summary>Lets messages be sent there again.</summary>
    /// <exception cref="Refusal">Not this owner's.</exception>
    public static async Task<Webhook> Enable(Session session, OrganisationId owner, WebhookId webhookId)
    {
        await session.Execute(
            """
            UPDATE webhook SET state = 'active', failing_since = NULL
            WHERE webhook_id = @webhookId AND organisation_id = @owner AND state = 'disabled'
            """,
            new { webhookId, owner });
        return await Find(session, owner, webhookId) ?? throw Refusal.NotFound("such webhook of yours");
    }

    /// <summary>Forgets an address; what was not delivered stays so. False: no such one of this owner.</summary>
    public static async Task<bool> Remove(Session session, OrganisationId owner, WebhookId webhookId) => await session.Execute(
        """
        UPDATE webhook SET state = 'removed', secret = '', former_secret = NULL
        WHERE webhook_id = @webhookId AND organisation_id = @owner AND state <> 'removed'
        """,
        new { webhookId, owner }) == 1;

    /// <summary>Leaves a message for every address of some owners at which that kind is told, in the session in which it happens.</summary>
    internal static Task Tell(Session session, string kind, object data, params OrganisationId[] owners) =>
        Tell(session, kind, [(data, owners)]);

    /// <summary>The same of many things of one kind, each with its owners.</summary>
    internal static async Task Tell(Session session, string kind, IEnumerable<(object Data, OrganisationId[] Owners)> told)
    {
        var listening = new Dictionary<OrganisationId, IReadOnlyList<Webhook>>();
        var deliveries = new List<(WebhookId To, string Body)>();
        foreach (var (data, owners) in told)
        {
            string? body = null;
            foreach (var owner in owners.Distinct())
            {
                if (!listening.TryGetValue(owner, out var webhooks)) listening[owner] = webhooks = await Listening(session, owner, kind);
                foreach (var webhook in webhooks)
                {
                    body ??= JsonSerializer.Serialize(new { type = kind, timestamp = session.Now, data }, WireJson.Messages);
                    deliveries.Add((webhook.WebhookId, body));
                }
            }
        }

        await session.ExecuteEach(
            """
            INSERT INTO delivery (delivery_id, webhook_id, kind, body, state, due_at, created_at)
            VALUES (@Id, @To, @kind, @Body, 'due', @Now, @Now)
            """,
            deliveries.Select(d => new { Id = session.NewId<DeliveryId>(), d.To, kind, d.Body, session.Now }));
    }

    private static async Task<IReadOnlyList<Webhook>> Listening(Session session, OrganisationId owner, string kind) =>
        [.. (await List(session, owner)).Where(w => w.State == WebhookState.Active && w.Hears(kind))];

    // The address is a part of the key's purpose: a row that is copied to another opens nothing.
    internal static IDataProtector Sealer(IDataProtectionProvider protection, WebhookId webhookId) =>
        protection.CreateProtector("webhook secret", webhookId.Value);

    private bool Hears(string kind) =>
        Kinds.Any(k => k == kind || (k == EveryLease && kind.StartsWith("lease.", StringComparison.Ordinal)));
}

/// <summary>An address with its secret, which is told this once.</summary>
public sealed record IssuedWebhook(Webhook Webhook, string Secret);
