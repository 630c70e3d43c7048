using System.Data.Common;
using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// Buyers who bid, change, cancel, ask, accept, decline and end at once, while several hosts hold auctions. When all is still, every hold
/// is what an open bid or a lease justifies, every calendar is the offer less its leases, and nothing is left gated.
/// </summary>
public sealed class BuyingRaceTests
{
    private const int Actors = 6, Acts = 30;

    [Theory]
    [InlineData(Engine.Sqlite, 1)]
    [InlineData(Engine.PostgreSql, 1)]
    [InlineData(Engine.PostgreSql, 2)]
    public async Task Everything_AtOnce_LeavesHoldsAndCalendarsThatAddUp(Engine engine, int seed)
    {
        await using var market = await AuctionMarket.Open(engine);
        var books = market.Market;
        var provider = await books.Provider();
        for (var i = 0; i < 3; i++) await books.Publish(provider, books.Draft(cards: "12", ask: $"{8 + i}"));
        OrganisationId[] buyers =
            [await books.Buyer("Rich"), await books.Buyer("Poor", credit: "9000"), await books.Buyer("Other", credit: "30000")];
        var faults = new List<Exception>();
        var done = new Dictionary<string, int>();

        await Task.WhenAll(Enumerable.Range(0, Actors).Select(actor => Task.Run(async () =>
        {
            var random = new Random((seed * 100) + actor);
            await using var host = books.Books.AnotherHost();
            for (var act = 0; act < Acts; act++)
            {
                var what = "";
                try
                {
                    what = await Act(market, host, buyers[random.Next(buyers.Length)], random);
                }
                catch (Exception e) when (e is Refusal or DbException { IsTransient: true })
                {
                    what = "refused";
                }
                catch (Exception e)
                {
                    lock (faults) faults.Add(e);
                }

                lock (done) done[what] = done.GetValueOrDefault(what) + 1;
            }
        })));
        await market.Desk().Tend(takeOver: true);
        books.Clock.Now += QuoteBook.Validity;
        await Steward.Tend(books.Database);

        Assert.Empty(faults);
        await Holds(books, buyers);
        await Calendars(books);
        Assert.Equal(0, await books.Look(s => s.Scalar<long>(
            """
            SELECT CAST((SELECT COUNT(*) FROM bid WHERE gated_by IS NOT NULL) + (SELECT COUNT(*) FROM offer WHERE gated_by IS NOT NULL)
              + (SELECT COUNT(*) FROM auction WHERE state <> 'cleared') + (SELECT COUNT(*) FROM quote WHERE state = 'open') AS BIGINT)
            """)));

        // Which quotes come through between two auctions is chance; that auctions were held and bids stood in them is not.
        Assert.True(done.GetValueOrDefault("auction") > 0 && done.GetValueOrDefault("placed") > 0, string.Join(", ", done));
        Assert.NotEqual(0, await books.Look(s => s.Scalar<long>("SELECT COUNT(*) FROM award")));
    }

    private static async Task<string> Act(AuctionMarket market, Database host, OrganisationId buyer, Random random)
    {
        const string open = "SELECT bid_id FROM bid WHERE buyer_id = @buyer AND state = 'open' ORDER BY bid_id",
            quoted = "SELECT quote_id FROM quote WHERE buyer_id = @buyer AND state = 'open' ORDER BY quote_id",
            leased = "SELECT l.lease_id FROM lease l JOIN agreement a ON a.lease_id = l.lease_id "
                + "WHERE a.buyer_id = @buyer AND l.state = 'awarded' ORDER BY l.lease_id";
        var cards = $"{1 + random.Next(5)}";
        switch (random.Next(10))
        {
            case 0 or 1 or 2:
                var group = random.Next(3) == 0 ? $"g{random.Next(8)}" : null;
                var draft = MarketBooks.Wanted(
                    cards, 1 + random.Next(30), $"{5 + random.Next(30)}", "2026-01-01T01:00", "2026-01-03", group: group);
                if (group is null && random.Next(2) == 0) draft = draft with { MinPartCards = 1 };
                await Do(host, s => BidBook.Place(s, buyer, draft with { Confirm = true }, MarketBooks.Options));
                return "placed";
            case 3:
                var posted = MarketBooks.Bid(
                    cards: cards, perCard: $"{7 + random.Next(4)}", from: "2026-01-01T02:00", until: "2026-01-02");
                await Do(host, s => BidBook.Place(s, buyer, posted, MarketBooks.Options));
                return "posted";
            case 4 when await Some<BidId>(host, open, buyer, random) is { } bidId:
                var bid = await Look(host, s => BidBook.Find(s, bidId));
                var change = new BidChange { Cards = CardCount.Parse(cards), Confirm = true };
                await Do(host, s => BidBook.Change(s, buyer, bidId, MarketBooks.Options, bid!.Version, change));
                return "changed";
            case 5 when await Some<BidId>(host, open, buyer, random) is { } bidId:
                await Do(host, s => BidBook.Cancel(s, buyer, bidId, MarketBooks.Options));
                return "cancelled";
            case 6:
                var need = random.Next(2) == 0 ? await Some<BidId>(host, open, buyer, random) : null;
                var wish = MarketBooks.Wish(cards: cards, until: "2026-01-01T12:00") with { BidId = need };
                await Do(host, s => QuoteBook.Ask(s, buyer, wish));
                return "asked";
            case 7 when await Some<QuoteId>(host, quoted, buyer, random) is { } quoteId:
                if (random.Next(4) == 0) await Do(host, s => QuoteBook.Decline(s, buyer, quoteId));
                else await Do(host, s => QuoteBook.Accept(s, buyer, quoteId, MarketBooks.Commission));
                return "accepted";
            case 8:
                await market.Desk(host).Run(Currency.Cny);
                return "auction";
            case 9 when await Some<LeaseId>(host, leased, buyer, random) is { } leaseId:
                await Do(host, s => LeaseBook.End(s, buyer, leaseId));
                return "ended";
            default: return "nothing";
        }
    }

    private static async Task Do<T>(Database host, Func<Session, Task<T>> act)
    {
        await using var session = await host.Write();
        await act(session);
        await session.Commit();
    }

    private static async Task<T> Look<T>(Database host, Func<Session, Task<T>> look)
    {
        await using var session = await host.Read();
        return await look(session);
    }

    /// <summary>Any of a buyer's things; null: it has none.</summary>
    private static async Task<T?> Some<T>(Database host, string sql, OrganisationId buyer, Random random)
        where T : struct
    {
        var all = await Look(host, s => s.Query<T>(sql, new { buyer }));
        return all.Count == 0 ? null : all[random.Next(all.Count)];
    }

    /// <summary>By what the API shows of bids and leases, and not by what the books keep for it.</summary>
    private static async Task Holds(MarketBooks books, IEnumerable<OrganisationId> buyers)
    {
        foreach (var buyer in buyers)
        {
            await books.Look(async session =>
            {
                var account = await BillingAccount.Get(session, buyer);
                var open = await BidBook.List(session, buyer, BidState.Open, null, int.MaxValue);
                var leases = (await LeaseBook.List(session, buyer, null, null, int.MaxValue)).Where(l => l.State == LeaseState.Awarded);
                var ofBids = open.GroupBy(b => b.XorGroup).SelectMany(g => g.Key is null ? g.Select(Cost) : [g.Max(Cost)]).Sum();
                var ofLeases = leases.Sum(l =>
                {
                    var span = Duration.Min(l.UntilAt - l.FromAt, Duration.FromHours(24));
                    return Funds.WithTax(Rating.Charge(l.Price, l.Cards.For(span)), account).Minor;
                });
                var funds = await Funds.Of(session, account);

                Assert.Equal(ofBids + ofLeases, funds.Held.Minor);
                Assert.True(funds.Available is not { Minor: < 0 }, $"{funds.Available} is left of {account.Name}");

                return 0;

                long Cost(Bid bid) => Funds.WithTax(FirstDay(bid), account).Minor;
            });
        }
    }

    private static ExactAmount FirstDay(Bid bid)
    {
        if (bid.Terms is not { } terms)
            return Rating.Charge(bid.Limit, bid.Cards.For(Duration.Min(bid.UntilAt - bid.FromAt, Duration.FromHours(24))));
        var perCardHour = bid.Limit.TimesStandardUnits(MarketBooks.H100Units).Nanos;
        return new(perCardHour * Left(bid, terms) * Math.Min(24, terms.Hours), Currency.Cny);
    }

    /// <summary>The most cards that the parts which are left can be.</summary>
    private static long Left(Bid bid, BidTerms terms)
    {
        var sizes = Enumerable.Range(0, (int)bid.Parts).Select(i => (terms.Cards + (int)bid.Parts - 1 - i) / (int)bid.Parts);
        return sizes.OrderDescending().Take((int)(bid.Parts - bid.Filled)).Sum();
    }

    /// <summary>Hour by hour: what an offer has, less the leases that are not over.</summary>
    private static async Task Calendars(MarketBooks books)
    {
        var leases = (await books.Leases()).Where(l => l.State == LeaseState.Awarded).ToList();
        foreach (var offer in await books.Look(s => OfferBook.Open(s, Books.At("2026-01-02"), Books.At("2026-01-03"))))
        {
            for (var at = AuctionMarket.Gate; at < Books.At("2026-01-04"); at += Duration.FromHours(1))
            {
                var free = await books.Look(s => s.Scalar<long>(
                    "SELECT free FROM calendar WHERE offer_id = @OfferId AND at <= @at ORDER BY at DESC LIMIT 1",
                    new { offer.OfferId, at }));
                var leased = leases.Where(l => l.OfferId == offer.OfferId && l.FromAt <= at && at < l.UntilAt).Sum(l => l.Cards.Millis);
                Assert.Equal(offer.Cards.Millis, free + leased);
            }
        }
    }
}
