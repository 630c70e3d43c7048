using FsCheck;
using FsCheck.Fluent;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace.Billing;

/// <summary>However the same usage is told, the same documents come out.</summary>
public sealed class SameFactsTests
{
    [Theory, EveryEngine]
    public async Task Documents_OfTheSameFactsToldDifferently_AreTheSame(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var told = 0;

        await Task.Run(() => Prop.ForAll(Arb.From(UsageStory.Any, UsageStory.Shorter), story =>
        {
            if (story.Facts.Count > 0) told++;
            Tell(books, story).GetAwaiter().GetResult();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(engine == Engine.Sqlite ? 30 : 15).WithStartSize(6).WithEndSize(14)));

        Assert.True(told > 10, $"only {told} stories had usage");
    }

    private static async Task Tell(Books books, UsageStory story)
    {
        // Time begins anew for each story; its accounts have no period that another story's runs could close.
        books.Clock.Now = Books.At("2026-01-01");
        var plain = await Open(books, story);
        var wild = await Open(books, story);
        for (var run = 0; run < UsageStory.Cutoffs.Count; run++)
        {
            books.Clock.Now = UsageStory.Cutoffs[run] + Duration.FromDays(10);
            foreach (var step in story.Plainly(run)) await Play(books, plain, step, again: null);
            var random = new Random(story.Seed ^ run);
            var sent = new List<UsageEvent>();
            foreach (var step in story.Wildly(run)) sent.AddRange(await Play(books, wild, step, again: random.Next(3) == 0 ? sent : null));
            await Bill(books, UsageStory.Cutoffs[run], plain, wild);

            Assert.Equal(await Told(books, plain), await Told(books, wild));
            await MeetsTheFacts(books, story, plain, run);
        }
    }

    private static async Task<Agreement> Open(Books books, UsageStory story)
    {
        var buyer = await books.Buyer(story.Zone);
        return await books.Lease(
            buyer, new UnitPrice(story.PriceNanos, Currency.Cny).Amount, UsageStory.Cards.ToString(), from: "2026-01-01",
            until: "2026-12-01");
    }

    private static async Task<IEnumerable<UsageEvent>> Play(Books books, Agreement lease, UsageStory.Step step, List<UsageEvent>? again)
    {
        if (step.Events.Count == 0) return [];
        UsageEvent[] events =
        [
            .. step.Events.Select(f =>
                books.Usage(lease, "2026-01-01", "2026-01-02") with { FromAt = f.From, UntilAt = f.Until, Cards = f.Cards }),
        ];
        await books.Record(lease, events);
        if (again is { Count: > 0 })
        {
            var outcomes = await books.Do(session => UsageLog.Record(session, lease.ProviderId, again));
            Assert.All(outcomes, o => Assert.Equal(UsageStatus.Duplicate, o.Status));
        }

        if (step.Rate) await books.Rate(lease);
        return events;
    }

    private static async Task Bill(Books books, Instant cutoff, params Agreement[] leases)
    {
        var run = await books.Do(session => BillingRun.Start(session, cutoff, books.Operator));
        foreach (var lease in leases) await books.Do(session => InvoiceBook.Bill(session, run, lease.BuyerId));
    }

    /// <summary>Everything that the buyer sees, and the sum of the charges of each period, without the names that we made.</summary>
    private static async Task<string> Told(Books books, Agreement lease)
    {
        var invoices = (await books.Invoices(lease.BuyerId)).OrderBy(i => i.PeriodFrom).Select(i =>
            $"{i.PeriodFrom}..{i.PeriodUntil} net {i.Net} tax {i.Tax} gross {i.Gross}: "
            + string.Join("; ", i.Lines!.Select(l => $"{l.Position} {l.PeriodFrom}..{l.PeriodUntil} {l.Quantity} {l.Charged} {l.Amount}")));
        var charges = (await books.Charges(lease)).GroupBy(c => c.Period.From).OrderBy(g => g.Key)
            .Select(g => $"{g.Key} {g.Sum(c => c.Quantity.Micros)} {g.Sum(c => c.Amount.Nanos)}");
        return string.Join("\n", invoices.Concat(charges));
    }

    /// <summary>The lines of each closed period add up to what the facts cost, rounded once.</summary>
    private static async Task MeetsTheFacts(Books books, UsageStory story, Agreement lease, int run)
    {
        var lines = (await books.Invoices(lease.BuyerId)).SelectMany(i => i.Lines!).ToLookup(l => l.PeriodFrom);
        var charges = (await books.Charges(lease)).ToLookup(c => c.Period.From);
        var zone = DateTimeZoneProviders.Tzdb[story.Zone];
        foreach (var period in BillingPeriod.Ended(Books.At("2026-01-01"), UsageStory.Cutoffs[run], zone))
        {
            var (before, after) = (story.NanosUntil(period.From, run), story.NanosUntil(period.Until, run));
            Assert.Equal(after - before, charges[period.From].Sum(c => c.Amount.Nanos));
            Assert.Equal(after - before, lines[period.From].Sum(l => l.Charged.Nanos));
            Assert.Equal(Cents(after) - Cents(before), lines[period.From].Sum(l => l.Amount.Minor));
        }

        static decimal Cents(decimal nanos) => Math.Round(nanos / 10_000_000m, MidpointRounding.AwayFromZero);
    }
}
