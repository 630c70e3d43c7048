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
             "availableFrom":"2026-02-01T00:00:00Z","availableUntil":"2026-03-01T00:00:00Z","lot":1,"minMinutes":60,"maxMinutes":40000,
             "rentNowMaxMinutes":40000,"rentNowAsk":{{Ask}},"followsCleared":true,"inAuction":true,"noticeMinutes":10,"drainMinutes":0,
             "gang":"multi_node","linkGBs":50,"interruptible":true,"ownUseFirst":true,"residency":"CN"}
            """,
        ["PATCH /v1/offers/{offerId}"] = $$"""
            {"ask":{{Ask}},"cards":9,"availableUntil":"2026-03-02T00:00:00Z","lot":1,"minMinutes":60,"maxMinutes":40000,
             "rentNowMaxMinutes":40000,"rentNowAsk":{{Ask}},"followsCleared":true,"inAuction":true}
            """,
        ["POST /v1/offers/{offerId}/own-use"] =
            """{"cards":1,"fromAt":"2026-02-25T00:00:00Z","untilAt":"2026-02-26T00:00:00Z"}""",
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
             "workload":"llm-decode-batch","interruptible":true}
            """,
        ["POST /v1/bids"] = $$"""
            {"workload":"llm-decode-batch","models":["h100-sxm5-80gb"],"cards":4,"hours":6,"minPartCards":2,"floor":"int8",
             "region":"cn-north-1","residency":"CN","vendor":"NVIDIA","minMemoryGiB":80,"tiers":["node"],
             "fromAt":"2026-02-10T00:00:00Z","untilAt":"2026-02-11T00:00:00Z","limitPerScuHour":{{Ask}},"reference":"r"}
            """,
        ["POST /v1/leases/{leaseId}/start"] = """{"access":{"host":"10.0.0.1"}}""",
        ["PUT /v1/leases/{leaseId}/access"] = """{"access":{"host":"10.0.0.1","token":"t"}}""",
        ["POST /v1/leases/{leaseId}/interrupt"] = """{"reason":"force_majeure","from":"2026-02-02T00:00:00Z","note":"power"}""",
        ["POST /v1/leases/{leaseId}/fail"] = """{"note":"the node is gone"}""",
        ["POST /v1/leases/{leaseId}/dispute"] = """{"text":"two cards were away"}""",
        ["POST /v1/leases/{leaseId}/dispute/resolve"] = $$"""{"answer":"agreed","credit":{{Ask}}}""",
        ["PATCH /v1/bids/{bidId}"] = $$"""
            {"without":["tiers"],"cards":6,"hours":5,"minPartCards":3,"fromAt":"2026-02-10T01:00:00Z","untilAt":"2026-02-10T20:00:00Z",
             "models":["h100-sxm5-80gb"],"region":"cn-north-2","residency":"SG","vendor":"NVIDIA","minMemoryGiB":64,"floor":"fp8",
             "limitPerScuHour":{{Ask}}}
            """,
        ["PATCH /v1/accounts/{id}"] = """{"creditLimit":{"amount":"100000000.00","currency":"CNY"}}""",
        ["POST /v1/tenders"] =
            """
            {"workload":"llm-prefill","cards":2,"models":["h100-sxm5-80gb"],"fromAt":"2026-02-12T00:00:00Z",
             "untilAt":"2026-02-13T00:00:00Z","closesAt":"2026-02-10T00:00:00Z","floor":"int8","region":"cn-north-1",
             "residency":"CN","vendor":"NVIDIA","minMemoryGiB":80,
             "tiers":["single_card"],"reference":"r","note":"n"}
            """,
        ["POST /v1/webhooks"] = """{"url":"https://example.org/hook","kinds":["lease.awarded"]}""",
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

    /// <summary>What a provider does to a lease.</summary>
    private static readonly string[] Served = ["/provision", "/start", "/access", "/interrupt", "/resume", "/fail"];

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
        var path when path.EndsWith("/dispute/resolve", StringComparison.Ordinal) => Host.Operator,
        var path when path.StartsWith("/v1/offers", StringComparison.Ordinal)
            || Served.Any(s => path.EndsWith(s, StringComparison.Ordinal)) => _provider,
        var path when path.StartsWith("/v1/quotes", StringComparison.Ordinal) || path.StartsWith("/v1/bids", StringComparison.Ordinal)
            || path.StartsWith("/v1/leases", StringComparison.Ordinal) || path.StartsWith("/v1/charges", StringComparison.Ordinal)
            || path.StartsWith("/v1/funds", StringComparison.Ordinal) || path is "/v1/workloads" =>
                _buyer,
        var path when path.StartsWith("/v1/tenders", StringComparison.Ordinal) =>
            path.Contains("/offers", StringComparison.Ordinal) ? _provider : _buyer,
        var path when path.StartsWith("/v1/awards", StringComparison.Ordinal) => _buyer,
        "/v1/usage" or "/v1/usage/quarantine" => _provider,
        var path when path.StartsWith("/v1/webhooks", StringComparison.Ordinal) => _provider,
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
        var bid = await Made(_buyer.Post("/v1/bids", Right("POST /v1/bids")!));
        var ownUse = await Made(_provider.Post(
            $"/v1/offers/{offer.Text("offerId")}/own-use", Right("POST /v1/offers/{offerId}/own-use")!));
        _right["POST /v1/quotes/verify"] = $$"""{"quoteId":"{{quote.Text("quoteId")}}","signature":"{{quote.Text("signature")}}"}""";
        _right["POST /v1/payments"] = $$"""{"accountId":"{{_buyer.Id}}","amount":{"amount":"10.00","currency":"CNY"},"reference":"b 1"}""";
        var run = await Host.Operator.Post("/v1/billing-runs", """{"cutoff":"2026-01-31T16:00:00Z"}""");
        await Host.Settle();

        var tender = await Made(_buyer.Post("/v1/tenders", $$"""
            {"cards":2,"fromAt":"2026-02-12T00:00:00Z","untilAt":"2026-02-13T00:00:00Z","closesAt":"2026-02-10T00:00:00Z",
             "interruptible":true,"invited":["{{_provider.Id}}"]}
            """));
        _right["POST /v1/tenders/{tenderId}/offers"] = $$"""{"offerId":"{{offer.Text("offerId")}}","price":{{Ask}},"note":"n"}""";
        var answer = await _provider.Post($"/v1/tenders/{tender.Text("tenderId")}/offers", Right("POST /v1/tenders/{tenderId}/offers")!);
        _right["POST /v1/tenders/{tenderId}/award"] = $$"""{"sealedOfferId":"{{answer.Text("sealed.sealedOfferId")}}"}""";

        using var signer = await ProbeSigner.Of(_provider);
        _right["POST /v1/probe-keys"] = $$"""{"name":"rack agent","publicKey":"{{ProbeSigner.NewPublicKey()}}"}""";
        _right["POST /v1/probes"] = await signer.Body(Host, """{"card":"h100-sxm5-80gb"}""", 0.7);

        NeededQuery = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["lease"] = rented.Lease, ["period"] = "2026-01", ["left"] = "h100-sxm5-80gb", ["right"] = "h20-96gb",
            ["card"] = "h100-sxm5-80gb", ["tier"] = "single_card", ["region"] = "cn-north-1", ["band"] = "70",
        };
        _own["/v1/accounts/{id}:id"] = _buyer.Id;
        _own["/v1/api-keys/{id}:id"] = (await _buyer.Get("/v1/api-keys")).Text("items.0.apiKeyId");
        foreach (var path in new[] { "", "/versions", "/slices", "/workloads/{workload}", "/derates" })
            _own[$"/v1/cards/{{id}}{path}:id"] = "h100-sxm5-80gb";
        _own["/v1/cards/{id}/workloads/{workload}:workload"] = "llm-prefill";
        _own["/v1/probe-keys/{id}:id"] = signer.KeyId;
        foreach (var path in new[] { "", "/own-use", "/own-use/{ownUseId}" })
            _own[$"/v1/offers/{{offerId}}{path}:offerId"] = offer.Text("offerId");
        _own["/v1/offers/{offerId}/own-use/{ownUseId}:ownUseId"] = ownUse.Text("ownUseId");
        foreach (var path in new[] { "", "/accept" }) _own[$"/v1/quotes/{{quoteId}}{path}:quoteId"] = quote.Text("quoteId");
        foreach (var path in new[] { "", "/versions" }) _own[$"/v1/bids/{{bidId}}{path}:bidId"] = bid.Text("bidId");
        foreach (var path in new[] { "", "/cancel", "/award", "/offers", "/offers/{sealedOfferId}" })
            _own[$"/v1/tenders/{{tenderId}}{path}:tenderId"] = tender.Text("tenderId");
        _own["/v1/tenders/{tenderId}/offers/{sealedOfferId}:sealedOfferId"] = answer.Text("sealed.sealedOfferId");
        string[] acts = ["", "/events", "/end", "/reject", "/dispute", "/dispute/resolve", .. Served];
        foreach (var path in acts) _own[$"/v1/leases/{{leaseId}}{path}:leaseId"] = rented.Lease;
        var (auction, wish, plain) = await Auctioned();
        foreach (var path in new[] { "awards", "explanation" }) _own[$"/v1/bids/{{bidId}}/{path}:bidId"] = wish;
        foreach (var path in new[] { "", "/snapshot" }) _own[$"/v1/auctions/{{auctionId}}{path}:auctionId"] = auction;
        _own["/v1/awards/{awardId}:awardId"] = (await _buyer.Get($"/v1/bids/{wish}/awards")).Text("0.awardId");
        _own["/v1/offers/{offerId}/unsold:offerId"] = plain;

        // The keeper's next look finds nothing to do either, such as a lease whose invoice has been posted meanwhile.
        await Host.Settle();
        await LeaseKeeper.Tend(Host.Database, new());

        // Last: nothing happens any more of which it would be told while a test looks.
        var hook = (await Made(_provider.Post("/v1/webhooks", Right("POST /v1/webhooks")!))).Text("webhook.webhookId");
        foreach (var path in new[] { "", "/rotate", "/enable", "/deliveries", "/deliveries/{deliveryId}/retry" })
            _own[$"/v1/webhooks/{{webhookId}}{path}:webhookId"] = hook;
        _own["/v1/webhooks/{webhookId}/deliveries/{deliveryId}/retry:deliveryId"] = "delivery_00000000000000000000000000";
        foreach (var path in new[] { "", "/trades" })
            _own[$"/v1/index/{{indexId}}{path}:indexId"] = (await _buyer.Get("/v1/index")).Text("items.0.indexId");
        _own["/v1/billing-runs/{id}:id"] = run.Text("runId");
        _own["/v1/invoices/{id}:id"] = (await _buyer.Get("/v1/invoices")).Text("items.0.invoiceId");
        _own["/v1/outbox/{id}/retry:id"] = "msg_00000000000000000000000000";
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    /// <summary>An auction in which the buyer got a card for an hour of the provider's.</summary>
    private async Task<(string Auction, string Bid, string Offer)> Auctioned()
    {
        var offer = await Made(_provider.Post("/v1/offers", $$"""
            {"name":"plain","card":"h100-sxm5-80gb","cards":1,"region":"cn-south-1","ask":{{Ask}},
             "availableFrom":"2026-02-01T00:00:00Z","availableUntil":"2026-03-01T00:00:00Z"}
            """));
        var bid = await Made(_buyer.Post("/v1/bids", $$"""
            {"models":["h100-sxm5-80gb"],"region":"cn-south-1","cards":1,"hours":1,"fromAt":"2026-02-10T00:00:00Z",
             "untilAt":"2026-02-11T00:00:00Z","limitPerScuHour":{{Ask}} }
            """));
        var run = await Host.Operator.Post("/v1/auctions/run", "{}");
        return (run.Text("auctions.0.auctionId"), bid.Text("bidId"), offer.Text("offerId"));
    }

    private static async Task<Answer> Made(Task<Answer> answer)
    {
        var made = await answer;
        return made.Status == 201 ? made : throw new InvalidOperationException(made.Body);
    }
}
