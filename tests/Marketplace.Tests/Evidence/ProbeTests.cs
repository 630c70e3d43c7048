using Marketplace.Billing;

namespace Marketplace;

/// <summary>Probes over HTTP: who may, what is believed, that each counts once, and what it does to a listing.</summary>
public sealed class ProbeTests
{
    private const string H100 = """{"card":"h100-sxm5-80gb"}""";

    [Theory, EveryEngine]
    public async Task Probe_BelowTheListing_LowersItAtOnce_ForAllToSee(Engine engine)
    {
        await using var host = await ApiHost.Run(engine);
        var provider = await host.Open("North Lake", "provider");
        var other = await host.Open("South Lake", "provider");
        var before = await Published(provider, "rack-1");
        var others = await Published(other, "rack-1");
        using var agent = await ProbeSigner.Of(provider);

        var probe = await agent.Probe(host, H100, 0.5);

        Assert.Equal((201, "provider_probe"), (probe.Status, probe.Text("probe.tier")));
        var after = await host.Nobody.Get($"/v1/cards/h100-sxm5-80gb/derates?provider={provider.Id}");
        Assert.Equal("latest_measurement", after.Text("7.derate.limit"));
        Assert.Equal("5000", after.Text("7.derate.listed"));
        var offer = await provider.Get($"/v1/offers/{before.Text("offerId")}");
        Assert.Equal(("7000", "5000"), (before.Text("derate"), offer.Text("derate")));
        Assert.Equal("2", offer.Text("version"));
        Assert.Equal("7000", (await other.Get($"/v1/offers/{others.Text("offerId")}")).Text("derate"));
        var buyer = await host.Open("Blue Heron", "buyer");
        var ranked = await buyer.Get("/v1/offers?workload=llm-decode-batch");
        Assert.Equal(
            (others.Text("offerId"), before.Text("offerId")), (ranked.Text("items.0.offer.offerId"), ranked.Text("items.1.offer.offerId")));
        Assert.Equal("provider_probe", ranked.Text("items.1.tier"));
        var parts = (await host.Nobody.Get($"/v1/probes?provider={provider.Id}")).At("items.0.parts");
        Assert.InRange(parts.GetProperty("vision").GetInt32(), 4_999, 5_000);
    }

    [Fact]
    public async Task Probe_OfABetterTier_RaisesTheListing_UpToItsCeiling()
    {
        await using var host = await ApiHost.Run();
        var provider = await host.Open("North Lake", "provider");
        var offer = (await Published(provider, "rack-1")).Text("offerId");
        using var own = await ProbeSigner.Of(provider);
        using var platform = await ProbeSigner.Of(host.Operator);
        var wish = $$"""{"card":"h100-sxm5-80gb","provider":"{{provider.Id}}"}""";

        for (var i = 0; i < 12; i++) Assert.Equal(201, (await own.Probe(host, H100, 0.98)).Status);
        var probed = (await provider.Get($"/v1/offers/{offer}")).Text("derate");
        for (var i = 0; i < 6; i++) Assert.Equal("platform_probe", (await platform.Probe(host, wish, 0.95)).Text("probe.tier"));
        var sure = (await provider.Get($"/v1/offers/{offer}")).Text("derate");

        Assert.Equal("8500", probed);
        Assert.InRange(decimal.Parse(sure, System.Globalization.CultureInfo.InvariantCulture), 8_700m, 9_500m);
    }

    [Fact]
    public async Task Probe_MoreThanTheClaimAllows_IsKeptForItsSenderAndListsNothing()
    {
        await using var host = await ApiHost.Run();
        var provider = await host.Open("North Lake", "provider");
        var offer = await Published(provider, "rack-1");
        using var agent = await ProbeSigner.Of(provider);

        var probe = await agent.Probe(host, H100, 1.3);

        Assert.Equal(201, probe.Status);
        Assert.Contains("1.2 times the claim", probe.Text("probe.doubt"), StringComparison.Ordinal);
        Assert.Equal("7000", (await provider.Get($"/v1/offers/{offer.Text("offerId")}")).Text("derate"));
        Assert.Empty((await host.Nobody.Get("/v1/probes")).Json.GetProperty("items").EnumerateArray());
        Assert.Single((await provider.Get("/v1/probes")).Json.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Probe_Replayed_Altered_Expired_OrOfAnother_IsRefused()
    {
        await using var host = await ApiHost.Run();
        var provider = await host.Open("North Lake", "provider");
        var thief = await host.Open("South Lake", "provider");
        using var agent = await ProbeSigner.Of(provider);
        using var other = await ProbeSigner.Of(thief);
        var body = await agent.Body(host, H100, 0.6);
        var at = ApiHost.Start;
        var mine = (await provider.Post("/v1/probes/nonces", H100)).Text("nonce");
        var l40s = (await provider.Post("/v1/probes/nonces", """{"card":"l40s-48gb"}""")).Text("nonce");

        Assert.Equal(201, (await provider.Post("/v1/probes", body)).Status);
        (string What, ApiClient By, string Body, int Status)[] wrong =
        [
            ("replayed", provider, body, 409),
            ("altered", provider, Altered(await agent.Body(host, H100, 0.6)), 400),
            ("the key of another", thief, await agent.Body(host, H100, 0.6), 400),
            ("the nonce of another", thief, other.Signed(ProbeSigner.Statement(mine, "h100-sxm5-80gb", at, 0.6)), 400),
            ("no nonce of ours", provider, agent.Signed(ProbeSigner.Statement("mine", "h100-sxm5-80gb", at, 0.6)), 400),
            ("another card than the nonce's", provider, agent.Signed(ProbeSigner.Statement(l40s, "h100-sxm5-80gb", at, 0.6)), 400),
            ("measured before the nonce", provider,
                agent.Signed(ProbeSigner.Statement(mine, "h100-sxm5-80gb", "2025-01-01T00:00:00Z", 0.6)), 400),
            ("without a signature", provider, agent.Signed(
                ProbeSigner.Statement(mine, "h100-sxm5-80gb", at, 0.6), $$"""{"alg":"none","kid":"{{agent.KeyId}}"}"""), 400),
            ("a rate that is none", provider,
                agent.Signed(ProbeSigner.Statement(mine, "h100-sxm5-80gb", at, 0.6).Replace("[1", "[-1", StringComparison.Ordinal)), 400),
        ];
        foreach (var (what, by, sent, status) in wrong)
        {
            var answer = await by.Post("/v1/probes", sent);
            Assert.True(answer.Status == status, $"{what}: {answer.Status} {answer.Body}");
            Assert.Equal(["signed"], answer.Fields);
        }

        // What was refused has used nothing up.
        Assert.Equal(201, (await provider.Post("/v1/probes", agent.Signed(ProbeSigner.Statement(mine, "h100-sxm5-80gb", at, 0.6)))).Status);
        var late = await agent.Body(host, H100, 0.6);
        await host.MoveTo("2026-01-01T00:00:00Z");
        Assert.Equal(409, (await provider.Post("/v1/probes", late)).Status);
    }

    [Fact]
    public async Task Probe_SentByTwoAtOnce_CountsOnce()
    {
        await using var host = await ApiHost.Run();
        var provider = await host.Open("North Lake", "provider");
        using var agent = await ProbeSigner.Of(provider);
        var body = await agent.Body(host, H100, 0.6);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => provider.Post("/v1/probes", body)));

        Assert.Single(answers, a => a.Status == 201);
        Assert.Equal(7, answers.Count(a => a.Status == 409));
        Assert.Single((await host.Nobody.Get("/v1/probes")).Json.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Probe_OfARunningLease_ByItsBuyer_IsTelemetry()
    {
        await using var host = await ApiHost.Run();
        var rented = await Rented.On(host);
        using var buyer = await ProbeSigner.Of(rented.Buyer);
        var stranger = await host.Open("Other buyer", "buyer");
        var wish = $$"""{"leaseId":"{{rented.Lease}}"}""";

        var probe = await buyer.Probe(host, wish, 0.6);

        Assert.Equal(("telemetry", rented.Provider.Id), (probe.Text("probe.tier"), probe.Text("probe.providerId")));
        Assert.Equal("1", (await buyer.Probe(host, wish, 0.65)).Text("listed.7.measurements"));
        Assert.Equal(404, (await stranger.Post("/v1/probes/nonces", wish)).Status);
        Assert.Equal(404, (await rented.Provider.Post("/v1/probes/nonces", wish)).Status);
        Assert.Equal(403, (await stranger.Post("/v1/probes/nonces", H100)).Status);
    }

    [Fact]
    public async Task Listing_AsItsEvidenceAges_GoesBackToWhatTheCardIsWorth()
    {
        await using var host = await ApiHost.Run();
        var provider = await host.Open("North Lake", "provider");
        var offer = (await Published(provider, "rack-1")).Text("offerId");
        using var agent = await ProbeSigner.Of(host.Operator);
        var wish = $$"""{"card":"h100-sxm5-80gb","provider":"{{provider.Id}}"}""";
        for (var i = 0; i < 3; i++) await agent.Probe(host, wish, 0.9);
        var fresh = Listed(await provider.Get($"/v1/offers/{offer}"));

        await host.MoveTo("2026-12-31T16:00:00Z");

        var old = Listed(await provider.Get($"/v1/offers/{offer}"));
        Assert.InRange(old, 5_000m, fresh - 500);

        static decimal Listed(Answer answer) =>
            decimal.Parse(answer.Text("derate"), System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task Results_Imported_ChangeWhatIsExpected_AndAreNeverOverwritten()
    {
        await using var host = await ApiHost.Run();
        var provider = await host.Open("North Lake", "provider");
        const string path = "/v1/cards/mi300x-192gb/derates";
        var before = await host.Nobody.Get(path);

        var first = await host.Operator.Send(HttpMethod.Post, "/v1/evidence/results", Csv("900"));
        var again = await host.Operator.Send(HttpMethod.Post, "/v1/evidence/results", Csv("900"));
        var other = await host.Operator.Send(HttpMethod.Post, "/v1/evidence/results", Csv("400"));
        var after = await host.Nobody.Get(path);
        var refused = await provider.Send(HttpMethod.Post, "/v1/evidence/results", Csv("900"));
        var broken = await host.Operator.Send(HttpMethod.Post, "/v1/evidence/results", Csv("much"));

        Assert.Equal((200, "1"), (first.Status, first.Text("added")));
        Assert.Equal(("0", "1"), (again.Text("added"), again.Text("known")));
        Assert.Equal("mlperf-inference v4.1 llama2-70b-99 mi300x-192gb", other.Text("differing.0"));
        Assert.Equal(("none", "same_card"), (before.Text("4.expectation.precedent"), after.Text("4.expectation.precedent")));
        Assert.Equal((403, 400), (refused.Status, broken.Status));
        Assert.Contains("per_accelerator", broken.Body, StringComparison.Ordinal);

        static StringContent Csv(string rate) => new(
            "family,round,benchmark,scenario,card_key,accelerators,per_accelerator\n"
            + "mlperf-inference,v4.1,llama2-70b-99,Offline,NVIDIA H100 SXM5 80GB,8,1000\n"
            + $"mlperf-inference,v4.1,llama2-70b-99,Offline,AMD MI300X 192GB,8,{rate}\n",
            System.Text.Encoding.UTF8, "text/csv");
    }

    private static async Task<Answer> Published(ApiClient provider, string name)
    {
        var offer = await provider.Post("/v1/offers", $$"""
            {"name":"{{name}}","card":"H100 SXM5 80GB","cards":8,"region":"cn-north-1","ask":{"amount":"7.20","currency":"CNY"},
             "availableFrom":"{{ApiHost.Start}}","availableUntil":"2027-12-31T16:00:00Z"}
            """);
        Assert.Equal(201, offer.Status);
        return offer;
    }

    /// <summary>One character of the payload is another one.</summary>
    private static string Altered(string body)
    {
        var at = body.IndexOf('.', StringComparison.Ordinal) + 40;
        return body[..at] + (body[at] == 'A' ? 'B' : 'A') + body[(at + 1)..];
    }
}
