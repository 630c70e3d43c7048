using Marketplace.Billing;

namespace Marketplace;

public class AccessTests(SharedApi api) : IClassFixture<SharedApi>
{
    private readonly ApiHost _host = api.Host;

    [Theory]
    [InlineData("/v1/accounts")]
    [InlineData("/v1/offers")]
    [InlineData("/v1/usage")]
    [InlineData("/v1/nothing-of-the-kind")]
    public async Task Request_WithoutKey_IsUnauthenticated(string path)
    {
        var answer = await _host.Nobody.Get(path);

        Assert.Equal(401, answer.Status);
        Assert.Equal("unauthenticated", answer.Text("code"));
        Assert.StartsWith("Bearer", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
        Assert.Equal("application/problem+json", answer.Header("Content-Type"));
    }

    [Theory]
    [InlineData("Bearer mk_0000000000000000000000000000000000000000000")]
    [InlineData("Bearer")]
    [InlineData("Basic b3BlcmF0b3I6b3BlcmF0b3I=")]
    public async Task Request_WithAKeyThatIsNone_IsUnauthenticated(string authorization) =>
        Assert.Equal(401, (await _host.Nobody.Get("/v1/accounts", ("Authorization", authorization))).Status);

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/v1/cards")]
    [InlineData("/v1/cards/h100-sxm5-80gb")]
    [InlineData("/v1/workloads")]
    public async Task PublicPage_WithoutKey_Answers(string path) => Assert.Equal(200, (await _host.Nobody.Get(path)).Status);

    [Theory]
    [InlineData("provider", "POST", "/v1/accounts", """{"name":"x","roles":["operator"]}""")]
    [InlineData("accountant", "POST", "/v1/accounts", """{"name":"x","roles":["operator"]}""")]
    [InlineData("buyer", "POST", "/v1/usage", "[]")]
    [InlineData("operator", "POST", "/v1/usage", "[]")]
    [InlineData("buyer", "GET", "/v1/usage/quarantine", null)]
    [InlineData("buyer", "POST", "/v1/billing-runs", """{"cutoff":"2025-12-01T00:00:00Z"}""")]
    [InlineData("provider", "GET", "/v1/billing-runs/run_x", null)]
    [InlineData("buyer", "GET", "/v1/ledger/accounts", null)]
    [InlineData("provider", "GET", "/v1/ledger/transactions", null)]
    [InlineData("provider", "GET", "/v1/reconciliation?period=2026-01", null)]
    [InlineData("accountant", "GET", "/v1/outbox/parked", null)]
    [InlineData("accountant", "POST", "/v1/outbox/msg_x/retry", "")]
    [InlineData("accountant", "POST", "/v1/test-clock", """{"to":"2026-02-01T00:00:00Z"}""")]
    public async Task Role_ThatMayNot_IsForbidden(string role, string method, string path, string? body)
    {
        var client = role == "operator" ? _host.Operator : await _host.Open("A " + role, role);

        var answer = await client.Send(new HttpMethod(method), path, body);

        Assert.Equal(403, answer.Status);
        Assert.Equal("forbidden", answer.Text("code"));
    }

    [Fact]
    public async Task Key_Revoked_OpensNothingFromTheNextRequestOn()
    {
        var client = await _host.Open("Short-lived", "provider");
        var second = await client.Post("/v1/api-keys", """{"name":"second"}""");
        var other = new ApiClient(_host, second.Text("secret"));
        Assert.Equal(200, (await other.Get("/v1/accounts")).Status);

        Assert.Equal(204, (await client.Delete($"/v1/api-keys/{second.Text("apiKeyId")}")).Status);

        Assert.Equal(401, (await other.Get("/v1/accounts")).Status);
        Assert.Equal(200, (await client.Get("/v1/accounts")).Status);
    }

    [Fact]
    public async Task Keys_Listed_NeverShowASecret()
    {
        var client = await _host.Open("Discreet", "buyer");

        var answer = await client.Get("/v1/api-keys");

        Assert.Equal("first", answer.Text("items.0.name"));
        Assert.DoesNotContain("secret", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("mk_", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secret_IsNowhereInTheDatabase()
    {
        var opened = await _host.Operator.Post("/v1/accounts", """{"name":"Once","roles":["buyer"]}""", ("Idempotency-Key", "shown-once"));
        var secret = opened.Text("apiKey.secret");
        Assert.Equal(46, secret.Length);

        await using var session = await _host.Database.Read();
        var kept = await session.Find<string>("SELECT body FROM idempotency WHERE idempotency_key = 'shown-once'");
        Assert.Contains("\"secret\":null", kept, StringComparison.Ordinal);
        Assert.Empty(await session.Query<string>("SELECT hash FROM api_key WHERE hash LIKE @like", new { like = secret + "%" }));
    }

    [Fact]
    public async Task OperatorKey_ChangedAtALaterStart_IsAdded()
    {
        await using var first = await ApiHost.Run();
        await using var session = await first.Database.Read();
        var file = await session.Find<string>("SELECT file FROM pragma_database_list WHERE name = 'main'");
        const string another = "another-key-of-the-operator-9876543210";

        await using var second = await ApiHost.Run(database: $"Data Source={file}", args: $"--Marketplace:OperatorKey={another}");

        Assert.Equal(200, (await new ApiClient(second, another).Get("/v1/accounts")).Status);
        Assert.Equal(200, (await second.Operator.Get("/v1/accounts")).Status);
    }

    [Fact]
    public async Task Hosts_StartedTogether_MakeOneOperator()
    {
        var database = TestServers.NewDatabase();

        var hosts = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ApiHost.Run(Engine.PostgreSql, database)));

        Assert.Single((await hosts[0].Operator.Get("/v1/accounts")).At("items").EnumerateArray());
        Assert.Single((await hosts[2].Operator.Get("/v1/api-keys")).At("items").EnumerateArray());
        foreach (var host in hosts) await host.DisposeAsync();
    }
}
