using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace.Benchmarks;

/// <summary>
/// Ranking offers for a workload, beside sorting as many precomputed numbers: what the comparison costs over the bare order.
/// </summary>
[Config(typeof(InProcess))]
[MemoryDiagnoser]
public class Ranking
{
    private static readonly Instant Now = Instant.FromUtc(2026, 1, 1, 0, 0);

    private readonly OfferFilter _filter = new() { Workload = "llm-decode-interactive", From = Now, Until = Now + Duration.FromHours(1) };
    private readonly Derates _derates = Derates.Unmeasured(Now);
    private Offer[] _offers = [];
    private double[] _numbers = [];

    [Params(1_000, 10_000, 100_000)]
    public int Offers { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(2026);
        var cards = CardRegistry.Default.Cards.Where(c => c.Scu is not null).ToArray();
        _offers = [.. Enumerable.Range(0, Offers).Select(i =>
        {
            var card = cards[random.Next(cards.Length)];
            return new Offer
            {
                OfferId = IdSequence.Next<OfferId>(Now), Name = $"rack-{i}", Card = card.Id, CardName = card.Model, Cards = CardCount.Of(8),
                Region = "cn-north-1", Ask = new UnitPrice(random.NextInt64(1_000_000_000, 60_000_000_000), Currency.Cny), Units = card.Scu,
                AvailableFrom = Now, AvailableUntil = Now + Duration.FromDays(30), FreeMillis = 8_000,
            };
        })];
        _numbers = [.. _offers.Select(_ => random.NextDouble())];
    }

    [Benchmark(Baseline = true)]
    public double[] SortNumbers()
    {
        var copy = (double[])_numbers.Clone();
        Array.Sort(copy);
        return copy;
    }

    [Benchmark]
    public OfferRanking RankForWorkload() =>
        OfferRanking.Of(_offers, _filter, _derates, CardRegistry.Default, Workload.Find(_filter.Workload!));

    private sealed class InProcess : ManualConfig
    {
        public InProcess() => AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
    }
}
