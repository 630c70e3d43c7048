using Marketplace.Billing;
using Marketplace.Contracts;
using NodaTime;

namespace Marketplace;

/// <summary>Many buyers and providers at once over the API, on few offers, with the relay and the steward at work.</summary>
public sealed class CrowdTests
{
    private const int Offers = 4, Clients = 24, Acts = 20;

    [Theory, EveryEngine]
    public async Task Crowd_QuotesBidsEndsAndChanges_NobodySeesAFaultAndNothingIsSoldTwice(Engine engine)
    {
        await using var host = await ApiHost.Run(engine);
        var providers = new[] { await host.Open("One", "provider"), await host.Open("Two", "provider") };
        var offers = new List<(ApiClient Provider, string Id)>();
        for (var i = 0; i < Offers; i++)
        {
            var provider = providers[i % 2];
            var offer = await provider.Post("/v1/offers", $$"""
                {"name":"rack-{{i}}","card":"H100 SXM5 80GB","cards":4,"region":"cn-east","ask":{"amount":"{{7 + i}}","currency":"CNY"},
                 "availableFrom":"{{ApiHost.Start}}","availableUntil":"2026-02-28T16:00:00Z"}
                """);
            offers.Add((provider, offer.Text("offerId")));
        }

        var buyers = new ApiClient[Clients];
        for (var i = 0; i < Clients; i++) buyers[i] = await host.Open($"Buyer {i}", "buyer");
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var answers = await Task.WhenAll(buyers.Select((buyer, i) => Task.Run(() => Trade(buyer, offers, new Random(seed + i)))));

        Assert.DoesNotContain(answers.SelectMany(a => a), a => a.Status is not (200 or 201 or 204 or 409 or 412));
        Assert.Contains(answers.SelectMany(a => a), a => a.Status == 201);

        // Quotes that could not be accepted, because an ask had risen, hold their cards until they expire.
        await host.MoveTo("2025-12-31T16:01:00Z");
        await Settle(host);
        await AssertSound(host);
    }

    /// <summary>Rents, bids, cancels, ends; now and then its neighbour the provider changes an offer.</summary>
    private static async Task<IReadOnlyList<Answer>> Trade(ApiClient buyer, List<(ApiClient Provider, string Id)> offers, Random random)
    {
        var answers = new List<Answer>();
        var leases = new List<string>();
        var bids = new List<string>();
        for (var act = 0; act < Acts; act++)
        {
            var day = 2 + random.Next(20);
            switch (random.Next(10))
            {
                case < 3:
                    var quote = await Told(buyer.Post("/v1/quotes", $$"""
                        {"card":"{{MarketBooks.H100}}","cards":{{1 + random.Next(3)}},"untilAt":"2026-01-{{day:00}}T00:00:00Z"}
                        """));
                    if (quote.Status != 201) break;
                    var accepted = await Told(buyer.Post($"/v1/quotes/{quote.Text("quoteId")}/accept", ""));
                    if (accepted.Status == 201) leases.Add(accepted.Text("leaseId"));
                    break;
                case < 7:
                    var bid = await Told(buyer.Post("/v1/bids", $$"""
                        {"execution":"posted","card":"any","cards":{{1 + random.Next(4)}},"fromAt":"2026-01-{{day:00}}T00:00:00Z",
                         "untilAt":"2026-01-{{day + 1 + random.Next(6):00}}T00:00:00Z",
                         "limitPerScuHour":{"amount":"{{2 + random.Next(3)}}.{{random.Next(10)}}","currency":"CNY"} }
                        """));
                    if (bid.Text("state") == "matched") leases.Add(bid.Text("leaseId"));
                    else bids.Add(bid.Text("bidId"));
                    break;
                case < 8 when bids.Count > 0:
                    await Told(buyer.Delete($"/v1/bids/{bids[random.Next(bids.Count)]}"));
                    break;
                case < 9 when leases.Count > 0:
                    await Told(buyer.Post($"/v1/leases/{leases[random.Next(leases.Count)]}/end", ""));
                    break;
                default:
                    var (provider, id) = offers[random.Next(offers.Count)];
                    var read = await Told(provider.Get($"/v1/offers/{id}"));
                    var change = $$"""{"ask":{"amount":"{{6 + random.Next(6)}}","currency":"CNY"},"cards":{{2 + random.Next(6)}} }""";
                    await Told(provider.Send(HttpMethod.Patch, $"/v1/offers/{id}", change, ("If-Match", read.Header("ETag")!)));
                    break;
            }
        }

        return answers;

        async Task<Answer> Told(Task<Answer> asked)
        {
            var answer = await asked;
            answers.Add(answer);
            return answer;
        }
    }

    private static Task Settle(ApiHost host) => Eventually.True(
        async () =>
        {
            await using var look = await host.Database.Read();
            var backlog = await Backlog.Of(look);
            Assert.Equal(0, backlog.Parked);
            return backlog.IsEmpty && await PostedBids.Unmatched(look) == 0;
        },
        "the matching is done");

    /// <summary>Every calendar is the offer's cards less its leases, hour by hour; and no bid rests that an offer could serve.</summary>
    private static async Task AssertSound(ApiHost host)
    {
        await using var look = await host.Database.Read();
        var leases = await LeaseBook.List(look, null, null, null, int.MaxValue);
        Assert.Equal(leases.Count(l => l.BidId is not null), leases.Select(l => l.BidId).OfType<BidId>().Distinct().Count());
        foreach (var offer in await OfferBook.Open(look, look.Now, look.Now + Duration.FromMilliseconds(1)))
        {
            var steps = await look.Query<(Instant At, long Free)>(
                "SELECT at, free FROM calendar WHERE offer_id = @OfferId ORDER BY at", new { offer.OfferId });
            foreach (var (at, free) in steps.SkipLast(1).Where(s => s.At >= look.Now))
            {
                var held = leases.Where(l => l.OfferId == offer.OfferId && l.FromAt <= at && at < (l.EndedAt ?? l.UntilAt));
                Assert.Equal(offer.Cards.Millis - held.Sum(l => l.Cards.Millis), free);
            }
        }

        foreach (var bid in await BidBook.List(look, null, BidState.Open, null, int.MaxValue))
        {
            var need = new Need(bid.BuyerId, bid.Limit.Currency, bid.Cards, bid.FromAt, bid.UntilAt) { MostPerUnit = bid.Limit };
            Assert.Null(await Market.Cheapest(look, need));
        }
    }
}
