using Marketplace.Billing;
using Marketplace.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Marketplace;

/// <summary>The stream over the wire, as a program and as a page hear it.</summary>
public sealed class LiveStreamTests
{
    [Theory]
    [MemberData(nameof(ApiHost.Engines), MemberType = typeof(ApiHost))]
    public async Task Stream_TellsOwnAndPublicEvents_AndWhoSeesAllEverything(Engine engine)
    {
        await using var host = await ApiHost.Run(engine);
        var (one, two) = (await host.Open("One", "buyer"), await host.Open("Two", "buyer"));
        using var mine = await EventReader.Open(host, one);
        using var all = await EventReader.Open(host, host.Operator);

        await Say(host, "bid.placed", "a", two.Organisation);
        await Say(host, "bid.placed", "b", one.Organisation);
        await Say(host, "auction.cleared", "c");

        Assert.Equal(["b", "c"], (await mine.Next(2)).Select(e => e.Subject));
        var told = await all.Next(3);
        Assert.Equal(["a", "b", "c"], told.Select(e => e.Subject));
        Assert.Equal(["bid.placed", "bid.placed", "auction.cleared"], told.Select(e => e.Event));
        Assert.Equal(two.Id, told[0].Json.GetProperty("organisationId").GetString());
        Assert.Equal("text/event-stream; charset=utf-8", mine.ContentType);
    }

    [Fact]
    public async Task Stream_Resumed_TellsWhatFollowed_Once()
    {
        await using var host = await ApiHost.Run();
        var buyer = await host.Open("One", "buyer");
        string seen;
        using (var first = await EventReader.Open(host, buyer, "/v1/events?kinds=bid."))
        {
            await Say(host, "bid.placed", "a", buyer.Organisation);
            await Say(host, "lease.active", "x", buyer.Organisation);
            await Say(host, "bid.changed", "b", buyer.Organisation);
            seen = (await first.Next(2))[0].Id;
        }

        await Say(host, "bid.cancelled", "c", buyer.Organisation);

        using var byHeader = await EventReader.Open(host, buyer, "/v1/events?kinds=bid.", seen);
        using var byAddress = await EventReader.Open(host, buyer, $"/v1/events?kinds=bid.ch,bid.ca&lastEventId={seen}");
        Assert.Equal(["b", "c"], (await byHeader.Next(2)).Select(e => e.Subject));
        Assert.Equal(["b", "c"], (await byAddress.Next(2)).Select(e => e.Subject));
        await Say(host, "bid.placed", "d", buyer.Organisation);
        Assert.Equal("d", (await byHeader.Next())!.Subject);
    }

    [Fact]
    public async Task Stream_FarBehind_CatchesUpFromTheDatabase()
    {
        const int many = LiveFeed.Kept + LiveFeed.AtOnce;
        await using var host = await ApiHost.Run();
        var buyer = await host.Open("One", "buyer");
        await using (var session = await host.Database.Write())
        {
            for (var i = 1; i <= many; i++) await LiveLog.Say(session, "test.said", $"{i}", new { }, buyer.Organisation);
            await session.Commit();
        }

        using var stream = await EventReader.Open(host, buyer, "/v1/events?kinds=test.", "0");

        Assert.Equal(Enumerable.Range(1, many).Select(i => $"{i}"), (await stream.Next(many)).Select(e => e.Subject));
    }

    [Fact]
    public async Task Resume_BeforeWhatIsKept_IsToldSo()
    {
        await using var host = await ApiHost.Run();
        var buyer = await host.Open("One", "buyer");
        await Say(host, "test.said", "a");
        await Say(host, "test.said", "b");
        Assert.Equal(["a", "b"], Subjects(await buyer.Get("/v1/events")));
        await host.MoveTo("2026-01-20T00:00:00Z");
        await Say(host, "test.said", "c");

        using var late = await EventReader.Open(host, buyer, "/v1/events", "1");
        var reset = (await late.Next())!;
        Assert.Equal("reset", reset.Event);
        Assert.Equal("reset", reset.Json.GetProperty("kind").GetString());
        using var never = await EventReader.Open(host, buyer, "/v1/events", "999999");
        Assert.Equal("reset", (await never.Next())!.Event);
        Assert.Equal("true", (await buyer.Get("/v1/events?lastEventId=1")).Text("isReset"));
        Assert.Equal(["c"], Subjects(await buyer.Get("/v1/events?lastEventId=2")));
    }

    [Fact]
    public async Task Page_GoesOnWhereTheLastOneEnded()
    {
        await using var host = await ApiHost.Run();
        var (one, two) = (await host.Open("One", "buyer"), await host.Open("Two", "buyer"));
        for (var i = 1; i <= 5; i++) await Say(host, "bid.placed", $"{i}", i % 2 == 0 ? two.Organisation : one.Organisation);

        var first = await one.Get("/v1/events?limit=2");
        var second = await one.Get($"/v1/events?limit=2&lastEventId={first.Text("lastEventId")}");

        Assert.Equal(["1", "3"], Subjects(first));
        Assert.Equal(["5"], Subjects(second));
    }

    [Fact]
    public async Task Streams_OfOneTenant_AreBounded_AndAPlaceIsFreeAgainWhenItsReaderLeaves()
    {
        await using var host = await ApiHost.Run(args: "--Marketplace:LiveStreams=2");
        var (one, two) = (await host.Open("One", "buyer"), await host.Open("Two", "buyer"));
        var first = await EventReader.Open(host, one);
        using var second = await EventReader.Open(host, one);

        using var third = await EventReader.Open(host, one);
        using var another = await EventReader.Open(host, two);
        Assert.Equal((409, 200), (third.Status, another.Status));

        first.Dispose();
        await Eventually.True(
            async () =>
            {
                using var again = await EventReader.Open(host, one);
                return again.Status == 200;
            },
            "the place of the reader who left is free");
    }

    [Fact]
    public async Task Stream_EndsWhenTheHostStops()
    {
        var host = await ApiHost.Run();
        using var stream = await EventReader.Open(host, host.Operator);

        await host.DisposeAsync();

        Assert.Null(await stream.Next());
    }

    [Fact]
    public async Task Stream_WhileItWaits_HoldsNoTransaction()
    {
        await using var host = await ApiHost.Run(Engine.PostgreSql);
        using var stream = await EventReader.Open(host, host.Operator);
        await Say(host, "test.said", "a");
        await stream.Next();

        // The looks of the feed and of other loops last a moment; one that a stream held would be there at every look.
        await Eventually.True(
            async () =>
            {
                await using var session = await host.Database.Read();
                return await session.Scalar<long>(
                    """
                    SELECT CAST(COUNT(*) AS BIGINT) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'
                    """) == 0;
            },
            "nobody holds a transaction");
    }

    [Fact]
    public async Task PageStream_TakesTheCookieAlone_AndNamesNoKinds()
    {
        await using var host = await ApiHost.Run(arrange: app => app.MapGet("/test/sign-in", SignInWith).AllowAnonymous());
        var buyer = await host.Open("One", "buyer");
        var cookie = (await host.Nobody.Get($"/test/sign-in?key={buyer.Key}")).Header("Set-Cookie")!.Split(';')[0];
        using var page = await EventReader.Open(host, host.Nobody, "/live?kinds=bid.", cookie: cookie);
        await Say(host, "bid.placed", "a", buyer.Organisation);

        var sent = (await page.Next())!;
        Assert.Equal((null, "a"), (sent.Event, sent.Subject));
        Assert.Equal(401, (await host.Nobody.Get("/v1/events", ("Cookie", cookie))).Status);
        Assert.Equal(302, (await host.Nobody.Get("/live")).Status);
    }

    [Fact]
    public async Task Offer_IsToldToEverybody_WithoutItsProvider()
    {
        await using var host = await ApiHost.Run();
        var provider = await host.Open("North Lake", "provider");
        var buyer = await host.Open("One", "buyer");
        using var stream = await EventReader.Open(host, buyer, "/v1/events?kinds=offer.");

        var offer = await provider.Post("/v1/offers", """
            {"name":"rack-1","card":"H100 SXM5 80GB","cards":8,"region":"CN-North-1","ask":{"amount":"7.20","currency":"CNY"},
             "availableFrom":"2026-01-01T00:00:00Z","availableUntil":"2026-02-28T16:00:00Z"}
            """);
        var path = $"/v1/offers/{offer.Text("offerId")}";
        var changed = await provider.Send(HttpMethod.Patch, path, """{"cards":9}""", ("If-Match", offer.Header("ETag")!));
        await provider.Delete(path, ("If-Match", changed.Header("ETag")!));

        var told = await stream.Next(3);
        Assert.Equal(["offer.published", "offer.changed", "offer.withdrawn"], told.Select(e => e.Event));
        Assert.All(told, e => Assert.Equal(offer.Text("offerId"), e.Subject));
        Assert.Equal(
            """
            {"card":"h100-sxm5-80gb","tier":"single_card","region":"cn-north-1","band":70,"cards":8,
            "ask":{"amount":"7.20","currency":"CNY"},
            "availableFrom":"2026-01-01T00:00:00Z","availableUntil":"2026-02-28T16:00:00Z"}
            """.ReplaceLineEndings(""),
            told[0].Json.GetProperty("body").GetRawText());
        Assert.DoesNotContain(provider.Id, told[0].Data, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Subjects(Answer page) =>
        page.At("items").EnumerateArray().Select(e => e.GetProperty("subject").GetString()!);

    private static async Task<bool> SignInWith(string key, HttpContext context, Session session) =>
        await SignIn.With(context, session, key) is not null;

    private static async Task Say(ApiHost host, string kind, string subject, params OrganisationId[] seenBy)
    {
        await using var session = await host.Database.Write();
        await LiveLog.Say(session, kind, subject, new { }, seenBy);
        await session.Commit();
    }
}
