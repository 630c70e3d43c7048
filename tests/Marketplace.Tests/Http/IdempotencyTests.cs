using Marketplace.Billing;

namespace Marketplace;

public class IdempotencyTests
{
    private const string Account = """{"name":"Blue Heron","roles":["buyer"]}""";

    [Theory]
    [MemberData(nameof(ApiHost.Engines), MemberType = typeof(ApiHost))]
    public async Task Request_Repeated_GetsTheFirstAnswer(Engine engine)
    {
        await using var host = await ApiHost.Run(engine);

        var first = await host.Operator.Post("/v1/accounts", Account, ("Idempotency-Key", "one"));
        var second = await host.Operator.Post("/v1/accounts", Account, ("Idempotency-Key", "one"));

        Assert.Equal((201, 201), (first.Status, second.Status));
        Assert.Null(first.Header("Idempotency-Replayed"));
        Assert.Equal("true", second.Header("Idempotency-Replayed"));
        Assert.Equal(first.Header("Location"), second.Header("Location"));
        Assert.Equal(first.Header("Content-Type"), second.Header("Content-Type"));
        Assert.Equal(first.Body.Replace($"\"{first.Text("apiKey.secret")}\"", "null", StringComparison.Ordinal), second.Body);
        Assert.Equal(2, (await host.Operator.Get("/v1/accounts")).At("items").GetArrayLength());
    }

    [Theory]
    [InlineData("/v1/accounts", """{"name":"Red Heron","roles":["buyer"]}""")]
    [InlineData("/v1/api-keys", Account)]
    public async Task Key_WithAnotherRequest_IsAConflict(string path, string body)
    {
        await using var host = await ApiHost.Run();
        await host.Operator.Post("/v1/accounts", Account, ("Idempotency-Key", "one"));

        var answer = await host.Operator.Post(path, body, ("Idempotency-Key", "one"));

        Assert.Equal((409, "idempotency_key_reused"), (answer.Status, answer.Text("code")));
    }

    [Theory]
    [MemberData(nameof(ApiHost.Engines), MemberType = typeof(ApiHost))]
    public async Task Requests_AtOnce_HaveOneEffect(Engine engine)
    {
        await using var host = await ApiHost.Run(engine);

        var answers = await Task.WhenAll(Enumerable.Range(0, 12)
            .Select(_ => host.Operator.Post("/v1/accounts", Account, ("Idempotency-Key", "race"))));

        Assert.All(answers, a => Assert.Equal(201, a.Status));
        Assert.Single(answers, a => a.Header("Idempotency-Replayed") is null);
        Assert.Single(answers.Select(a => a.Header("Location")).Distinct());
        Assert.Equal(2, (await host.Operator.Get("/v1/accounts")).At("items").GetArrayLength());
    }

    [Theory]
    [MemberData(nameof(ApiHost.Engines), MemberType = typeof(ApiHost))]
    public async Task Refusal_IsNotKept_AndTheKeyStaysFree(Engine engine)
    {
        await using var host = await ApiHost.Run(engine);

        var refused = await host.Operator.Post("/v1/accounts", """{"name":"","roles":["buyer"]}""", ("Idempotency-Key", "one"));
        Assert.Equal(400, refused.Status);

        Assert.Equal(201, (await host.Operator.Post("/v1/accounts", Account, ("Idempotency-Key", "one"))).Status);
    }

    [Fact]
    public async Task Key_BelongsToItsOrganisation()
    {
        await using var host = await ApiHost.Run();
        var (red, blue) = (await host.Open("Red", "buyer"), await host.Open("Blue", "buyer"));

        await red.Post("/v1/api-keys", """{"name":"mine"}""", ("Idempotency-Key", "one"));
        var answer = await blue.Post("/v1/api-keys", """{"name":"mine"}""", ("Idempotency-Key", "one"));

        Assert.Null(answer.Header("Idempotency-Replayed"));
        Assert.Equal(blue.Id, answer.Text("organisationId"));
    }

    [Theory]
    [InlineData("with blank", 1)]
    [InlineData("k", 201)]
    public async Task Key_ThatIsNot1To200VisibleCharacters_IsRefused(string key, int times)
    {
        await using var host = await ApiHost.Run();

        var answer = await host.Operator.Post("/v1/accounts", Account, ("Idempotency-Key", string.Concat(Enumerable.Repeat(key, times))));

        Assert.Equal(400, answer.Status);
        Assert.Equal(["Idempotency-Key"], answer.Fields);
    }
}
