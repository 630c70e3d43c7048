using Marketplace.Billing;
using Marketplace.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Marketplace;

public class UnitOfWorkTests
{
    [Theory]
    [MemberData(nameof(ApiHost.Engines), MemberType = typeof(ApiHost))]
    public async Task Answer_Below400_IsKept_EveryOtherIsNot(Engine engine)
    {
        await using var host = await ApiHost.Run(engine, arrange: app =>
        {
            app.MapPost("/test/{what}", async (string what, Session session) =>
            {
                await Organisation.Add(session, new()
                {
                    OrganisationId = session.NewId<OrganisationId>(), Name = what, Roles = [Role.Buyer], Zone = "UTC",
                });
                return what switch
                {
                    "kept" => TypedResults.Ok("kept"),
                    "missing" => Results.NotFound(),
                    "refused" => throw Refusal.Conflict("no"),
                    _ => throw new InvalidOperationException("a bug that must not be told"),
                };
            });
            app.MapGet("/test/look", async (Session session) => await session.Execute("UPDATE organisation SET name = 'changed'"));
        });

        Assert.Equal(200, (await host.Operator.Post("/test/kept", "")).Status);
        Assert.Equal(404, (await host.Operator.Post("/test/missing", "")).Status);
        Assert.Equal(409, (await host.Operator.Post("/test/refused", "")).Status);
        var bug = await host.Operator.Post("/test/bug", "");
        await host.Operator.Get("/test/look");

        Assert.Equal((500, "internal"), (bug.Status, bug.Text("code")));
        Assert.DoesNotContain("a bug", bug.Body, StringComparison.Ordinal);
        Assert.NotEqual("", bug.Text("traceId"));
        var names = (await host.Operator.Get("/v1/accounts")).At("items").EnumerateArray().Select(a => a.GetProperty("name").GetString());
        Assert.Equal(["Marketplace", "kept"], names);
    }

    [Fact]
    public async Task SlowBody_HoldsUpNobody()
    {
        await using var host = await ApiHost.Run();
        using var slow = new HttpClient();
        slow.DefaultRequestHeaders.Authorization = new("Bearer", ApiHost.OperatorKey);
        var gate = new TaskCompletionSource();
        var content = new HeldContent("""{"name":"Slow","roles":["buyer"]}""", gate.Task);
        var pending = slow.PostAsync(new Uri(host.Address, "/v1/accounts"), content, TestContext.Current.CancellationToken);
        await content.Begun;

        // The one writer of SQLite is free while the other's body is on its way.
        Assert.Equal(201, (await host.Operator.Post("/v1/accounts", """{"name":"Quick","roles":["buyer"]}""")).Status);
        gate.SetResult();

        Assert.Equal(201, (int)(await pending).StatusCode);
    }

    private sealed class HeldContent : HttpContent
    {
        private readonly byte[] _bytes;
        private readonly Task _gate;
        private readonly TaskCompletionSource _begun = new();

        public HeldContent(string text, Task gate)
        {
            (_bytes, _gate) = (System.Text.Encoding.UTF8.GetBytes(text), gate);
            Headers.ContentType = new("application/json");
        }

        public Task Begun => _begun.Task;

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            await stream.WriteAsync(_bytes.AsMemory(0, 5));
            await stream.FlushAsync();
            _begun.SetResult();
            await _gate;
            await stream.WriteAsync(_bytes.AsMemory(5));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _bytes.Length;
            return true;
        }
    }
}
