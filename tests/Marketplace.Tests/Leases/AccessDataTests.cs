using System.Text;

namespace Marketplace;

public sealed class AccessDataTests
{
    private const string Secret = "correct-horse-battery-staple";

    [Fact]
    public async Task OnlyTheBuyerAndTheProviderReadIt_AndItLiesNowhereInTheClear()
    {
        await using var host = await ApiHost.Run();
        var rented = await Rented.On(host);
        var path = $"/v1/leases/{rented.Lease}/access";
        Assert.Equal(404, (await rented.Buyer.Get(path)).Status);
        var body = $$"""{"access":{"host":"node-7.example.org","token":"{{Secret}}"} }""";

        Assert.Equal(403, (await rented.Buyer.Send(HttpMethod.Put, path, body)).Status);
        var put = await rented.Provider.Send(HttpMethod.Put, path, body, ("Idempotency-Key", "once"));
        Assert.Equal((204, ""), (put.Status, put.Body));

        Assert.Equal(Secret, (await rented.Buyer.Get(path)).Text("access.token"));
        Assert.Equal(Secret, (await rented.Provider.Get(path)).Text("access.token"));
        var accountant = await host.Open("Ledger & Sons", "accountant");
        var stranger = await host.Open("Stranger", "buyer");
        foreach (var other in new[] { host.Operator, accountant, stranger })
            Assert.Equal(404, (await other.Get(path)).Status);
        Assert.DoesNotContain(Secret, (await rented.Buyer.Get($"/v1/leases/{rented.Lease}")).Body, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, await Everything(host), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AfterTheEnd_NobodyWritesIt()
    {
        await using var host = await ApiHost.Run();
        var rented = await Rented.On(host);
        await rented.Buyer.Post($"/v1/leases/{rented.Lease}/end", "");

        var answer = await rented.Provider.Send(HttpMethod.Put, $"/v1/leases/{rented.Lease}/access", """{"access":{"host":"x"}}""");

        Assert.Equal((409, "conflict"), (answer.Status, answer.Text("code")));
    }

    [Theory]
    [InlineData("""{"access":{}}""", "access")]
    [InlineData("""{"access":{"host":""}}""", "access.host")]
    [InlineData("""{"access":{"host":1}}""", "access.host")]
    [InlineData("""{"access":{"host":null}}""", "access.host")]
    public async Task WhatIsNoAccessData_IsRefused(string body, string field)
    {
        await using var host = await ApiHost.Run();
        var rented = await Rented.On(host);

        var answer = await rented.Provider.Send(HttpMethod.Put, $"/v1/leases/{rented.Lease}/access", body);

        Assert.Equal((400, field), (answer.Status, Assert.Single(answer.Fields)));
    }

    private static async Task<string> Everything(ApiHost host)
    {
        await using var session = await host.Database.Read();
        var text = new StringBuilder();
        foreach (var table in await session.Query<string>("SELECT name FROM sqlite_master WHERE type = 'table'"))
        {
            foreach (var row in await session.Query<dynamic>($"SELECT t.* FROM {table} t"))
                text.AppendJoin('|', (IDictionary<string, object>)row).Append('\n');
        }

        return text.ToString();
    }
}
