using Marketplace.Billing;

namespace Marketplace;

public class TestClockTests
{
    [Theory]
    [MemberData(nameof(ApiHost.Engines), MemberType = typeof(ApiHost))]
    public async Task Clock_OnlyGoesOn_AndEveryHostFollows(Engine engine)
    {
        await using var host = await ApiHost.Run(engine);
        var clock = await host.Operator.Get("/v1/test-clock");
        Assert.Equal(ApiHost.Start, clock.Text("now"));

        Assert.Equal(200, (await host.Operator.Post("/v1/test-clock", """{"to":"2026-03-01T00:00:00Z"}""")).Status);
        Assert.Equal(200, (await host.Operator.Post("/v1/test-clock", """{"to":"2026-03-01T00:00:00Z"}""")).Status);
        var back = await host.Operator.Post("/v1/test-clock", """{"to":"2026-02-01T00:00:00Z"}""");

        Assert.Equal((409, "to"), (back.Status, Assert.Single(back.Fields)));
        Assert.Equal("2026-03-01T00:00:00Z", (await host.Operator.Get("/v1/test-clock")).Text("now"));
        Assert.Equal("2026-03-01T00:00:00Z", (await host.Operator.Post("/v1/api-keys", """{"name":"later"}""")).Text("createdAt"));
    }

    [Fact]
    public async Task Clock_AfterARestart_GoesOnWhereItStood()
    {
        var directory = Directory.CreateTempSubdirectory("marketplace-test-").FullName;
        var database = $"Data Source={Path.Combine(directory, "market.db")}";
        await using (var first = await ApiHost.Run(database: database))
            await first.Operator.Post("/v1/test-clock", """{"to":"2026-03-01T00:00:00Z"}""");

        await using (var second = await ApiHost.Run(database: database))
            Assert.Equal("2026-03-01T00:00:00Z", (await second.Operator.Get("/v1/test-clock")).Text("now"));
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Clock_NotTurnedOn_DoesNotExist()
    {
        await using var host = await ApiHost.Run(args: "--Marketplace:TestClock=false");

        Assert.Equal(404, (await host.Operator.Post("/v1/test-clock", """{"to":"2199-01-01T00:00:00Z"}""")).Status);
        Assert.Equal(404, (await host.Operator.Get("/v1/test-clock")).Status);
    }
}
