using System.Globalization;
using System.Text;
using System.Text.Json;
using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;

namespace Marketplace;

/// <summary>
/// The books of one test with a market for auctions. The clock stands at the first of January 2026, half past midnight, so that an auction
/// held now sells from one o'clock on. Windows are told in hours from there.
/// </summary>
public sealed class AuctionMarket : IAsyncDisposable
{
    /// <summary>A card that nobody knows: it is bid for by the card-hour, so that prices are those of the book.</summary>
    public const string X = "Card X";

    public static readonly Instant Gate = Books.At("2026-01-01T01:00");

    private readonly Dictionary<string, OrganisationId> _parties = new(StringComparer.Ordinal);

    private AuctionMarket(MarketBooks books) => Market = books;

    public MarketBooks Market { get; }

    public Database Database => Market.Database;

    public static async Task<AuctionMarket> Open(Engine engine) => new(await MarketBooks.Open(engine, "2026-01-01T00:30"));

    /// <summary>The market of docs/clearing.md.</summary>
    public static async Task<AuctionMarket> Example(Engine engine)
    {
        var market = await Open(engine);
        await market.Offer("A", 4, "10");
        await market.Offer("B", 4, "14", lot: 2);
        await market.Bid("b1", 4, 2, 0, 2, "18");
        await market.Bid("b2", 2, 2, 0, 3, "16");
        await market.Bid("b3", 3, 2, 0, 2, "12");
        return market;
    }

    public async Task<OrganisationId> Party(string name, Role role)
    {
        if (!_parties.TryGetValue(name, out var id)) _parties[name] = id = role == Role.Provider
            ? await Market.Provider(name)
            : await Market.Buyer(name);
        return id;
    }

    public async Task<Offer> Offer(
        string name, int cards, string ask, int lot = 1, int hours = 4, string card = X, string region = "cn-east", string? provider = null)
    {
        var offer = await Market.Publish(await Party(provider ?? "seller " + name, Role.Provider), new OfferDraft
        {
            Name = name, Card = card, Cards = CardCount.Of(cards), Region = region, Ask = MarketBooks.Price(ask),
            AvailableFrom = Gate, AvailableUntil = Gate + Duration.FromHours(hours),
        });
        if (lot > 1)
        {
            await Market.Do(session => session.Execute(
                "UPDATE offer SET lot = @Millis WHERE offer_id = @OfferId",
                new { Millis = (long)CardCount.Of(lot).Millis, offer.OfferId }));
        }

        return offer;
    }

    /// <summary>A bid for whole cards, at a limit per card-hour; more of its wish in <paramref name="terms"/>.</summary>
    public Task<BidId> Bid(string name, int cards, int hours, int earliest, int latest, string limit, BidTerms? terms = null) => Wish(
        name, earliest, latest, limit, (terms ?? new BidTerms()) with { Models = [X], Cards = cards, Hours = hours }, LimitBasis.CardHour);

    /// <summary>Places a bid, with what it might cost set aside.</summary>
    public async Task<BidId> Wish(
        string name, int earliest, int latest, string limit, BidTerms terms, LimitBasis basis = LimitBasis.ScuHour,
        string? workload = null, string? group = null, int parts = 1, string? buyer = null, BidExecution execution = BidExecution.Auction)
    {
        var party = await Party(buyer ?? "buyer " + name, Role.Buyer);
        return await Market.Do(async session =>
        {
            var bidId = session.NewId<BidId>();
            await session.Execute(
                """
                INSERT INTO bid (bid_id, buyer_id, cards, from_at, until_at, limit_basis, limit_nanos, currency, reference, state,
                  placed_at, execution, terms, workload, xor_group, priority_at, parts)
                VALUES (@bidId, @party, @Cards, @From, @Until, @Basis, @Nanos, 'CNY', @name, 'open', @Now, @Execution, @Terms, @workload,
                  @group, @Now, @Parts)
                """,
                new
                {
                    bidId, party, Cards = (long)CardCount.Of(Math.Max(terms.Cards, 1)).Millis, From = Gate + Duration.FromHours(earliest),
                    Until = Gate + Duration.FromHours(latest), Basis = WireJson.Word(basis), MarketBooks.Price(limit).Nanos, name,
                    session.Now, Execution = WireJson.Word(execution), Terms = JsonSerializer.Serialize(terms, WireJson.Messages), workload,
                    group, Parts = (long)parts,
                });
            await Funds.Hold(session, await BillingAccount.Get(session, party), bidId.Value, new(100_00, Currency.Cny));
            return bidId;
        });
    }

    /// <summary>A host's desk, on its own handle if one is given.</summary>
    internal AuctionDesk Desk(Database? database = null, Action<AuctionStep>? after = null, int minutes = 0)
    {
        var options = new MarketplaceOptions { AuctionMinutes = minutes };
        return new(database ?? Database, options, NullLogger<AuctionDesk>.Instance) { After = after };
    }

    public async Task<Auction> Run()
    {
        var auctionId = await Desk().Run(Currency.Cny);
        return (await Market.Look(session => AuctionBook.Find(session, auctionId!.Value)))!;
    }

    public async Task<Bid> Find(BidId bidId) => (await Market.Look(session => BidBook.Find(session, bidId)))!;

    public Task<BidExplanation> Explain(BidId bidId, bool withLimit = false) => Market.Look(async session =>
        await ExplanationBook.Of(session, (await BidBook.Find(session, bidId))!, withLimit));

    /// <summary>What was sold: <c>b1: A 4 x 14.00 from 0 for 2, uniform 112.00</c>, a line for each lease, in order.</summary>
    public Task<IReadOnlyList<string>> Sold() => Market.Look(async session =>
    {
        var rows = await session.Query<(string Bid, string Offer, long Cards, long Price, long From, long Until, string Class, long Pay)>(
            """
            SELECT b.reference, o.name, a.cards, a.price_nanos, a.from_at, a.until_at, w.class, w.pay_nanos
            FROM lease l JOIN agreement a ON a.lease_id = l.lease_id JOIN award w ON w.award_id = l.award_id
            JOIN bid b ON b.bid_id = w.bid_id JOIN offer o ON o.offer_id = l.offer_id
            ORDER BY b.reference, w.part, a.from_at, o.name
            """);
        return (IReadOnlyList<string>)
        [
            .. rows.Select(r => string.Create(
                CultureInfo.InvariantCulture,
                $"{r.Bid}: {r.Offer} {r.Cards / 1000} x {Amount(r.Price)} from {Hours(r.From)} for {Hours(r.Until) - Hours(r.From)}, "
                + $"{r.Class} {Amount(r.Pay)}")),
        ];
    });

    /// <summary>
    /// Everything that an auction leaves behind, by the names of the test, so that two markets can be held against each other: auctions,
    /// leases, bids, losses, prices, calendars, holds, gates.
    /// </summary>
    public async Task<string> Digest()
    {
        var text = new StringBuilder().AppendJoin('\n', await Sold());
        await Market.Look(async session =>
        {
            await Add(
                session, "SELECT number || ' ' || state || ' ' || offers || ' ' || bids || ' ' || awards || gain_nanos FROM auction");
            await Add(session, "SELECT reference || ' ' || state || ' ' || filled || ' ' || COALESCE(gated_by, 'free') FROM bid");
            await Add(session, "SELECT b.reference || ' ' || l.class FROM auction_loss l JOIN bid b ON b.bid_id = l.bid_id");
            await Add(session, "SELECT from_at || '-' || until_at || ' ' || state || ' ' || price_nanos || ' ' || cards FROM pool_price");
            await Add(session, "SELECT o.name || ' ' || COALESCE(o.gated_by, 'free') || ' ' || COALESCE(o.gate_at, 0) FROM offer o");
            await Add(session, "SELECT b.reference || ' ' || h.amount FROM hold h JOIN bid b ON b.bid_id = h.subject");
            await Add(
                session, "SELECT kind || ' ' || COUNT(*) FROM live_event WHERE kind LIKE 'auction%' OR kind LIKE 'bid%' GROUP BY kind");
            await Add(session, "SELECT CAST(COALESCE(SUM(amount), 0) AS TEXT) FROM posting");
            return 0;
        });
        foreach (var offer in await Market.Look(s => OfferBook.Open(s, Gate, Gate + Duration.FromHours(1))))
            text.Append('\n').Append(offer.Name).Append(": ").Append(await Market.Calendar(offer));
        return text.ToString();

        async Task Add(Session session, string sql)
        {
            var rows = await session.Query<string>(sql);
            text.Append('\n').AppendJoin('\n', rows.Order(StringComparer.Ordinal)).Append("\n-");
        }
    }

    public ValueTask DisposeAsync() => Market.DisposeAsync();

    private static string Amount(long nanos) => new ExactAmount(nanos, Currency.Cny).Amount;

    private static long Hours(long millis) => (millis - Gate.ToUnixTimeMilliseconds()) / 3_600_000;
}
