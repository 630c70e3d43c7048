using System.Net;
using System.Text.Json;
using Marketplace.Billing;
using Marketplace.Contracts;
using Microsoft.AspNetCore.DataProtection;
using NodaTime;

namespace Marketplace;

public sealed class WebhookTests
{
    private readonly IDataProtectionProvider _protection = new EphemeralDataProtectionProvider();

    [Theory, EveryEngine]
    public async Task ALeasesMoves_AreToldToWhoAsked_SignedAndInOrder(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        await using var receiver = await HookReceiver.Start();
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        var hook = await Register(market, provider, receiver, "lease.awarded", "lease.active");
        await Register(market, await market.Provider("Stranger"), receiver, "lease.*");
        await market.Publish(provider, market.Draft());

        var lease = await market.Rent(buyer, MarketBooks.Wish());
        await market.Do(session => LeaseBook.Provision(session, provider, lease.LeaseId));
        await market.Do(session => LeaseBook.Start(session, provider, lease.LeaseId));
        await Tend(market);
        await Tend(market);

        Assert.Equal(["lease.awarded", "lease.active"], receiver.Hooks.Select(h => Kind(h)));
        Assert.All(receiver.Hooks, h => Assert.True(h.IsSignedWith(hook.Secret)));
        Assert.All(receiver.Hooks, h => Assert.False((h with { Body = h.Body + " " }).IsSignedWith(hook.Secret)));
        var data = JsonDocument.Parse(receiver.Hooks.First().Body).RootElement.GetProperty("data");
        Assert.Equal((lease.LeaseId.Value, "awarded"), (data.GetProperty("leaseId").GetString(), data.GetProperty("state").GetString()));
        var log = await market.Look(session => Delivery.List(session, hook.Webhook.WebhookId, null, 10));
        Assert.Equal(
            [(DeliveryState.Delivered, 204L), (DeliveryState.Delivered, 204L)],
            log.Select(d => (d.State, Assert.Single(d.Attempts).Status!.Value)));
        Assert.Equal(receiver.Hooks.Select(h => h.Id), log.Reverse().Select(d => d.DeliveryId.Value));
    }

    [Theory, EveryEngine]
    public async Task AMoveThatIsUndone_TellsNobody(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        await using var receiver = await HookReceiver.Start();
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        await Register(market, provider, receiver, "lease.*");
        await market.Publish(provider, market.Draft());
        var quote = await market.Quote(buyer, MarketBooks.Wish());
        await using (var session = await market.Database.Write())
        {
            await QuoteBook.Accept(session, buyer, quote.QuoteId, MarketBooks.Commission);
        }

        await Tend(market);

        Assert.Empty(receiver.Hooks);
    }

    [Fact]
    public async Task AReceiverThatFails_IsTriedForADayWithGrowingWaits_ThenByHandUnderTheSameId()
    {
        await using var market = await MarketBooks.Open(Engine.Sqlite);
        await using var receiver = await HookReceiver.Start();
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        var hook = await Register(market, provider, receiver, "lease.awarded");
        await market.Publish(provider, market.Draft());
        var begun = market.Clock.Now;
        receiver.Status = 500;
        await market.Rent(buyer, MarketBooks.Wish());

        var at = new List<Duration>();
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(1, await Tend(market));
            Assert.Equal(0, await Tend(market));
            at.Add(market.Clock.Now - begun);
            var delivery = Assert.Single(await Log(market, hook));
            if (delivery.State == DeliveryState.Due) market.Clock.Now = delivery.DueAt;
        }

        Assert.Equal(DeliveryState.Failed, Assert.Single(await Log(market, hook)).State);
        Assert.InRange(at[^1], Duration.FromHours(22), Duration.FromHours(26));
        Assert.Equal(at.Zip(at.Skip(1), (a, b) => b - a), Delivery.Waits);
        market.Clock.Now += Duration.FromHours(30);
        Assert.Equal(0, await Tend(market));

        receiver.Status = 200;
        var id = (await Log(market, hook))[0].DeliveryId;
        Assert.True(await market.Do(session => Delivery.Retry(session, hook.Webhook.WebhookId, id)));
        Assert.Equal(1, await Tend(market));

        var last = Assert.Single(await Log(market, hook));
        Assert.Equal((DeliveryState.Delivered, 9), (last.State, last.Attempts.Count));
        Assert.Equal(id.Value, Assert.Single(receiver.Hooks.Select(h => h.Id).Distinct()));
        Assert.Equal(9, receiver.Hooks.Select(h => h.Timestamp).Distinct().Count());
    }

    [Theory, EveryEngine]
    public async Task AnAddressThatFails_IsTriedOnceAtATime_AndHoldsUpNobody(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        await using var broken = await HookReceiver.Start();
        await using var whole = await HookReceiver.Start();
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        await Register(market, provider, broken, "lease.awarded");
        await Register(market, buyer, whole, "lease.awarded");
        await market.Publish(provider, market.Draft());
        broken.Status = 500;
        for (var i = 0; i < 4; i++) await market.Rent(buyer, MarketBooks.Wish());

        while (await Tend(market) > 0)
        {
            // As a round of the courier does.
        }

        Assert.Single(broken.Hooks);
        Assert.Equal(4, whole.Hooks.Count);
        broken.Status = 204;
        market.Clock.Now += Delivery.Waits[0];
        while (await Tend(market) > 0)
        {
            // What was put off comes now.
        }

        Assert.Equal(4, broken.Hooks.Select(h => h.Id).Distinct().Count());
    }

    [Theory, EveryEngine]
    public async Task ACourierThatDiesBeforeItMarks_SendsAgainUnderTheSameId_WhenItsClaimRunsOut(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        await using var receiver = await HookReceiver.Start();
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        var hook = await Register(market, provider, receiver, "lease.awarded");
        await market.Publish(provider, market.Draft());
        await market.Rent(buyer, MarketBooks.Wish());

        // It claims and sends, and its host is gone before the row is marked: what lies in the database then is what the claim left.
        var parcel = Assert.Single(await WebhookCourier.Claim(market.Database, default));
        Assert.Equal(0, await Tend(market));
        market.Clock.Now += WebhookCourier.ClaimTime;
        Assert.Equal(1, await Tend(market));

        Assert.Equal(parcel.DeliveryId.Value, Assert.Single(receiver.Hooks).Id);
        Assert.Equal(DeliveryState.Delivered, Assert.Single(await Log(market, hook)).State);
    }

    [Fact]
    public async Task AfterARotation_BothSecretsSign_ForADay()
    {
        await using var market = await MarketBooks.Open(Engine.Sqlite);
        await using var receiver = await HookReceiver.Start();
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        var before = await Register(market, provider, receiver, "lease.awarded");
        await market.Publish(provider, market.Draft());
        var after = await market.Do(session => Webhook.Rotate(session, _protection, provider, before.Webhook.WebhookId));
        Assert.NotEqual(before.Secret, after.Secret);

        await market.Rent(buyer, MarketBooks.Wish());
        await Tend(market);
        market.Clock.Now += Webhook.Overlap;
        await market.Rent(buyer, MarketBooks.Wish(until: "2026-01-05"));
        await Tend(market);

        Assert.Equal(
            [(true, true), (false, true)],
            receiver.Hooks.Select(h => (h.IsSignedWith(before.Secret), h.IsSignedWith(after.Secret))));
        var kept = await market.Look(session => session.Find<string>("SELECT secret FROM webhook"));
        Assert.DoesNotContain(after.Secret, kept, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(302, WebhookState.Active)]
    [InlineData(410, WebhookState.Disabled)]
    public async Task ARedirect_IsNotFollowed_AndGone_DisablesTheAddress(int status, WebhookState state)
    {
        await using var market = await MarketBooks.Open(Engine.Sqlite);
        await using var receiver = await HookReceiver.Start();
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        var hook = await Register(market, provider, receiver, "lease.awarded");
        await market.Publish(provider, market.Draft());
        receiver.Status = status;
        await market.Rent(buyer, MarketBooks.Wish());

        await Tend(market);

        Assert.Single(receiver.Hooks);
        Assert.Equal((long)status, Assert.Single(Assert.Single(await Log(market, hook)).Attempts).Status);
        Assert.Equal(state, (await market.Look(session => Webhook.Find(session, provider, hook.Webhook.WebhookId)))!.State);
        market.Clock.Now += Duration.FromSeconds(5);
        Assert.Equal(state == WebhookState.Active ? 1 : 0, await Tend(market));
    }

    [Theory]
    [InlineData("ftp://example.org/x")]
    [InlineData("https://me:secret@example.org/")]
    [InlineData("https://example.org/#x")]
    [InlineData("/hook")]
    [InlineData("http://127.0.0.1:80/")]
    [InlineData("http://localhost/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://10.1.2.3/")]
    [InlineData("http://[::ffff:192.168.0.1]/")]
    [InlineData("http://2130706433/")]
    public async Task AnAddressOfOurOwnNetwork_IsRefused(string url)
    {
        await using var market = await MarketBooks.Open(Engine.Sqlite);
        var provider = await market.Provider();

        var refusal = await market.Refused(session =>
            Webhook.Register(session, _protection, provider, url, ["lease.*"], privateToo: false));

        Assert.Equal((RefusalCode.Invalid, "url"), (refusal.Code, refusal.Field));
    }

    [Fact]
    public async Task ANameThatResolvesIntoOurOwnNetwork_IsNotCalled()
    {
        await using var receiver = await HookReceiver.Start();
        using var http = PublicAddress.Client(privateToo: false);
        var url = receiver.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

        var fault = await Assert.ThrowsAnyAsync<HttpRequestException>(
            () => http.PostAsync(url, null, TestContext.Current.CancellationToken));

        Assert.Contains("no public address", fault.ToString(), StringComparison.Ordinal);
        Assert.Empty(receiver.Hooks);
        Assert.True(PublicAddress.Is(IPAddress.Parse("8.8.8.8")) && PublicAddress.Is(IPAddress.Parse("2606:4700::1111")));
    }

    [Fact]
    public async Task OverTheApi_TheSecretIsToldOnce_AndTheHostDelivers()
    {
        await using var receiver = await HookReceiver.Start();
        await using var host = await ApiHost.Run(args: "--Marketplace:WebhooksToPrivateAddresses=true");
        var buyer = await host.Open("Blue Heron", "buyer");
        var body = $$"""{"url":"{{receiver.Url}}","kinds":["lease.active"]}""";
        var made = await buyer.Post("/v1/webhooks", body, ("Idempotency-Key", "k1"));
        Assert.Equal(201, made.Status);
        var again = await buyer.Post("/v1/webhooks", body, ("Idempotency-Key", "k1"));
        Assert.Equal("null", again.Text("secret"));
        Assert.DoesNotContain("whsec_", (await buyer.Get("/v1/webhooks")).Body, StringComparison.Ordinal);

        var provider = await host.Open("North Lake", "provider");
        await provider.Post("/v1/offers", $$"""
            {"name":"rack-1","card":"H100 SXM5 80GB","cards":8,"region":"here","ask":{"amount":"7.20","currency":"CNY"},
             "availableFrom":"{{ApiHost.Start}}","availableUntil":"2026-02-28T16:00:00Z"}
            """);
        var quote = await buyer.Post("/v1/quotes", """{"cards":1,"untilAt":"2026-01-02T00:00:00Z"}""");
        var lease = await buyer.Post($"/v1/quotes/{quote.Text("quoteId")}/accept", "");
        var access = await provider.Post($"/v1/leases/{lease.Text("leaseId")}/start", """{"access":{"token":"open-sesame"}}""");
        Assert.Equal((200, "active"), (access.Status, access.Text("state")));

        await Eventually.True(() => Task.FromResult(!receiver.Hooks.IsEmpty), "the hook is delivered");
        Assert.True(receiver.Hooks.Single().IsSignedWith(made.Text("secret")));
        Assert.DoesNotContain("open-sesame", receiver.Hooks.Single().Body, StringComparison.Ordinal);
    }

    private static string Kind(Hook hook) => JsonDocument.Parse(hook.Body).RootElement.GetProperty("type").GetString()!;

    private Task<IssuedWebhook> Register(MarketBooks market, OrganisationId owner, HookReceiver receiver, params string[] kinds) =>
        market.Do(session => Webhook.Register(session, _protection, owner, receiver.Url, kinds, privateToo: true));

    private async Task<int> Tend(MarketBooks market)
    {
        using var http = PublicAddress.Client(privateToo: true);
        return await WebhookCourier.Tend(market.Database, _protection, http);
    }

    private static Task<IReadOnlyList<Delivery>> Log(MarketBooks market, IssuedWebhook hook) =>
        market.Look(session => Delivery.List(session, hook.Webhook.WebhookId, null, 10));
}
