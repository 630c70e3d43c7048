using FsCheck;
using FsCheck.Fluent;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace.Billing;

/// <summary>
/// What happened on one lease from January to April, as facts; and one way of telling it: cut into events, in some order, some of them
/// twice, in batches, with rating in between. Which facts are known at each billing run belongs to what happened, not to the telling.
/// </summary>
public sealed record UsageStory(string Zone, long PriceNanos, IReadOnlyList<UsageStory.Fact> Facts, int Seed)
{
    /// <summary>The billing runs: each closes what ended by its cutoff and is held ten days later.</summary>
    public static readonly IReadOnlyList<Instant> Cutoffs =
        [Books.At("2026-02-02"), Books.At("2026-03-02"), Books.At("2026-04-02"), Books.At("2026-05-02")];

    /// <summary>The most cards that a fact uses at once.</summary>
    public static readonly CardCount Cards = new(3_000);

    private static readonly string[] Zones = ["Asia/Shanghai", "America/New_York", "UTC", "Australia/Lord_Howe"];
    private static readonly Instant Start = Books.At("2026-01-03");

    private static readonly Gen<(long Gap, long Length, int Cards, int Late)> Stretch =
        from gap in Gen.Choose(0, 3)
        from length in Gen.OneOf(Gen.Choose(1, 5_000), Gen.Choose(1, 1_500_000_000))
        from cards in Gen.Choose(1, Cards.Millis)
        from late in Gen.Choose(0, 3)
        select (gap * 100_000_000L, (long)length, cards, late);

    public static Gen<UsageStory> Any { get; } =
        from zone in Gen.Elements(Zones)
        from price in Gen.OneOf(Gen.Choose(0, 9), Gen.Choose(0, int.MaxValue))
        from stretches in Gen.ListOf(Stretch)
        from seed in Gen.Choose(0, int.MaxValue)
        select new UsageStory(zone, price, [.. Lay(stretches)], seed);

    /// <summary>The same facts, fewer of them: what a failure is shrunk to.</summary>
    public static IEnumerable<UsageStory> Shorter(UsageStory story) =>
        story.Facts.Select((_, i) => story with { Facts = [.. story.Facts.Where((_, j) => j != i)] });

    /// <summary>A fact that is known from the billing run <paramref name="Run"/> on.</summary>
    public sealed record Fact(Instant From, Instant Until, CardCount Cards, int Run);

    /// <summary>What happens before a billing run: batches of events to be sent, and whether rating follows each.</summary>
    public sealed record Step(IReadOnlyList<Fact> Events, bool Rate);

    /// <summary>The plain telling: each fact is one event, all of them in one batch.</summary>
    public IEnumerable<Step> Plainly(int run) => [new([.. Facts.Where(f => f.Run == run)], Rate: true)];

    /// <summary>Another telling of the same facts; the seed makes it what it is.</summary>
    public IEnumerable<Step> Wildly(int run)
    {
        var random = new Random(Seed + run);
        var pieces = Facts.Where(f => f.Run == run).SelectMany(f => Cut(f, random)).ToArray();
        random.Shuffle(pieces);
        for (var at = 0; at < pieces.Length;)
        {
            var size = random.Next(1, 5);
            yield return new(pieces[at..Math.Min(at + size, pieces.Length)], random.Next(3) == 0);
            at += size;
        }
    }

    /// <summary>
    /// What the lease must have cost from its start until then, from the facts alone and in a wider type than the product's.
    /// </summary>
    public decimal NanosUntil(Instant until, int run) => Math.Round(
        Facts.Where(f => f.Run <= run && f.From < until)
            .Sum(f => (decimal)(Instant.Min(f.Until, until) - f.From).TotalMilliseconds * f.Cards.Millis)
            * PriceNanos / 3_600_000_000m,
        MidpointRounding.AwayFromZero);

    // One after the other, with gaps; a fact is known at the first run after its end, or up to three runs later.
    private static IEnumerable<Fact> Lay(IEnumerable<(long Gap, long Length, int Cards, int Late)> lengths)
    {
        var from = Start;
        foreach (var (gap, length, cards, late) in lengths)
        {
            from += Duration.FromMilliseconds(gap);
            var until = from + Duration.FromMilliseconds(length);
            var first = Cutoffs.Count(c => c + Duration.FromDays(10) < until);
            if (first == Cutoffs.Count) yield break;
            yield return new(from, until, new CardCount(cards), Math.Min(first + late, Cutoffs.Count - 1));
            from = until;
        }
    }

    // By time and by cards: three hours of two cards are also an hour of both and two hours of each.
    private static IEnumerable<Fact> Cut(Fact fact, Random random)
    {
        var length = (long)(fact.Until - fact.From).TotalMilliseconds;
        if (random.Next(5) < 2 && length > 1)
        {
            var middle = fact.From + Duration.FromMilliseconds(random.NextInt64(1, length));
            return Cut(fact with { Until = middle }, random).Concat(Cut(fact with { From = middle }, random));
        }

        if (random.Next(4) > 0 || fact.Cards.Millis == 1) return [fact];
        var part = new CardCount(random.Next(1, fact.Cards.Millis));
        return [fact with { Cards = part }, fact with { Cards = fact.Cards - part }];
    }
}
