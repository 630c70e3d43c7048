using Marketplace.Pricing;
using NodaTime;

namespace Marketplace.Billing;

/// <summary>
/// The whole pipeline at work: usage, rating, billing runs, posting, on every transport and engine, in peace and under fire.
/// </summary>
public sealed class PipelineTests
{
    [Theory, EveryPipeline]
    public async Task Pipeline_FourMonthsOfUsage_EndsReconciled(Transport transport, Engine engine)
    {
        await using var books = await Books.Open(engine);
        await using var host = await PipelineHost.Start(books.Database, transport);

        await Play(books);

        await EndsReconciled(books);
    }

    [Theory, EveryPipeline]
    public async Task Pipeline_ConsumersThrowAtRandomPoints_EndsAsAnUndisturbedRun(Transport transport, Engine engine)
    {
        var undisturbed = await Undisturbed(engine);
        await using var books = await Books.Open(engine);
        await using var other = books.AnotherHost();
        var (random, thrown, prefix) = (new Random(20260101), 0, PipelineHost.NewPrefix());
        await using var one = await PipelineHost.Start(books.Database, transport, Around, prefix);
        await using var two = await PipelineHost.Start(other, transport, Around, prefix);

        await Play(books);

        await EndsReconciled(books);
        Assert.Equal(undisturbed, await Totals(books));
        Assert.True(thrown > 10, $"only {thrown} failures");

        async Task Around(object message, Func<Task> consume)
        {
            var dice = Dice();
            if (dice == 0) Throw("before the transaction");
            await consume();
            if (dice == 1) Throw("after the commit");
        }

        int Dice()
        {
            lock (random) return random.Next(5);
        }

        void Throw(string when)
        {
            Interlocked.Increment(ref thrown);
            throw new InvalidDataException($"a failure {when}, as the test wishes");
        }
    }

    [Theory]
    [InlineData(Transport.Mediator)]
    [InlineData(Transport.RabbitMq)]
    public async Task Pipeline_ConnectionsAreCutInTheMiddleOfTransactions_EndsAsAnUndisturbedRun(Transport transport)
    {
        var undisturbed = await Undisturbed(Engine.PostgreSql);
        await using var books = await Books.Open(Engine.PostgreSql);
        await using var victim = new Database(books.ConnectionString + ";Application Name=pipeline", books.Clock);
        await using var host = await PipelineHost.Start(victim, transport);
        using var peace = new CancellationTokenSource();
        var cuts = 0L;
        var war = Task.Run(async () =>
        {
            // The books' own connections do the test's work; only the pipeline's, which are in a transaction just now, are cut.
            while (!peace.IsCancellationRequested)
            {
                cuts += await books.Look(session => session.Scalar<long>(
                    """
                    SELECT COUNT(*) FROM (
                      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                      WHERE datname = current_database() AND application_name = 'pipeline'
                        AND state IN ('active', 'idle in transaction')
                      ORDER BY random() LIMIT 1) x
                    """));
                await Task.Delay(cuts < 20 ? 20 : 1_000); // a barrage first, then enough quiet to get on with the work
            }
        });

        await Play(books);
        await peace.CancelAsync();
        await war;

        await EndsReconciled(books);
        Assert.Equal(undisturbed, await Totals(books));
        Assert.True(cuts > 0, "no connection was cut");
    }

    private static async Task<IReadOnlyList<string>> Undisturbed(Engine engine)
    {
        await using var books = await Books.Open(engine);
        await using var host = await PipelineHost.Start(books.Database, Transport.Mediator);
        await Play(books);
        await EndsReconciled(books);
        return await Totals(books);
    }

    /// <summary>
    /// Three buyers with two leases each meter every few days over four months; each month is billed, and some usage comes late.
    /// </summary>
    private static async Task Play(Books books)
    {
        var leases = new List<Agreement>();
        foreach (var zone in new[] { "Asia/Shanghai", "America/New_York", "UTC" })
        {
            var buyer = await books.Buyer(zone);
            leases.Add(await books.Lease(buyer, price: "1.234567891", cards: "8"));
            leases.Add(await books.Lease(buyer, price: "0.000333", cards: "0.5"));
        }

        for (var month = 1; month <= 4; month++)
        {
            foreach (var lease in leases)
            {
                var start = Instant.FromUtc(2026, month, 3, 0, 0);
                for (var i = 0; i < 5; i++)
                {
                    var from = start + Duration.FromDays(6 * i);
                    var late = start - Duration.FromDays(20) + Duration.FromHours(i);
                    await Record(lease, from, from + Duration.FromHours(100), lease.Cards);
                    if (month > 1 && i == 4) await Record(lease, late, late + Duration.FromMinutes(61), new CardCount(1));
                }
            }

            books.Clock.Now = Instant.FromUtc(2026, month + 1, 5, 0, 0);
            await books.Do(session => BillingRun.Start(session, Instant.FromUtc(2026, month + 1, 2, 0, 0), books.Operator));
            await Eventually.True(() => IsDone(books), $"month {month} is billed and posted");
        }

        // Some of it overlaps and is kept aside: that is part of the play.
        Task Record(Agreement lease, Instant from, Instant until, CardCount cards)
        {
            books.Clock.MoveTo(until);
            var usage = books.Usage(lease, "2026-01-01", "2026-01-01T01:00") with { FromAt = from, UntilAt = until, Cards = cards };
            return books.Do(session => UsageLog.Record(session, lease.ProviderId, [usage]));
        }
    }

    /// <summary>Looks at the backlog as an operator does: what was parked under fire is tried again.</summary>
    private static async Task<bool> IsDone(Books books)
    {
        foreach (var parked in await books.Look(Outbox.Parked)) await books.Do(session => Outbox.Retry(session, parked.Id));
        return (await books.Look(Backlog.Of)) is { IsEmpty: true, Parked: 0 };
    }

    private static async Task EndsReconciled(Books books)
    {
        Assert.Equal(new Backlog(0, 0, 0, 0, 0), await books.Look(Backlog.Of));
        var months = await books.Look(Reconciliation.Months);
        Assert.Equal([new(2026, 1), new(2026, 2), new(2026, 3), new(2026, 4), new YearMonth(2026, 5)], months);
        foreach (var month in months.SkipLast(1))
        {
            var rows = await books.Look(session => Reconciliation.Of(session, month));
            Assert.Equal(6, rows.Count);
            Assert.All(rows, row => Assert.True(row.Cause is DifferenceCause.None or DifferenceCause.Rounding, $"{month}: {row}"));
        }

        var invoices = await books.Invoices();
        Assert.Equal(Enumerable.Range(1, invoices.Count).Select(n => $"INV-{n:000000}"), invoices.Select(i => i.Number));
        var balances = await books.Look(Ledger.Balances);
        Assert.Equal(0, balances.Sum(b => b.Balance.Minor));
        Assert.Equal(
            invoices.Sum(i => i.Gross.Minor),
            balances.Where(b => b.Account.StartsWith("receivable:", StringComparison.Ordinal)).Sum(b => b.Balance.Minor));
    }

    /// <summary>
    /// Every line, every document's totals and every kind of balance, without numbers and names: those depend on who came first.
    /// </summary>
    private static async Task<IReadOnlyList<string>> Totals(Books books)
    {
        var documents = (await books.Invoices()).Select(i =>
            $"{i.Zone} {i.PeriodFrom} {i.Net} {i.Tax} {i.Gross} "
            + string.Join("; ", i.Lines!.Select(l => $"{l.PeriodFrom} {l.Price} {l.Quantity} {l.Charged} {l.Amount}")));
        var balances = (await books.Look(Ledger.Balances)).GroupBy(b => b.Account.Split(':')[0])
            .Select(g => $"{g.Key} {g.Sum(b => b.Balance.Minor)}");
        return [.. documents.Concat(balances).Order(StringComparer.Ordinal)];
    }
}
