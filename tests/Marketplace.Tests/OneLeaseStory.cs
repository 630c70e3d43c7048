using System.Text.Json;
using Marketplace.Billing;

namespace Marketplace;

/// <summary>
/// docs/TOUR.md as a program: one lease from the provider's offer to the accountant's reconciliation, in the tour's order and words.
/// </summary>
public class OneLeaseStory
{
    [Theory]
    [MemberData(nameof(ApiHost.Engines), MemberType = typeof(ApiHost))]
    public async Task OneLease_FromOfferToReconciliation(Engine engine)
    {
        // It is the first of January 2026 in Shanghai. The operator opens three accounts.
        await using var market = await ApiHost.Run(engine);
        var northLake = await market.Open("North Lake", "provider");
        var blueHeron = await market.Open("Blue Heron", "buyer");
        var ledgerAndSons = await market.Open("Ledger & Sons", "accountant");

        // 1. North Lake publishes a rack: eight H100 at 20 yuan per card-hour. The pricing core says what that is per SCU-hour.
        var offer = await northLake.Post("/v1/offers", """
            {"name":"rack-1","card":"H100-80GB-HBM3","cards":8,"region":"cn-north-1","ask":{"amount":"20.00","currency":"CNY"},
             "availableFrom":"2025-12-31T16:00:00Z","availableUntil":"2026-02-28T16:00:00Z"}
            """);
        Assert.Equal((201, "h100-sxm5-80gb", "2.392611"), (offer.Status, offer.Text("card"), offer.Text("units")));
        // Nobody has measured the rack: it is listed at the 70 % that a datasheet is worth.
        Assert.Equal(("7000", "datasheet", "1.674827"), (offer.Text("derate"), offer.Text("tier"), offer.Text("listedUnits")));
        Assert.Equal("11.941531872", offer.Text("unitAsk.amount"));

        // 2. Blue Heron bids for four cards on the tenth, at no more than 11.50 yuan per SCU-hour. Nothing is that cheap: the bid rests.
        var bid = await blueHeron.Post("/v1/bids", """
            {"card":"any","cards":4,"fromAt":"2026-01-10T00:00:00Z","untilAt":"2026-01-11T00:00:00Z",
             "limitPerScuHour":{"amount":"11.50","currency":"CNY"},"reference":"night shift"}
            """);
        Assert.Equal((201, "open"), (bid.Status, bid.Text("state")));

        // 3. North Lake lowers its ask to 18 yuan. The offer wakes the bids that rest, and this one is within its limit now.
        var lowered = await northLake.Send(
            HttpMethod.Patch, $"/v1/offers/{offer.Text("offerId")}", """{"ask":{"amount":"18.00","currency":"CNY"}}""",
            ("If-Match", offer.Header("ETag")!));
        Assert.Equal(200, lowered.Status);
        await market.Settle();
        bid = await blueHeron.Get($"/v1/bids/{bid.Text("bidId")}");
        Assert.Equal("matched", bid.Text("state"));
        var leaseId = bid.Text("leaseId");

        // 4. The lease has four of the eight cards, for that day, at the ask. On the tenth North Lake hands them over.
        await market.MoveTo("2026-01-10T00:00:00Z");
        var lease = await northLake.Post($"/v1/leases/{leaseId}/start", """{"access":{"host":"node-7","token":"t"}}""");
        Assert.Equal(("active", "4", "18.00"), (lease.Text("state"), lease.Text("cards"), lease.Text("price.amount")));
        Assert.Equal("node-7", (await blueHeron.Get($"/v1/leases/{leaseId}/access")).Text("access.host"));

        // The lease was a trade of the day on which it was agreed: by now that day's index is final, and thin.
        var index = await blueHeron.Get("/v1/index?region=all");
        Assert.Equal(
            ("2025-12-31", "final", "true"), (index.Text("items.0.day"), index.Text("items.0.kind"), index.Text("items.0.thin")));

        // 5. Its agent meters: two events of twelve hours. It sends the second one twice, as agents do; the log counts it once.
        await market.MoveTo("2026-01-11T00:00:00Z");
        var morning = Event(leaseId, "morning", "2026-01-10T00:00:00Z", "2026-01-10T12:00:00Z");
        var evening = Event(leaseId, "evening", "2026-01-10T12:00:00Z", "2026-01-11T00:00:00Z");
        var usage = await northLake.Post("/v1/usage", $"[{morning},{evening},{evening}]");
        Assert.Equal(["accepted", "accepted", "duplicate"], Each(usage.At("outcomes"), o => o.GetProperty("status")));

        // 6. Behind the outbox each event is rated: 4 cards x 12 h x 18.00.
        await market.Settle();
        var charges = await blueHeron.Get($"/v1/charges?lease={leaseId}");
        Assert.Equal(["864.00", "864.00"], Each(charges.At("items"), c => c.GetProperty("amount").GetProperty("amount")));

        // 7. January is over. The billing run closes the month in Blue Heron's zone and issues its invoice.
        await market.MoveTo("2026-01-31T16:00:00Z");
        Assert.Equal(202, (await ledgerAndSons.Post("/v1/billing-runs", """{"cutoff":"2026-01-31T16:00:00Z"}""")).Status);
        await market.Settle();
        var invoice = await blueHeron.Get($"/v1/invoices/{(await blueHeron.Get("/v1/invoices")).Text("items.0.invoiceId")}");
        Assert.Equal("INV-000001", invoice.Text("number"));
        Assert.Equal(
            ("1728.00", "103.68", "1831.68"), (invoice.Text("net.amount"), invoice.Text("tax.amount"), invoice.Text("gross.amount")));
        Assert.Equal((leaseId, "345600"), (invoice.Text("lines.0.leaseId"), invoice.Text("lines.0.quantity")));

        // 8. The ledger has split what Blue Heron owes: North Lake's share, the market's commission, the tax. It sums to zero.
        var balances = (await ledgerAndSons.Get("/v1/ledger/accounts")).At("items").EnumerateArray()
            .ToDictionary(
                a => a.GetProperty("account").GetString()!,
                a => decimal.Parse(a.GetProperty("balance").GetProperty("amount").GetString()!));
        Assert.Equal(1831.68m, balances[$"receivable:{blueHeron.Id}"]);
        Assert.Equal(-1641.60m, balances[$"payable:{northLake.Id}"]);
        Assert.Equal((-86.40m, -103.68m), (balances["revenue:commission"], balances["tax:CN"]));
        Assert.Equal(0m, balances.Values.Sum());

        // By then the keeper has ended the lease with its window; now that it is billed and posted it is settled.
        await market.MoveTo("2026-01-31T16:01:00Z");
        var history = (await blueHeron.Get($"/v1/leases/{leaseId}/events")).At("items");
        Assert.Equal(
            ["awarded sold", "active handed_over", "ended run_out", "settled settled"],
            history.EnumerateArray().Where(e => e.GetProperty("reason").GetString() != "no_usage")
                .Select(e => $"{e.GetProperty("toState").GetString()} {e.GetProperty("reason").GetString()}"));

        // 9. Ledger & Sons lays the four books side by side: metered, charged, invoiced and posted agree to the last fen.
        var books = await ledgerAndSons.Get("/v1/reconciliation?period=2026-01");
        Assert.Equal(("345600", "1728.00", "1728.00", "1728.00", "none"), (
            books.Text("rows.0.metered"), books.Text("rows.0.charged.amount"), books.Text("rows.0.invoiced.amount"),
            books.Text("rows.0.posted.amount"), books.Text("rows.0.cause")));

        // And nobody else has seen any of it.
        var stranger = await market.Open("Stranger", "buyer");
        Assert.Equal(404, (await stranger.Get($"/v1/leases/{leaseId}")).Status);
        Assert.Equal(404, (await stranger.Get($"/v1/invoices/{invoice.Text("invoiceId")}")).Status);
    }

    private static IEnumerable<string?> Each(JsonElement list, Func<JsonElement, JsonElement> part) =>
        list.EnumerateArray().Select(item => part(item).GetString());

    private static string Event(string leaseId, string id, string from, string until) => $$"""
        {"specversion":"1.0","type":"marketplace.usage.v1","source":"north-lake/agent-1","id":"{{id}}","subject":"{{leaseId}}",
         "data":{"meter":"card_seconds","from":"{{from}}","until":"{{until}}","cards":4}
        }
        """;
}
