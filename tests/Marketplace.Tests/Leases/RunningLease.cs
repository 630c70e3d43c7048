using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// A market with one provider and one buyer for tests of what becomes of leases: cards at 10 yuan an hour, no tax, an agent that reports
/// all use.
/// </summary>
public sealed class RunningLease : IAsyncDisposable
{
    private readonly Dictionary<LeaseId, Instant> _reported = [];
    private int _events;

    private RunningLease(MarketBooks market, OrganisationId provider, OrganisationId buyer) =>
        (Market, Provider, Buyer) = (market, provider, buyer);

    public MarketBooks Market { get; }

    public OrganisationId Provider { get; }

    public OrganisationId Buyer { get; }

    public static async Task<RunningLease> Open(Engine engine, string terms = "")
    {
        var market = await MarketBooks.Open(engine);
        var provider = await market.Provider();
        var buyer = await market.Do(session =>
            new OpenAccount("Blue Heron", [Role.Buyer], "UTC", TaxRate: 0).Open(session));
        var offer = await market.Publish(provider, market.Draft(cards: "1000", until: "2026-06-01"));
        if (terms.Length > 0)
            await market.Do(session => session.Execute($"UPDATE offer SET {terms} WHERE offer_id = @OfferId", new { offer.OfferId }));
        return new(market, provider, buyer.OrganisationId);
    }

    /// <summary>Rents cards from now on, and has them handed over.</summary>
    public async Task<LeaseId> Run(string until = "2026-01-03", string cards = "1")
    {
        var lease = await Market.Rent(Buyer, MarketBooks.Wish(cards: cards, until: until) with { Interruptible = true });
        await Market.Do(session => LeaseBook.Start(session, Provider, lease.LeaseId));
        return lease.LeaseId;
    }

    /// <summary>What the buyer may owe from now on, in yuan.</summary>
    public Task Limit(long yuan) => Market.Do(session => session.Execute(
        "UPDATE account SET credit_limit = @Fen WHERE account_id = @Buyer", new { Fen = yuan * 100, Buyer }));

    public Task PayIn(long yuan) => Market.Do(session =>
    {
        var amount = new Money(yuan * 100, Currency.Cny);
        return Ledger.Post(session, $"payment:{++_events}", "paid in", [
            new() { Account = "cash:bank", Amount = amount }, new() { Account = $"deposit:{Buyer}", Amount = -amount },
        ]);
    });

    /// <summary>Moves the clock and lets the keeper do what is due.</summary>
    public Task Until(string at) => Until(Books.At(at));

    public async Task Until(Instant at)
    {
        Market.Clock.MoveTo(at);
        await LeaseKeeper.Tend(Market.Database, new MarketplaceOptions());
    }

    /// <summary>Reports all use of a lease since the last report, as its agent would that saw when it ran; rated at once.</summary>
    public async Task Report(LeaseId leaseId)
    {
        var lease = await Market.Find(leaseId);
        if (lease.StartedAt is not { } started) return;
        var from = Instant.Max(started, _reported.GetValueOrDefault(leaseId, started));
        var until = Instant.Min(Market.Clock.Now, lease.EndedAt ?? lease.UntilAt);
        _reported[leaseId] = until;
        foreach (var gap in (await Market.Look(session => Interruption.Of(session, leaseId))).Where(g => g.FromAt < until))
        {
            if (from < gap.FromAt) Assert.Equal(UsageStatus.Accepted, await Use(lease, from, gap.FromAt));
            from = Instant.Max(from, gap.UntilAt ?? until);
        }

        if (from < until) Assert.Equal(UsageStatus.Accepted, await Use(lease, from, until));
    }

    public async Task<UsageStatus> Use(Lease lease, Instant from, Instant until) => await Market.Do(async session =>
    {
        var outcomes = await UsageLog.Record(session, Provider,
        [
            new()
            {
                Source = "/agent", EventId = $"{++_events}", LeaseId = lease.LeaseId, FromAt = from, UntilAt = until, Cards = lease.Cards,
            },
        ]);
        await ChargeBook.Rate(session, [lease.LeaseId]);
        return outcomes[0].Status;
    });

    /// <summary>The history of a lease: <c>awarded sold market 00:00</c> and so on.</summary>
    public async Task<IReadOnlyList<string>> History(LeaseId leaseId) =>
    [
        .. (await Market.Look(session => LeaseEvent.List(session, leaseId))).Select(e =>
            $"{WireJson.Word(e.ToState)} {e.Reason} {WireJson.Word(e.Actor)} {InstantText.Format(e.At)[8..16]}"),
    ];

    /// <summary>An organisation as its key's holder calls.</summary>
    public async Task<Caller> Who(OrganisationId organisation) =>
        await Market.Look(session => Organisation.Find(session, organisation)) is { } found
            ? new(organisation, found.Name, found.Roles, found.Zone, new ApiKeyId("key_x"))
            : throw new InvalidOperationException();

    /// <summary>Bills all that has ended and posts it.</summary>
    public async Task Bill(string cutoff)
    {
        await Market.Books.Bill(cutoff);
        await Market.Settle();
    }

    public ValueTask DisposeAsync() => Market.DisposeAsync();
}
