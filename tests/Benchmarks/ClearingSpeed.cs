using System.Diagnostics;
using System.Globalization;
using Marketplace.Pricing;

namespace Marketplace.Benchmarks;

/// <summary>
/// <c>clearing-speed [--offers N] [--bids N] [--runs N] [--threads N]</c>: the time of a clearing and of what stands around it, from a
/// tenth of the market to all of it and with cards that rest after packages, beside first-come posted buying and a plain price-time book in
/// the same process.
/// </summary>
internal static class ClearingSpeed
{
    internal static int Run(string[] args)
    {
        var offers = ClearingQuality.Number(args, "--offers", 10_000);
        var bids = ClearingQuality.Number(args, "--bids", 50_000);
        var runs = ClearingQuality.Number(args, "--runs", 4);
        var threads = ClearingQuality.Number(args, "--threads", 0);
        Console.WriteLine($"{Environment.ProcessorCount} cores; seconds; the last of {runs} clearings is timed, the first beside it");
        Console.WriteLine("offers x bids (units) | units of bids | hash + order | read | clear (first; processors) | first-come | "
            + "gain / bound | / first-come | RSS MiB");
        var seconds = 0.0;
        foreach (var tenths in new[] { 1, 3, 10 })
        {
            var (some, wanted) = (offers * tenths / 10, bids * tenths / 10);
            seconds = Row($"{some} x {wanted}", ClearingMarkets.Large(7, some, wanted), runs, threads);
        }

        Row($"{offers} x {bids}, a third of the offers rest", ClearingMarkets.Large(7, offers, bids).Resting(7), runs, threads);
        var oneHour = ClearingMarkets.OneHour(7, offers / 50, bids, AuctionSnapshot.TwoWeeks);
        Row($"{offers / 50} x {bids}, a card for an hour each", oneHour, runs, threads);
        var (orders, traded) = PriceTimeBook.Measure(1_000_000, 7);
        Console.WriteLine($"price-time book, one slot and pool: {orders:N0} orders/s ({traded:N0} cards); "
            + $"the auction on such orders: {PriceTimeBook.MeasureAuction(20_000, 7):N0} orders/s");
        return seconds < 2 ? 0 : 1;
    }

    private static double Row(string name, GeneratedMarket market, int runs, int threads)
    {
        var (units, unitTime) = Timed(() => BidUnits.All(market.Bids, market.Offers).SelectMany(b => b.Units).ToList());
        AuctionSnapshot Made() => AuctionSnapshot.Of(
            1, ClearingMarkets.Gate, market.Slots, Currency.Cny, market.Parameters, market.Offers, units);
        Made();
        var (snapshot, madeTime) = Timed(Made);
        AuctionSnapshot.Read(snapshot.Bytes.Span);
        var (read, readTime) = Timed(() => AuctionSnapshot.Read(snapshot.Bytes.Span));
        var (result, first) = Timed(() => Clearing.Clear(read, threads));
        var (last, cpu) = (first, 0.0);
        for (var i = 1; i < runs; i++)
        {
            var before = Process.GetCurrentProcess().TotalProcessorTime;
            (result, last) = Timed(() => Clearing.Clear(read, threads));
            cpu = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
        }

        var (posted, postedTime) = Timed(() => FirstCome.Gain(read));
        var memory = Process.GetCurrentProcess().PeakWorkingSet64 >> 20;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name} ({snapshot.Units.Count}) | {unitTime:F2} | {madeTime:F2} | {readTime:F2} | "
            + $"{last:F2} ({first:F2}; {cpu:F2}) | {postedTime:F2} | "
            + $"{Ratio(result.GainNanos, result.BoundNanos):F3} | {Ratio(result.GainNanos, posted):F3} | {memory}"));
        var packages = result.Awards.Count;
        var supply = snapshot.Offers.Sum(o => o.Free.Sum(r => (long)r.Cards * (r.Until - r.From)));
        var demand = snapshot.Units.Sum(u => u.Options.Min(o => (long?)o.Cards * o.Slots) ?? 0);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  demand {demand / (double)supply:F2} of supply; {packages} packages: {Share(SettlementClass.Uniform):P0} uniform, "
            + $"{Share(SettlementClass.Supplement):P0} supplement, {Share(SettlementClass.PaidAsBid):P0} as bid; "
            + $"{result.Losers.Count(l => l.Class == LossClass.Paradox)} of {result.Losers.Count} losers paradox; "
            + $"{result.Components.Count} components, the largest {result.Components.MaxBy(c => c.Units)!.Lane}"));
        Explain(market, snapshot, result);
        return last;

        double Share(SettlementClass of) => result.Awards.Count(a => a.Class == of) / (double)packages;
    }

    /// <summary>Times the answers that are given on demand, over some hundreds of each.</summary>
    private static void Explain(GeneratedMarket market, AuctionSnapshot snapshot, AuctionResult result)
    {
        var (told, made) = Timed(() => new Explanations(snapshot, result));
        var lost = result.Losers.Select(l => snapshot.Units[l.Unit].Id).ToHashSet(StringComparer.Ordinal);
        var bids = market.Bids.Where(b => lost.Contains(b.Id)).Take(300).ToList();
        var (_, losses) = Timed(() => bids.Count(b => told.Loss(b).Excluded.Count > 0));
        var (_, unsold) = Timed(() => Enumerable.Range(0, Math.Min(300, snapshot.Offers.Count)).Count(o => told.Unsold(o).FreeSlots > 0));
        var (_, receipts) = Timed(() => result.Awards.Count(a => told.Receipt(a).Saving.Nanos > 0));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  explanations: ready in {made:F2}; {losses * 1_000 / bids.Count:F2} ms a losing bid, {unsold * 1_000 / 300:F2} ms an offer, "
            + $"{receipts:F2} for all {result.Awards.Count} receipts"));
    }

    private static double Ratio(Int128 part, Int128 whole) => whole == 0 ? 1 : (double)part / (double)whole;

    private static (T Result, double Seconds) Timed<T>(Func<T> work)
    {
        var watch = Stopwatch.StartNew();
        var result = work();
        return (result, watch.Elapsed.TotalSeconds);
    }
}
