using System.Numerics;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// What a market of jobs must come to, worked out as simply as can be and apart from the product: jobs in the order of the file take the
/// offer with the lowest ask (of equal ones the first in the file) that has so many cards free from the job's start to its end.
/// </summary>
internal sealed class PlayedMarket
{
    private static readonly DateTimeZone Zone = DateTimeZoneProviders.Tzdb["Asia/Shanghai"];

    private readonly MarketFiles _files;
    private readonly Instant? _stop;

    private PlayedMarket(MarketFiles files, Instant? stop) => (_files, _stop) = (files, stop);

    /// <summary>Each served job with the ask that it pays per card-hour, in nanos.</summary>
    public List<(FileJob Job, long Ask)> Served { get; } = [];

    public long CardSecondsMicros { get; private set; }

    public BigInteger ChargesNanos { get; private set; }

    public BigInteger NetFen { get; private set; }

    public BigInteger TaxFen { get; private set; }

    public int Invoices { get; private set; }

    /// <param name="stop">Where the play stops; null: when every job is over.</param>
    public static PlayedMarket Of(MarketFiles files, Instant? stop = null)
    {
        var market = new PlayedMarket(files, stop);
        market.Serve();
        market.Bill();
        return market;
    }

    private void Serve()
    {
        var offers = _files.Offers.Select((o, order) => (o.Draft, Card: CardOf(o.Draft.Card), order))
            .OrderBy(o => o.Draft.Ask.Nanos).ThenBy(o => o.order).ToList();
        var held = offers.ToDictionary(o => o.order, _ => new List<(Instant Until, int Millis)>());
        foreach (var (job, _) in _files.Jobs.Select((job, order) => (job, order)).OrderBy(j => j.job.From).ThenBy(j => j.order))
        {
            foreach (var (draft, card, order) in offers)
            {
                if (job.Card is not null && CardOf(job.Card) != card) continue;
                if (draft.AvailableFrom > job.From || draft.AvailableUntil < job.Until) continue;

                // All leases begin when they are made, so what is free now stays free until the end.
                held[order].RemoveAll(h => h.Until <= job.From);
                if (draft.Cards.Millis - held[order].Sum(h => h.Millis) < job.Cards.Millis) continue;
                held[order].Add((job.Until, job.Cards.Millis));
                Served.Add((job, draft.Ask.Nanos));
                break;
            }
        }
    }

    private void Bill()
    {
        var documents = new Dictionary<(string Buyer, YearMonth Month), BigInteger>();
        foreach (var (job, ask) in Served)
        {
            var end = _stop is { } stop ? Instant.Min(stop, job.Until) : job.Until;
            var (nanos, fen, from) = (BigInteger.Zero, BigInteger.Zero, job.From);
            var micros = BigInteger.Zero;
            while (from < end)
            {
                var month = from.InZone(Zone).Date.ToYearMonth();
                var until = Instant.Min(end, month.PlusMonths(1).OnDayOfMonth(1).AtStartOfDayInZone(Zone).ToInstant());
                micros += new BigInteger((until - from).TotalMilliseconds) * job.Cards.Millis;
                nanos = HalfUp(ask * micros, 3_600_000_000);
                var billed = HalfUp(nanos, 10_000_000);
                documents[(job.Buyer, month)] = documents.GetValueOrDefault((job.Buyer, month)) + billed - fen;
                (fen, from) = (billed, until);
            }

            CardSecondsMicros += (long)micros;
            ChargesNanos += nanos;
        }

        Invoices = documents.Count;
        foreach (var net in documents.Values)
        {
            NetFen += net;
            TaxFen += HalfUp(net * 6, 100);
        }
    }

    private static BigInteger HalfUp(BigInteger dividend, BigInteger divisor) => ((2 * dividend) + divisor) / (2 * divisor);

    private static string CardOf(string name) => CardRegistry.Default.Resolve(name).Card?.Id ?? name.ToLowerInvariant();
}
