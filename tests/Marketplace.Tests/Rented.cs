using System.Text.Json;

namespace Marketplace;

/// <summary>A market in which one buyer holds one lease of 8 cards at 7.20 CNY per card-hour for all of January 2026, started.</summary>
public sealed class Rented
{
    private int _events;

    private Rented(ApiHost host, ApiClient provider, ApiClient buyer, string lease) =>
        (Host, Provider, Buyer, Lease) = (host, provider, buyer, lease);

    public ApiHost Host { get; }

    public ApiClient Provider { get; }

    public ApiClient Buyer { get; }

    public string Lease { get; }

    public static async Task<Rented> On(ApiHost host)
    {
        var provider = await host.Open("North Lake", "provider");
        var buyer = await host.Open("Blue Heron", "buyer");
        var region = "r" + provider.Id[^8..];
        var offer = await provider.Post("/v1/offers", $$"""
            {"name":"rack-1","card":"H100 SXM5 80GB","cards":8,"region":"{{region}}","ask":{"amount":"7.20","currency":"CNY"},
             "availableFrom":"{{ApiHost.Start}}","availableUntil":"2026-02-28T16:00:00Z"}
            """);
        Assert.Equal(201, offer.Status);
        var bid = await buyer.Post("/v1/bids", $$"""
            {"execution":"posted","card":"any","cards":8,"region":"{{region}}",
             "fromAt":"{{ApiHost.Start}}","untilAt":"2026-01-31T16:00:00Z",
             "limitPerScuHour":{"amount":"6","currency":"CNY"},"reference":"january"}
            """);
        Assert.Equal(201, bid.Status);
        var lease = bid.Text("leaseId");
        Assert.Equal(200, (await provider.Post($"/v1/leases/{lease}/start", "")).Status);
        return new(host, provider, buyer, lease);
    }

    public string Event(string from, string until, string cards = "8", string? id = null, string? lease = null) =>
        JsonSerializer.Serialize(new
        {
            specversion = "1.0", type = "marketplace.usage.v1", source = "/meter", id = id ?? $"e{++_events}", subject = lease ?? Lease,
            data = new { meter = "card_seconds", from, until, cards = JsonDocument.Parse(cards).RootElement },
        });

    /// <summary>Reports use of all cards when it is over, which must be accepted.</summary>
    public async Task Use(string from, string until)
    {
        await Host.MoveTo(until);
        var answer = await Provider.Post("/v1/usage", $"[{Event(from, until)}]");
        Assert.Equal((200, "accepted"), (answer.Status, answer.Text("outcomes.0.status")));
    }

    /// <summary>Moves the clock there, runs the bills up to then, and waits until they are posted.</summary>
    public async Task Bill(string cutoff)
    {
        await Host.MoveTo(cutoff);
        Assert.Equal(202, (await Host.Operator.Post("/v1/billing-runs", $$"""{"cutoff":"{{cutoff}}"}""")).Status);
        await Host.Settle();
    }
}
