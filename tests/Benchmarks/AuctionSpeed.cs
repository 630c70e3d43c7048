using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;

namespace Marketplace.Benchmarks;

/// <summary>
/// <c>auction-speed [--offers N] [--bids N]</c>: an auction on a SQLite database from gate to commit, step by step. The market is that of
/// <c>clearing-speed</c>, its bids limited by the card-hour; the database lies in the temporary directory, with durable commits.
/// </summary>
internal static class AuctionSpeed
{
    private const int Parties = 200;

    private static readonly Instant Now = ClearingMarkets.Gate - Duration.FromMinutes(30);

    internal static async Task<int> Run(string[] args)
    {
        var offers = ClearingQuality.Number(args, "--offers", 1_000);
        var bids = ClearingQuality.Number(args, "--bids", 5_000);
        var file = Path.Combine(Path.GetTempPath(), $"auction-speed-{Guid.NewGuid():n}.db");
        try
        {
            await using var database = new Database($"Data Source={file}", new StillClock());
            await Migrator.Run(database, typeof(Database).Assembly, typeof(Host).Assembly);
            await Fill(database, ClearingMarkets.Large(7, offers, bids));
            AuctionDesk.WarmUp();
            var watch = Stopwatch.StartNew();
            var (last, steps) = (TimeSpan.Zero, new List<string>());
            var desk = new AuctionDesk(database, new MarketplaceOptions(), NullLogger<AuctionDesk>.Instance)
            {
                After = step =>
                {
                    steps.Add(string.Create(CultureInfo.InvariantCulture, $"{step} {(watch.Elapsed - last).TotalSeconds:F2}"));
                    last = watch.Elapsed;
                },
            };
            var auctionId = (await desk.Run(Currency.Cny))!.Value;
            var whole = watch.Elapsed;
            await using var look = await database.Read();
            var auction = (await AuctionBook.Find(look, auctionId))!;
            var memory = Process.GetCurrentProcess().PeakWorkingSet64 >> 20;
            Console.WriteLine($"{Environment.ProcessorCount} cores; seconds of each step; the search alone {auction.ClearMillis} ms");
            Console.WriteLine(string.Join(" | ", steps));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{auction.Offers} offers, {auction.Bids} bids, {auction.Awards} awards in {whole.TotalSeconds:F1} s; peak {memory} MiB"));
            return 0;
        }
        finally
        {
            foreach (var path in new[] { file, file + "-wal", file + "-shm" }) File.Delete(path);
        }
    }

    private static async Task Fill(Database database, GeneratedMarket market)
    {
        await using var session = await database.Write();
        var (sellers, buyers) = (new OrganisationId[Parties], new OrganisationId[Parties]);
        for (var i = 0; i < Parties; i++)
        {
            sellers[i] = (await new OpenAccount($"Seller {i}", [Role.Provider]).Open(session)).OrganisationId;
            buyers[i] = (await new OpenAccount($"Buyer {i}", [Role.Buyer]).Open(session)).OrganisationId;
        }

        var rows = market.Offers.Select((o, i) => (Offer: o, Id: session.NewId<OfferId>(), Seller: sellers[i % Parties])).ToList();
        await session.Execute(
            """
            INSERT INTO offer (offer_id, provider_id, name, card_name, cards, region, ask_nanos, currency, available_from, available_until,
              state, created_at, lot, min_minutes, max_minutes)
            VALUES (@Id, @Seller, @Name, @Card, @Cards, @Region, @Ask, 'CNY', @From, @Until, 'open', @Now, @Lot, @Min, @Max)
            """,
            rows.Select(r => new
            {
                r.Id, r.Seller, Name = r.Offer.Id, Card = CardOf(r.Offer.Pool), r.Offer.Pool.Region, Ask = r.Offer.Ask.Nanos,
                Cards = 1_000L * r.Offer.Free.Max(f => Math.Max(1, f.Cards)), From = ClearingMarkets.Gate, Until = At(market.Slots), Now,
                Lot = 1_000L * r.Offer.Lot, Min = 60L * r.Offer.MinSlots, Max = 60L * Math.Min(r.Offer.MaxSlots, market.Slots),
            }));
        await session.Execute(
            "INSERT INTO calendar (offer_id, at, free) VALUES (@Id, @At, @Free)",
            rows.SelectMany(r => Steps(r.Offer, market.Slots).Select(s => new { r.Id, s.At, s.Free })));
        await session.Execute(
            """
            INSERT INTO bid (bid_id, buyer_id, cards, from_at, until_at, limit_basis, limit_nanos, currency, state, placed_at, execution,
              terms, priority_at, parts, part_day_nanos)
            VALUES (@Id, @Buyer, @Cards, @From, @Until, 'card_hour', @Limit, 'CNY', 'open', @Now, 'auction', @Terms, @Now,
              @Parts, 1000000000)
            """,
            market.Bids.Select((b, i) =>
            {
                var terms = Terms(b);
                return new
                {
                    Id = session.NewId<BidId>(), Buyer = buyers[i % Parties], Cards = 1_000L * Math.Max(1, terms.Cards),
                    From = At(b.Earliest), Until = At(b.Latest), Limit = b.Limit.TimesStandardUnits(b.Pools[0].PerCard).Nanos,
                    Now, Parts = (long)terms.Parts,
                    Terms = JsonSerializer.Serialize(terms, WireJson.Messages),
                };
            }));
        await session.Commit();
    }

    private static BidTerms Terms(AuctionBid bid) => new()
    {
        Models = [.. bid.Pools.Select(p => CardOf(p.Pool))], Cards = bid.Cards, Hours = bid.Slots, Spread = bid.Spread,
        Amount = bid.Amount is { } work ? new StandardUnits((long)((Int128)work.Micros * 1_000_000 / bid.Pools[0].PerCard.Micros)) : null,
        MinCards = bid.MinCards, MaxCards = bid.MaxCards, ExactCards = bid.ExactCards, MinPartCards = bid.MinPartCards,
        MinPartHours = bid.MinPartSlots,
    };

    /// <summary>Each of the generated pools is a card of its own here.</summary>
    private static string CardOf(AuctionPool pool) => $"{pool.Card} {pool.Tier} {pool.BandPercent}";

    private static IEnumerable<(Instant At, long Free)> Steps(AuctionOffer offer, int slots)
    {
        var until = 0;
        foreach (var run in offer.Free.OrderBy(f => f.From))
        {
            if (run.From > until) yield return (At(until), 0);
            yield return (At(run.From), 1_000L * run.Cards);
            until = run.Until;
        }

        if (until < slots) yield return (At(until), 0);
        yield return (At(slots), 0);
    }

    private static Instant At(int slot) => ClearingMarkets.Gate + Duration.FromHours(slot);

    private sealed class StillClock : IClock
    {
        public Instant GetCurrentInstant() => Now;
    }
}
