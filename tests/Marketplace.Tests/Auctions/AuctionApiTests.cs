using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>The worked example of docs/clearing.md over REST, and who may see what of it.</summary>
public sealed class AuctionApiTests
{
    private const string Gate = "2025-12-31T17:00:00Z";

    [Theory, EveryEngine]
    public async Task Example_PlayedOverTheApi_IsTheBooks(Engine engine)
    {
        await using var host = await ApiHost.Run(engine, args: "--Marketplace:AuctionMinutes=0");
        var market = await Play(host);

        var run = await host.Operator.Post("/v1/auctions/run", """{"currency":"CNY"}""");
        Assert.Equal((200, "1", "cleared", "2", "72", "72"), (
            run.Status, run.Text("auctions.0.number"), run.Text("auctions.0.state"), run.Text("auctions.0.awards"),
            run.Text("auctions.0.gain"), run.Text("auctions.0.bound")));
        var auctionId = run.Text("auctions.0.auctionId");
        var shown = await market.B3.Get($"/v1/auctions/{auctionId}");
        Assert.Equal(("traded", "14.00", "6", Gate), (
            shown.Text("prices.0.state"), shown.Text("prices.0.price.amount"), shown.Text("prices.0.cards"),
            shown.Text("prices.0.fromAt")));
        Assert.Equal(("indicative", "10.00"), (shown.Text("prices.1.state"), shown.Text("prices.1.price.amount")));
        Assert.Equal(auctionId, (await market.B3.Get("/v1/auctions")).Text("items.0.auctionId"));

        var award = await market.B1.Get($"/v1/bids/{market.Bid1}/awards");
        Assert.Equal(("112.00", "uniform", "144.00", "32.00", "14.00"), (
            award.Text("0.pay.amount"), award.Text("0.class"), award.Text("0.bid.amount"), award.Text("0.saving.amount"),
            award.Text("0.lines.0.price.amount")));
        var lease = await market.B1.Get($"/v1/leases/{award.Text("0.lines.0.leaseId")}");
        Assert.Equal(("4", "14.00", Gate, "2025-12-31T19:00:00Z", "awarded"), (
            lease.Text("cards"), lease.Text("price.amount"), lease.Text("fromAt"), lease.Text("untilAt"), lease.Text("state")));
        Assert.Equal("56.00", (await market.B2.Get($"/v1/bids/{market.Bid2}/awards")).Text("0.pay.amount"));
        await Privacy(host, market, award.Text("0.awardId"));

        var told = await market.B3.Get($"/v1/bids/{market.Bid3}/explanation?critical=true");
        Assert.Equal(("lost_to_higher", "14.00", "later_end", "2", "10.00"), (
            told.Text("class"), told.Text("needed.perUnitHour.amount"), told.Text("nearest.change"), told.Text("nearest.by"),
            told.Text("nearest.match.perCardHour.amount")));
        Assert.StartsWith("16.6", told.Text("criticalLimit.amount"), StringComparison.Ordinal);
        Assert.Equal(409, (await market.B1.Get($"/v1/bids/{market.Bid1}/explanation")).Status);
        var unsold = await market.SellerB.Get($"/v1/offers/{market.OfferB}/unsold");
        Assert.Equal(("4", "4"), (unsold.Text("soldCardHours"), unsold.Text("freeHours")));
    }

    /// <summary>
    /// One card that rests for three quarters of an hour. Of two bids in a row the second begins an hour later, a third cannot wait and is
    /// told how long it would have to, and the next auction sells no hour in which the card rests.
    /// </summary>
    [Theory, EveryEngine]
    public async Task CardsThatRest_AreSoldWithTheirRest_AlsoByTheNextAuction(Engine engine)
    {
        await using var host = await ApiHost.Run(engine, args: "--Marketplace:AuctionMinutes=0");
        var (seller, buyer) = (await host.Open("Seller", "provider"), await host.Open("Buyer", "buyer"));
        var offer = await seller.Post("/v1/offers", $$"""
            {"name":"rack","card":"Card X","cards":1,"region":"cn-east","ask":{"amount":"10","currency":"CNY"},
             "availableFrom":"{{Gate}}","availableUntil":"2025-12-31T23:00:00Z","drainMinutes":45}
            """);
        Assert.Equal((201, "true"), (offer.Status, offer.Text("inAuction")));
        var first = await Bid(buyer, 1, "19", "18");
        var second = await Bid(buyer, 1, "21", "16", from: "19", hours: 1);
        var third = await Bid(buyer, 1, "20", "12", from: "19", hours: 1);

        var run = await host.Operator.Post("/v1/auctions/run", "{}");

        Assert.Equal("2", run.Text("auctions.0.awards"));
        Assert.Equal(("17", "19"), await Leased(first));
        Assert.Equal(("20", "21"), await Leased(second));
        Assert.Equal("17:00 0, 19:45 1000, 20:00 0, 21:45 1000, 23:45 0", await Calendar());
        var told = await buyer.Get($"/v1/bids/{third}/explanation");
        Assert.Equal(("paradox", "2", "later_end", "4", "2025-12-31T22:00:00Z"), (
            told.Text("class"), told.Text("inTheWay"), told.Text("nearest.change"), told.Text("nearest.by"),
            told.Text("nearest.match.from")));
        var unsold = await seller.Get($"/v1/offers/{offer.Text("offerId")}/unsold");
        Assert.Equal(("3", "1", "2"), (unsold.Text("soldCardHours"), unsold.Text("freeHours"), unsold.Text("restingHours")));

        var fourth = await Bid(buyer, 1, "23", "30", from: "19", hours: 1);
        Assert.Equal("1", (await host.Operator.Post("/v1/auctions/run", "{}")).Text("auctions.0.awards"));
        Assert.Equal(("22", "23"), await Leased(fourth));
        Assert.Equal("no_offer", (await buyer.Get($"/v1/bids/{third}/explanation")).Text("class"));
        Assert.Equal("17:00 0, 19:45 1000, 20:00 0, 21:45 1000, 22:00 0", await Calendar());

        async Task<(string From, string Until)> Leased(string bidId)
        {
            var award = await buyer.Get($"/v1/bids/{bidId}/awards");
            var lease = await buyer.Get($"/v1/leases/{award.Text("0.lines.0.leaseId")}");
            return (lease.Text("fromAt")[11..13], lease.Text("untilAt")[11..13]);
        }

        async Task<string> Calendar()
        {
            await using var look = await host.Database.Read();
            var steps = await look.Query<(Instant At, long Free)>("SELECT at, free FROM calendar ORDER BY at");
            var shown = steps.Where((step, i) => i == 0 || step.Free != steps[i - 1].Free);
            return string.Join(", ", shown.Select(step => $"{InstantText.Format(step.At)[11..16]} {step.Free}"));
        }
    }

    [Fact]
    public async Task Snapshot_IsForWhoAudits_AndClearsAgainToTheSameHash()
    {
        await using var host = await ApiHost.Run(args: "--Marketplace:AuctionMinutes=0");
        var market = await Play(host);
        var run = await host.Operator.Post("/v1/auctions/run", "{}");
        var path = $"/v1/auctions/{run.Text("auctions.0.auctionId")}/snapshot";

        Assert.Equal(403, (await market.B1.Get(path)).Status);
        using var http = new HttpClient
        {
            BaseAddress = host.Address, DefaultRequestHeaders = { Authorization = new("Bearer", ApiHost.OperatorKey) },
        };
        var snapshot = AuctionSnapshot.Read(await http.GetByteArrayAsync(new Uri(path, UriKind.Relative)));
        Assert.Equal(
            (run.Text("auctions.0.snapshotHash"), run.Text("auctions.0.resultHash")), (snapshot.Hash, Clearing.Clear(snapshot, 2).Hash));
    }

    /// <summary>A clock that is moved over many instants of the schedule holds the last of them, once.</summary>
    [Theory, EveryEngine]
    public async Task TestClock_HoldsTheAuctionThatIsDue(Engine engine)
    {
        await using var host = await ApiHost.Run(engine);
        var market = await Play(host);

        await host.MoveTo("2025-12-31T16:44:00Z");

        var auctions = await market.B1.Get("/v1/auctions?currency=CNY");
        var only = Assert.Single(auctions.At("items").EnumerateArray());
        Assert.Equal(("2025-12-31T16:30:00Z", Gate), (only.GetProperty("dueAt").GetString(), only.GetProperty("gate").GetString()));
        Assert.Equal("matched", (await market.B1.Get($"/v1/bids/{market.Bid1}")).Text("state"));
    }

    [Fact]
    public async Task Run_IsTheOperators_AndSaysWhenNothingWaits()
    {
        await using var host = await ApiHost.Run();
        var buyer = await host.Open("Blue Heron", "buyer");

        Assert.Equal(403, (await buyer.Post("/v1/auctions/run", "{}")).Status);
        Assert.Equal("[]", (await host.Operator.Post("/v1/auctions/run", "{}")).Text("auctions"));
        Assert.Equal(["currency"], (await host.Operator.Post("/v1/auctions/run", """{"currency":"XYZ"}""")).Fields);
    }

    private static async Task Privacy(ApiHost host, Market market, string awardId)
    {
        var seller = await market.SellerA.Get($"/v1/awards/{awardId}");
        Assert.Equal((200, "null", "null", "null", "112.00"), (
            seller.Status, seller.Text("bidId"), seller.Text("bid"), seller.Text("saving"), seller.Text("lines.0.pay.amount")));
        Assert.Equal(market.OfferA, seller.Text("lines.0.offerId"));
        Assert.Equal(404, (await market.SellerB.Get($"/v1/awards/{awardId}")).Status);
        Assert.Equal(404, (await market.B2.Get($"/v1/awards/{awardId}")).Status);
        Assert.Equal("144.00", (await host.Operator.Get($"/v1/awards/{awardId}")).Text("bid.amount"));
        Assert.Equal(404, (await market.B2.Get($"/v1/bids/{market.Bid3}/explanation")).Status);
        Assert.Equal(404, (await market.SellerA.Get($"/v1/offers/{market.OfferB}/unsold")).Status);
    }

    internal static async Task<Market> Play(ApiHost host)
    {
        var (a, b) = (await host.Open("Seller A", "provider"), await host.Open("Seller B", "provider"));
        var (offerA, offerB) = (await Offer(a, "10"), await Offer(b, "14"));
        await using (var session = await host.Database.Write())
        {
            await session.Execute("UPDATE offer SET lot = 2000 WHERE offer_id = @offerB", new { offerB });
            await session.Commit();
        }

        var buyers = new ApiClient[3];
        for (var i = 0; i < 3; i++) buyers[i] = await host.Open($"Buyer {i + 1}", "buyer");
        return new(
            a, b, offerA, offerB, buyers[0], buyers[1], buyers[2], await Bid(buyers[0], 4, "19", "18"), await Bid(buyers[1], 2, "20", "16"),
            await Bid(buyers[2], 3, "19", "12"));
    }

    private static async Task<string> Offer(ApiClient provider, string ask)
    {
        var offer = await provider.Post("/v1/offers", $$"""
            {"name":"rack","card":"Card X","cards":4,"region":"cn-east","ask":{"amount":"{{ask}}","currency":"CNY"},
             "availableFrom":"{{Gate}}","availableUntil":"2025-12-31T21:00:00Z"}
            """);
        Assert.Equal(201, offer.Status);
        return offer.Text("offerId");
    }

    private static async Task<string> Bid(ApiClient buyer, int cards, string until, string limit, string from = "17", int hours = 2)
    {
        var bid = await buyer.Post("/v1/bids", $$"""
            {"models":["Card X"],"cards":{{cards}},"hours":{{hours}},
             "fromAt":"2025-12-31T{{from}}:00:00Z","untilAt":"2025-12-31T{{until}}:00:00Z",
             "limitPerCardHour":{"amount":"{{limit}}","currency":"CNY"} }
            """);
        Assert.True(bid.Status == 201, bid.Body);
        return bid.Text("bidId");
    }

    internal sealed record Market(
        ApiClient SellerA, ApiClient SellerB, string OfferA, string OfferB, ApiClient B1, ApiClient B2, ApiClient B3, string Bid1,
        string Bid2, string Bid3);
}
