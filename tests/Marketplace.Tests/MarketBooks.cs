using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>The books of one test with the market's tables, and a few words to fill them with: offers, quotes, bids, leases.</summary>
public sealed class MarketBooks : IAsyncDisposable
{
    public const int Commission = 500;

    /// <summary>A card of the registry, by its id and by two of its other names.</summary>
    public const string H100 = "h100-sxm5-80gb";

    /// <summary>As a market is set when nobody says otherwise.</summary>
    public static readonly MarketplaceOptions Options = new();

    private int _names;

    private MarketBooks(Books books) => Books = books;

    public Books Books { get; }

    public Database Database => Books.Database;

    public FakeClock Clock => Books.Clock;

    public static StandardUnits H100Units => CardRegistry.Default.Find(H100)!.Scu!.Value;

    /// <summary>What is listed of them when nobody has measured: 70 %.</summary>
    public static StandardUnits H100Listed => Derate.Of(H100Units, new BasisPoints(7_000));

    public static async Task<MarketBooks> Open(Engine engine, string now = "2026-01-01")
    {
        var books = await Books.Open(engine, now);
        await Migrator.Run(books.Database, typeof(Database).Assembly, typeof(Host).Assembly);
        return new(books);
    }

    public Task<T> Look<T>(Func<Session, Task<T>> look) => Books.Look(look);

    public Task<T> Do<T>(Func<Session, Task<T>> act) => Books.Do(act);

    public Task Do(Func<Session, Task> act) => Books.Do(act);

    /// <summary>Tries it and keeps nothing, which must be refused.</summary>
    public async Task<Refusal> Refused(Func<Session, Task> act)
    {
        await using var session = await Database.Write();
        return await Assert.ThrowsAsync<Refusal>(() => act(session));
    }

    public async Task<OrganisationId> Provider(string name = "North Lake") =>
        (await Do(session => new OpenAccount(name, [Role.Provider]).Open(session))).OrganisationId;

    public async Task<OrganisationId> Buyer(string name = "Blue Heron", string currency = "CNY") =>
        (await Do(session => new OpenAccount(name, [Role.Buyer], Currency: currency).Open(session))).OrganisationId;

    public static UnitPrice Price(string amount, string currency = "CNY") => UnitPrice.Parse(amount, Currency.Of(currency));

    public OfferDraft Draft(
        string card = H100, string cards = "8", string ask = "10.00", string? name = null, string region = "cn-east",
        string from = "2026-01-01", string until = "2026-02-01", string currency = "CNY")
    {
        return new()
        {
            Name = name ?? $"rack-{Interlocked.Increment(ref _names)}", Card = card, Cards = CardCount.Parse(cards), Region = region,
            Ask = Price(ask, currency), AvailableFrom = Books.At(from), AvailableUntil = Books.At(until),
        };
    }

    public Task<Offer> Publish(OrganisationId provider, OfferDraft draft) => Do(session => OfferBook.Publish(session, provider, draft));

    public Task<Offer> Change(OrganisationId provider, Offer offer, string? ask = null, string? cards = null, string? until = null) =>
        Do(session => OfferBook.Change(session, provider, offer.OfferId, offer.Version, new(
            ask is null ? null : Price(ask, offer.Ask.Currency.Code), cards is null ? null : CardCount.Parse(cards),
            until is null ? null : Books.At(until))));

    public static QuoteRequest Wish(
        string? card = H100, string cards = "1", string until = "2026-01-02", string? region = null, OfferId? offer = null)
    {
        return new() { Card = card, Cards = CardCount.Parse(cards), UntilAt = Books.At(until), Region = region, OfferId = offer };
    }

    public Task<Quote> Quote(OrganisationId buyer, QuoteRequest wish) => Do(session => QuoteBook.Ask(session, buyer, wish));

    public Task<Lease> Accept(OrganisationId buyer, Quote quote) =>
        Do(session => QuoteBook.Accept(session, buyer, quote.QuoteId, Commission));

    public async Task<Lease> Rent(OrganisationId buyer, QuoteRequest wish) => await Accept(buyer, await Quote(buyer, wish));

    public static BidDraft Bid(
        string card = H100, string cards = "1", string? perUnit = null, string? perCard = null, string from = "2026-01-02",
        string until = "2026-01-03", string? region = null, string currency = "CNY", string? reference = null)
    {
        return new()
        {
            Execution = BidExecution.Posted, Card = card, Cards = CardCount.Parse(cards), Region = region, Reference = reference,
            FromAt = Books.At(from), UntilAt = Books.At(until),
            LimitPerScuHour = perUnit is null ? null : Price(perUnit, currency),
            LimitPerCardHour = perCard is null ? null : Price(perCard, currency),
        };
    }

    /// <summary>A bid for the auction: eight cards of a model for four hours of a day.</summary>
    public static BidDraft Wanted(
        string cards = "8", int? hours = 4, string perUnit = "9", string from = "2026-01-02", string until = "2026-01-03",
        string card = H100, string? group = null)
    {
        return new()
        {
            Card = card, Cards = CardCount.Parse(cards), Hours = hours, LimitPerScuHour = Price(perUnit), FromAt = Books.At(from),
            UntilAt = Books.At(until), Group = group,
        };
    }

    public Task<Bid> Place(OrganisationId buyer, BidDraft draft) => Do(session => BidBook.Place(session, buyer, draft, Options));

    public async Task<Bid> Find(Bid bid) => (await Look(session => BidBook.Find(session, bid.BidId)))!;

    public async Task<Offer> Find(Offer offer) => (await Look(session => OfferBook.Find(session, offer.OfferId)))!;

    public async Task<Lease> Find(LeaseId? leaseId) => (await Look(session => LeaseBook.Find(session, leaseId!.Value)))!;

    /// <summary>Every lease, oldest first.</summary>
    public Task<IReadOnlyList<Lease>> Leases() => Look<IReadOnlyList<Lease>>(async session =>
        [.. (await LeaseBook.List(session, null, null, null, int.MaxValue)).Reverse()]);

    /// <summary>The calendar of an offer as text: <c>2026-01-01T00:00 8, 2026-02-01T00:00 0</c>, equal steps drawn together.</summary>
    public async Task<string> Calendar(Offer offer)
    {
        var steps = await Look(session => session.Query<(Instant At, long Free)>(
            "SELECT at, free FROM calendar WHERE offer_id = @OfferId ORDER BY at", new { offer.OfferId }));
        var shown = steps.Where((step, i) => i == 0 || step.Free != steps[i - 1].Free);
        return string.Join(", ", shown.Select(step => $"{InstantText.Format(step.At)[..16]} {new CardCount((int)step.Free)}"));
    }

    /// <summary>Hands over everything that lies in the outbox to the real consumers, on the mediator, until nothing is left.</summary>
    public async Task Settle()
    {
        var (publisher, scope) = PipelineHost.Mediator(Database, null, Consumers.AddMarketplaceConsumers, new MarketplaceOptions());
        await using (scope)
        {
            while (await Outbox.Relay(Database, publisher, TimeProvider.System, "test", CancellationToken.None) > 0)
            {
                // What was handed over may have staged more.
            }
        }

        Assert.Equal((0, 0, 0), await Look(async session =>
        {
            var left = await Backlog.Of(session);
            return (left.Messages, left.Parked, await PostedBids.Unmatched(session));
        }));
    }

    /// <summary>A host with the relay and all consumers, as production runs it.</summary>
    public Task<PipelineHost> Start(Transport transport) =>
        PipelineHost.Start(Database, transport, consumers: Consumers.AddMarketplaceConsumers, needs: new MarketplaceOptions());

    public ValueTask DisposeAsync() => Books.DisposeAsync();
}
