namespace Marketplace;

/// <summary>One host with one thing of every kind in it, and for every door that takes a body the request that would be right.</summary>
public sealed class MarketWithEverything : IAsyncLifetime
{
    private const string Ask = """{"amount":"7.20","currency":"CNY"}""";

    private readonly Dictionary<string, string> _right = new(StringComparer.Ordinal)
    {
        ["POST /v1/accounts"] =
            """{"name":"New","roles":["buyer"],"zone":"Asia/Shanghai","currency":"CNY","taxRate":600,"jurisdiction":"CN"}""",
        ["POST /v1/api-keys"] = """{"name":"another"}""",
        ["POST /v1/offers"] = $$"""
            {"name":"rack-9","card":"H100 SXM5 80GB","memoryGiB":80,"cards":8,"region":"cn-north-1","ask":{{Ask}},
             "availableFrom":"2026-02-01T00:00:00Z","availableUntil":"2026-03-01T00:00:00Z"}
            """,
        ["PATCH /v1/offers/{offerId}"] = $$"""{"ask":{{Ask}},"cards":9,"availableUntil":"2026-03-02T00:00:00Z"}""",
        ["POST /v1/cards"] = """
            {"id":"new-1-64gb","vendor":"New","model":"New 1","board":"ai","formFactor":"OAM","bandwidthGBs":2000,
             "powerWatts":500,"year":2025,"aliases":["N1"],"evidence":"datasheet","assumed":["fp8"],"source":"its datasheet","doubts":"d"}
            """,
        ["PATCH /v1/cards/{id}"] = """
            {"bandwidthGBs":3360,"powerWatts":710,"year":2022,"evidence":"datasheet","assumed":["fp8"],"source":"its datasheet",
             "reason":"a new edition","doubts":"d","unknown":["int4"]}
            """,
        ["POST /v1/cards/{id}/slices"] = """{"share":"1/2"}""",
        ["POST /v1/workloads"] = """
            {"name":"mine","kind":"inference","floor":"int8","phases":[{"precision":"fp8","share":1,"intensity":100}],"memoryGiB":16,
             "hidden":4096,"tokens":1024}
            """,
        ["POST /v1/plans"] = $$"""
            {"serving":{"parametersBillion":70,"promptTokens":1000,"outputTokens":300,"requestsPerSecond":1},"pricePerScuHour":{{Ask}}}
            """,
        ["POST /v1/quotes"] =
            """
            {"card":"h100-sxm5-80gb","region":"cn-north-1","cards":1,"untilAt":"2026-02-20T00:00:00Z","reference":"r",
             "workload":"llm-decode-batch"}
            """,
        ["POST /v1/bids"] = $$"""
            {"execution":"posted","card":"any","region":"cn-north-1","cards":1,"fromAt":"2026-02-10T00:00:00Z","untilAt":"2026-02-11T00:00:00Z",
             "limitPerScuHour":{{Ask}},"reference":"r"}
            """,
        ["POST /v1/auctions/run"] = """{"currency":"CNY"}""",
        ["POST /v1/probes/nonces"] = """{"card":"h100-sxm5-80gb"}""",
        ["POST /v1/billing-runs"] = """{"cutoff":"2026-01-31T16:00:00Z"}""",
        ["POST /v1/index-runs"] = """{"day":"2025-12-31"}""",
        ["POST /v1/break-even"] = """
            {"card":"h100-sxm5-80gb","capexPerCard":{"amount":"250000.00","currency":"CNY"},"cards":64,
             "opexPerYear":{"amount":"900000.00","currency":"CNY"},"tariff":{"amount":"0.65","currency":"CNY"},"pue":1.3,"powerWatts":700,
             "utilisation":6000,"pricePerCardHour":{"amount":"18.00","currency":"CNY"},"horizonMonths":60,"paybackYears":3}
            """,
        ["POST /v1/test-clock"] = """{"to":"2026-02-05T00:00:00Z"}""",
    };

    private readonly Dictionary<string, string> _own = new(StringComparer.Ordinal);

    private ApiClient _buyer = null!;
    private ApiClient _provider = null!;

    public ApiHost Host { get; private set; } = null!;

    public ApiClient OtherBuyer { get; private set; } = null!;

    public ApiClient OtherProvider { get; private set; } = null!;

    /// <summary>Query parameters without which some lists cannot be asked for.</summary>
    public IReadOnlyDictionary<string, string> NeededQuery { get; private set; } = null!;

    /// <summary>The request that would be right at a door; null where none is written down.</summary>
    public string? Right(string door) => _right.GetValueOrDefault(door);

    /// <summary>The id that belongs to <see cref="Who"/>, by the door's path and the parameter's name.</summary>
    public string Own(string parameter) => _own.GetValueOrDefault(parameter)
        ?? throw new InvalidOperationException($"{parameter} is new: say in MarketWithEverything whose it is");

    /// <summary>Who may come in at a door.</summary>
    public ApiClient Who(string door) => door.Split(' ')[1] switch
    {
        "/v1/offers" when door.StartsWith("GET", StringComparison.Ordinal) => _buyer,
        var path when path.StartsWith("/v1/offers", StringComparison.Ordinal) || path.EndsWith("/start", StringComparison.Ordinal) =>
            _provider,
        var path when path.StartsWith("/v1/quotes", StringComparison.Ordinal) || path.StartsWith("/v1/bids", StringComparison.Ordinal)
            || path.StartsWith("/v1/leases", StringComparison.Ordinal) || path.StartsWith("/v1/charges", StringComparison.Ordinal)
            || path is "/v1/workloads" =>
                _buyer,
        var path when path.StartsWith("/v1/awards", StringComparison.Ordinal) => _buyer,
        "/v1/usage" or "/v1/usage/quarantine" => _provider,
        var path when path.StartsWith("/v1/probe", StringComparison.Ordinal) => _provider,
        _ => Host.Operator,
    };

    public async ValueTask InitializeAsync()
    {
        Host = await ApiHost.Run();
        var rented = await Rented.On(Host);
        (_buyer, _provider) = (rented.Buyer, rented.Provider);
        await rented.Use("2026-01-10T00:00:00Z", "2026-01-10T01:00:00Z");
        await rented.Bill("2026-02-01T00:00:00Z");
        OtherBuyer = await Host.Open("Other buyer", "buyer");
        OtherProvider = await Host.Open("Other provider", "provider");

        var offer = await Made(_provider.Post("/v1/offers", Right("POST /v1/offers")!));
        var quote = await Made(_buyer.Post("/v1/quotes", Right("POST /v1/quotes")!));
        var bid = await Made(_buyer.Post("/v1/bids", Right("POST /v1/bids")!.Replace("7.20", "0.01", StringComparison.Ordinal)));
        var run = await Host.Operator.Post("/v1/billing-runs", """{"cutoff":"2026-01-31T16:00:00Z"}""");
        await Host.Settle();

        using var signer = await ProbeSigner.Of(_provider);
        _right["POST /v1/probe-keys"] = $$"""{"name":"rack agent","publicKey":"{{ProbeSigner.NewPublicKey()}}"}""";
        _right["POST /v1/probes"] = await signer.Body(Host, """{"card":"h100-sxm5-80gb"}""", 0.7);

        NeededQuery = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["lease"] = rented.Lease, ["period"] = "2026-01", ["left"] = "h100-sxm5-80gb", ["right"] = "h20-96gb",
        };
        _own["/v1/accounts/{id}:id"] = _buyer.Id;
        _own["/v1/api-keys/{id}:id"] = (await _buyer.Get("/v1/api-keys")).Text("items.0.apiKeyId");
        foreach (var path in new[] { "", "/versions", "/slices", "/workloads/{workload}", "/derates" })
            _own[$"/v1/cards/{{id}}{path}:id"] = "h100-sxm5-80gb";
        _own["/v1/cards/{id}/workloads/{workload}:workload"] = "llm-prefill";
        _own["/v1/probe-keys/{id}:id"] = signer.KeyId;
        _own["/v1/offers/{offerId}:offerId"] = offer.Text("offerId");
        _own["/v1/quotes/{quoteId}/accept:quoteId"] = quote.Text("quoteId");
        foreach (var path in new[] { "", "/versions" }) _own[$"/v1/bids/{{bidId}}{path}:bidId"] = bid.Text("bidId");
        var (auction, wish) = await Auctioned();
        foreach (var path in new[] { "awards", "explanation" }) _own[$"/v1/bids/{{bidId}}/{path}:bidId"] = wish;
        foreach (var path in new[] { "", "/snapshot" }) _own[$"/v1/auctions/{{auctionId}}{path}:auctionId"] = auction;
        _own["/v1/awards/{awardId}:awardId"] = (await _buyer.Get($"/v1/bids/{wish}/awards")).Text("0.awardId");
        _own["/v1/offers/{offerId}/unsold:offerId"] = offer.Text("offerId");
        foreach (var path in new[] { "", "/start", "/end" }) _own[$"/v1/leases/{{leaseId}}{path}:leaseId"] = rented.Lease;
        foreach (var path in new[] { "", "/trades" })
            _own[$"/v1/index/{{indexId}}{path}:indexId"] = (await _buyer.Get("/v1/index")).Text("items.0.indexId");
        _own["/v1/billing-runs/{id}:id"] = run.Text("runId");
        _own["/v1/invoices/{id}:id"] = (await _buyer.Get("/v1/invoices")).Text("items.0.invoiceId");
        _own["/v1/outbox/{id}/retry:id"] = "msg_00000000000000000000000000";
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    /// <summary>An auction in which the buyer got a card for an hour of the provider's.</summary>
    private async Task<(string Auction, string Bid)> Auctioned()
    {
        var bid = await Made(_buyer.Post("/v1/bids", $$"""
            {"models":["h100-sxm5-80gb"],"region":"cn-north-1","cards":1,"hours":1,"fromAt":"2026-02-10T00:00:00Z",
             "untilAt":"2026-02-11T00:00:00Z","limitPerScuHour":{{Ask}} }
            """));
        var run = await Host.Operator.Post("/v1/auctions/run", "{}");
        return (run.Text("auctions.0.auctionId"), bid.Text("bidId"));
    }

    private static async Task<Answer> Made(Task<Answer> answer)
    {
        var made = await answer;
        return made.Status == 201 ? made : throw new InvalidOperationException(made.Body);
    }
}
