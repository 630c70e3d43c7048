using Marketplace.Billing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Marketplace;

public class SignInTests
{
    [Theory]
    [MemberData(nameof(ApiHost.Engines), MemberType = typeof(ApiHost))]
    public async Task Cookie_OpensPages_NeverTheApi_AndOnlyWhileItsKeyIsGood(Engine engine)
    {
        await using var host = await ApiHost.Run(engine, arrange: Pages);
        var client = await host.Open("Blue", "buyer");
        var signedIn = await host.Nobody.Get($"/test/sign-in?key={client.Key}");
        var set = signedIn.Header("Set-Cookie")!;
        var cookie = ("Cookie", set.Split(';')[0]);

        Assert.Contains("samesite=strict", set, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("httponly", set, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("Blue", (await host.Nobody.Get("/test/me", cookie)).Body);
        Assert.Equal(401, (await host.Nobody.Get("/v1/accounts", cookie)).Status);
        var asked = (await host.Nobody.Get("/test/me")).Header("Location");
        Assert.StartsWith(new Uri(host.Address, "/sign-in?from=").ToString(), asked, StringComparison.Ordinal);

        var key = (await client.Get("/v1/api-keys")).Text("items.0.apiKeyId");
        await client.Delete($"/v1/api-keys/{key}");

        Assert.Equal(302, (await host.Nobody.Get("/test/me", cookie)).Status);
    }

    [Fact]
    public async Task SignIn_WithAKeyThatIsNone_SetsNoCookie()
    {
        await using var host = await ApiHost.Run(arrange: Pages);

        Assert.Null((await host.Nobody.Get("/test/sign-in?key=mk_wrong")).Header("Set-Cookie"));
    }

    [Fact]
    public async Task Cookie_OfOneHost_IsGoodAtAnother()
    {
        var database = TestServers.NewDatabase();
        await using var first = await ApiHost.Run(Engine.PostgreSql, database, Pages);
        await using var second = await ApiHost.Run(Engine.PostgreSql, database, Pages);

        var signedIn = await first.Nobody.Get($"/test/sign-in?key={ApiHost.OperatorKey}");

        Assert.Equal("Marketplace", (await second.Nobody.Get("/test/me", ("Cookie", signedIn.Header("Set-Cookie")!.Split(';')[0]))).Body);
    }

    internal static void Pages(WebApplication app)
    {
        app.MapGet("/test/me", (Caller caller) => caller.Name);
        app.MapGet("/test/sign-in", SignInWith).AllowAnonymous();

        static async Task<bool> SignInWith(string key, HttpContext context, Session session) =>
            await SignIn.With(context, session, key) is not null;
    }
}
