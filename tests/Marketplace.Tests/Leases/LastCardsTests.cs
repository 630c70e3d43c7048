using Marketplace.Billing;
using Marketplace.Contracts;

namespace Marketplace;

/// <summary>The last cards of an offer, and more buyers at once than there are cards, over the API of the real host.</summary>
public sealed class LastCardsTests
{
    private const int Cards = 8, Clients = 64;

    [Theory]
    [InlineData(Engine.PostgreSql, 100)]
    [InlineData(Engine.Sqlite, 10)]
    public async Task Rent_SixtyFourClientsForTheLastEightCards_SellsExactlyEightEveryTime(Engine engine, int rounds)
    {
        await using var host = await ApiHost.Run(engine);
        var provider = await host.Open("North Lake", "provider");
        var buyers = new ApiClient[Clients];
        for (var i = 0; i < Clients; i++) buyers[i] = await host.Open($"Buyer {i}", "buyer");

        for (var round = 0; round < rounds; round++)
        {
            var offer = new OfferId((await provider.Post("/v1/offers", $$"""
                {"name":"rack-{{round}}","card":"H100 SXM5 80GB","cards":{{Cards}},"region":"round-{{round}}","drainMinutes":30,
                 "ask":{"amount":"7.20","currency":"CNY"},"availableFrom":"{{ApiHost.Start}}","availableUntil":"2026-02-28T16:00:00Z"}
                """)).Text("offerId"));

            // Others each round: who lets many go within an hour gets no more quotes, and all of these rounds are one hour.
            var leases = await Task.WhenAll(
                buyers.Select((buyer, i) => Task.Run(() => Rent(buyer, round, letsGoFirst: (i + round) % 5 == 0))));

            await AssertSold(host, offer, [.. leases.OfType<string>()]);
        }
    }

    /// <summary>Asks for a card; who has one accepts it, twice at once. Some let their first one go and ask again.</summary>
    /// <returns>The lease, or null when the market had no room.</returns>
    private static async Task<string?> Rent(ApiClient buyer, int round, bool letsGoFirst)
    {
        while (true)
        {
            var quote = await buyer.Post(
                "/v1/quotes", $$"""{"cards":1,"region":"round-{{round}}","untilAt":"2026-01-02T00:00:00Z"}""");
            if (quote.Status == 409) return null;
            Assert.True(quote.Status == 201, quote.Body);
            var path = $"/v1/quotes/{quote.Text("quoteId")}";
            if (letsGoFirst)
            {
                letsGoFirst = false;
                Assert.Equal(200, (await buyer.Delete(path)).Status);
                continue;
            }

            var answers = await Task.WhenAll(buyer.Post($"{path}/accept", ""), buyer.Post($"{path}/accept", ""));
            Assert.Equal([201, 409], answers.Select(a => a.Status).Order());
            return answers.Single(a => a.Status == 201).Text("leaseId");
        }
    }

    private static async Task AssertSold(ApiHost host, OfferId offerId, HashSet<string> leases)
    {
        Assert.Equal(Cards, leases.Count);
        await using var look = await host.Database.Read();
        var sold = await look.Query<string>("SELECT lease_id FROM lease WHERE offer_id = @offerId", new { offerId });
        Assert.Equal(leases.Order(StringComparer.Ordinal), sold.Order(StringComparer.Ordinal));
        var buyers = await look.Scalar<long>(
            "SELECT COUNT(DISTINCT a.buyer_id) FROM lease l JOIN agreement a ON a.lease_id = l.lease_id WHERE l.offer_id = @offerId",
            new { offerId });
        Assert.Equal(Cards, buyers);
        Assert.Equal(
            [0L, 8_000L, 0L],
            await look.Query<long>("SELECT free FROM calendar WHERE offer_id = @offerId ORDER BY at", new { offerId }));
        Assert.Equal(0, await look.Scalar<long>(
            "SELECT COUNT(*) FROM quote WHERE offer_id = @offerId AND state = 'open'", new { offerId }));
    }
}
