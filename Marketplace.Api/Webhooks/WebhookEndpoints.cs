using Marketplace.Billing;
using Marketplace.Contracts;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Marketplace;

/// <summary>An address to register.</summary>
/// <param name="Url">http or https, reachable from the Internet.</param>
/// <param name="Kinds">What is told there: <c>lease.*</c>, or kinds such as <c>lease.awarded</c>.</param>
public sealed record NewWebhook(string Url, IReadOnlyList<string> Kinds);

/// <summary>A party's own addresses, and what became of the messages to them.</summary>
internal static class WebhookEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        var webhooks = v1.MapGroup("/webhooks").WithTags("Webhooks");
        webhooks.MapPost("/", Register).WithSummary("Register an address to be told what happens; its secret is shown this once");
        webhooks.MapGet("/", List).WithSummary("List your webhooks");
        webhooks.MapDelete("/{webhookId}", Remove).WithSummary("Forget an address");
        webhooks.MapPost("/{webhookId}/rotate", Rotate)
            .WithSummary("Make a new secret, shown this once; the one before signs too for another 24 hours");
        webhooks.MapPost("/{webhookId}/enable", Enable).WithSummary("Send to an address again that was disabled");
        webhooks.MapGet("/{webhookId}/deliveries", Deliveries)
            .WithSummary("List the messages to an address with every attempt, newest first");
        webhooks.MapPost("/{webhookId}/deliveries/{deliveryId}/retry", Retry)
            .WithSummary("Send a message once more that was given up on, or taken");
    }

    [ShownOnce("secret")]
    private static async Task<Created<IssuedWebhook>> Register(
        NewWebhook request, IDataProtectionProvider protection, MarketplaceOptions options, Session session, Caller caller)
    {
        var issued = await Webhook.Register(
            session, protection, caller.OrganisationId, request.Url, request.Kinds, options.WebhooksToPrivateAddresses);
        return TypedResults.Created($"/v1/webhooks/{issued.Webhook.WebhookId}", issued);
    }

    private static async Task<Page<Webhook>> List([AsParameters] PageRequest page, Session session, Caller caller) =>
        Page.Of(await Webhook.List(session, caller.OrganisationId, page.After, page.Take), page, w => w.WebhookId.Value);

    private static async Task<NoContent> Remove(WebhookId webhookId, Session session, Caller caller) =>
        await Webhook.Remove(session, caller.OrganisationId, webhookId)
            ? TypedResults.NoContent()
            : throw Refusal.NotFound("such webhook of yours");

    [ShownOnce("secret")]
    private static async Task<Ok<IssuedWebhook>> Rotate(
        WebhookId webhookId, IDataProtectionProvider protection, Session session, Caller caller) =>
        TypedResults.Ok(await Webhook.Rotate(session, protection, caller.OrganisationId, webhookId));

    private static async Task<Ok<Webhook>> Enable(WebhookId webhookId, Session session, Caller caller) =>
        TypedResults.Ok(await Webhook.Enable(session, caller.OrganisationId, webhookId));

    private static async Task<Page<Delivery>> Deliveries(
        WebhookId webhookId, [AsParameters] PageRequest page, Session session, Caller caller)
    {
        await Own(session, caller, webhookId);
        return Page.Of(await Delivery.List(session, webhookId, page.Before, page.Take), page, d => d.DeliveryId.Value);
    }

    private static async Task<NoContent> Retry(WebhookId webhookId, DeliveryId deliveryId, Session session, Caller caller)
    {
        await Own(session, caller, webhookId);
        return await Delivery.Retry(session, webhookId, deliveryId)
            ? TypedResults.NoContent()
            : throw Refusal.NotFound("such message to this webhook that is not due anyway");
    }

    private static async Task Own(Session session, Caller caller, WebhookId webhookId) =>
        _ = await Webhook.Find(session, caller.OrganisationId, webhookId) ?? throw Refusal.NotFound("such webhook of yours");
}
