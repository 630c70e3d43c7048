namespace Marketplace;

/// <summary>Every door of the API, in the order of the business.</summary>
internal static class Routes
{
    private const string Api = "/v1";

    /// <summary>Whether a request is for the API, and not for a page.</summary>
    public static bool IsApi(HttpContext context) => context.Request.Path.StartsWithSegments(Api, StringComparison.OrdinalIgnoreCase);

    public static void MapMarketplace(this WebApplication app)
    {
        app.MapOpenApi().AllowAnonymous();
        var v1 = app.MapGroup(Api)
            .ProducesProblemOf(400).ProducesProblemOf(401).ProducesProblemOf(403).ProducesProblemOf(404).ProducesProblemOf(409);
        AccountEndpoints.Map(v1);
        ApiKeyEndpoints.Map(v1);
        CardEndpoints.Map(v1);
        WorkloadEndpoints.Map(v1);
        PlanEndpoints.Map(v1);
        EvidenceEndpoints.Map(v1);
        CompareEndpoints.Map(v1);
        OfferEndpoints.Map(v1);
        BidEndpoints.Map(v1);
        LeaseEndpoints.Map(v1);
        WebhookEndpoints.Map(v1);
        IndexEndpoints.Map(v1);
        BreakEvenEndpoints.Map(v1);
        UsageEndpoints.Map(v1);
        ChargeEndpoints.Map(v1);
        BillingRunEndpoints.Map(v1);
        InvoiceEndpoints.Map(v1);
        LedgerEndpoints.Map(v1);
        ReconciliationEndpoints.Map(v1);
        OutboxEndpoints.Map(v1);
        TestClockEndpoints.Map(v1);
        app.MapStorefront();
    }

    private static RouteGroupBuilder ProducesProblemOf(this RouteGroupBuilder group, int status) =>
        group.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(Problem), ["application/problem+json"]));
}
