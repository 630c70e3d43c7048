using NodaTime;

namespace Marketplace.Billing;

public sealed class BillingRunTests
{
    [Theory, EveryEngine]
    public async Task Start_ACutoffInTheFuture_IsRefused(Engine engine)
    {
        await using var books = await Books.Open(engine, "2026-02-01");
        var future = books.Clock.Now + Duration.FromMilliseconds(1);

        var refusal = await Assert.ThrowsAsync<Refusal>(() => books.Do(session => BillingRun.Start(session, future, books.Operator)));

        Assert.Equal((RefusalCode.Invalid, "cutoff"), (refusal.Code, refusal.Field));
        Assert.Equal(0, await books.Look(session => session.Scalar<long>("SELECT COUNT(*) FROM billing_run")));
    }

    [Theory, EveryEngine]
    public async Task Find_BeforeAndAfterTheAccountsWereBilled_TellsHowFarItIs(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var lease = await books.Lease(await books.Buyer());
        await books.Buyer();
        await books.Record(lease, books.Usage(lease, "2026-01-10", "2026-01-11"));
        books.Clock.Now = Books.At("2026-02-01");
        var runId = await books.Do(session => BillingRun.Start(session, Books.At("2026-02-01"), books.Operator));

        var before = await books.Look(session => BillingRun.Find(session, runId));
        await books.Do(session => InvoiceBook.Bill(session, runId, lease.BuyerId));
        var after = await books.Look(session => BillingRun.Find(session, runId));

        Assert.Equal((2L, 0L, 0L), (before!.Accounts, before.Done, before.Invoices));
        Assert.Equal((2L, 1L, 1L), (after!.Accounts, after.Done, after.Invoices));
        Assert.Equal((books.Operator, Books.At("2026-02-01")), (after.RequestedBy, after.Cutoff));
        Assert.Equal(1, (await books.Look(Backlog.Of)).Unbilled);
    }

    [Theory, EveryEngine]
    public async Task Bill_TheSameCutoffTwice_BillsEachPeriodOnce(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var lease = await books.Lease(await books.Buyer());
        await books.Record(lease, books.Usage(lease, "2026-01-10", "2026-02-11"));

        var run = await books.Bill("2026-03-01");
        var first = await books.Documents();
        await books.Do(session => InvoiceBook.Bill(session, run, lease.BuyerId));
        await books.Bill("2026-03-01");
        await books.Bill("2026-02-01");

        Assert.Equal(2, first.Count);
        Assert.Equal(first, await books.Documents());
    }

    [Theory, EveryEngine]
    public async Task Bill_TwoRunsAtOnceOnTwoHosts_BillEachPeriodOnce(Engine engine)
    {
        await using var books = await Books.Open(engine);
        await using var other = books.AnotherHost();
        var leases = new List<Agreement>();
        for (var i = 0; i < 6; i++)
        {
            var lease = await books.Lease(await books.Buyer("UTC", taxRate: 0), price: "1.00");
            await books.Record(lease, books.Usage(lease, "2026-01-01", "2026-04-01"));
            leases.Add(lease);
        }

        books.Clock.Now = Books.At("2026-04-01");
        var runs = new[]
        {
            await books.Do(session => BillingRun.Start(session, books.Clock.Now, books.Operator)),
            await books.Do(session => BillingRun.Start(session, books.Clock.Now, books.Operator)),
        };
        await Task.WhenAll(runs.SelectMany((run, i) => leases.Select(lease => Task.Run(async () =>
        {
            await using var session = await (i == 0 ? books.Database : other).Write();
            await InvoiceBook.Bill(session, run, lease.BuyerId);
            await session.Commit();
        }))));

        var invoices = await books.Invoices();
        Assert.Equal(Enumerable.Range(1, 18).Select(n => $"INV-{n:000000}"), invoices.Select(i => i.Number));
        Assert.All(leases, lease => Assert.Equal(
            ["744.00", "672.00", "744.00"],
            invoices.Where(i => i.BuyerId == lease.BuyerId).OrderBy(i => i.PeriodFrom).Select(i => i.Net.Amount)));
    }

    [Theory, EveryEngine]
    public async Task Bill_SixteenAtOnceAndSomeRolledBack_NumbersWithoutGap(Engine engine)
    {
        await using var books = await Books.Open(engine);
        await using var other = books.AnotherHost();
        var leases = new List<Agreement>();
        for (var i = 0; i < 16; i++)
        {
            var lease = await books.Lease(await books.Buyer("UTC"));
            await books.Record(lease, books.Usage(lease, "2026-01-10", "2026-02-11"));
            leases.Add(lease);
        }

        books.Clock.Now = Books.At("2026-03-01");
        var run = await books.Do(session => BillingRun.Start(session, books.Clock.Now, books.Operator));
        await Task.WhenAll(leases.Select((lease, i) => Task.Run(async () =>
        {
            // Every third fails once after it took its numbers.
            for (var failures = i % 3 == 0 ? 1 : 0; failures >= 0; failures--)
            {
                await using var session = await (i % 2 == 0 ? books.Database : other).Write();
                await InvoiceBook.Bill(session, run, lease.BuyerId);
                if (failures == 0) await session.Commit();
            }
        })));

        Assert.Equal(Enumerable.Range(1, 32).Select(n => $"INV-{n:000000}"), (await books.Invoices()).Select(i => i.Number));
        Assert.Equal(32, await books.Look(session => session.Scalar<long>("SELECT last_number FROM invoice_series")));
        Assert.Equal(32, await books.Look(session => session.Scalar<long>("SELECT COUNT(*) FROM outbox WHERE type = 'InvoiceIssued'")));
    }

    [Theory, EveryEngine]
    public async Task Bill_WhileUsageKeepsComing_BillsEverythingOnceInTheEnd(Engine engine)
    {
        await using var books = await Books.Open(engine);
        await using var other = books.AnotherHost();
        var lease = await books.Lease(await books.Buyer("UTC", taxRate: 0), price: "0.333");
        books.Clock.Now = Books.At("2026-03-01");

        await Task.WhenAll(
            Task.Run(async () =>
            {
                for (var day = 1; day <= 28; day++)
                {
                    await books.Record(
                        lease, books.Usage(lease, $"2026-01-{day:00}T00:00", $"2026-01-{day:00}T01:00"),
                        books.Usage(lease, $"2026-02-{day:00}T00:00", $"2026-02-{day:00}T01:00"));
                }
            }),
            Task.Run(async () =>
            {
                foreach (var cutoff in new[] { "2026-02-01", "2026-03-01" })
                {
                    await using var session = await other.Write();
                    var run = await BillingRun.Start(session, Books.At(cutoff), books.Operator);
                    await InvoiceBook.Bill(session, run, lease.BuyerId);
                    await session.Commit();
                }
            }));
        await books.Bill("2026-04-01");

        var lines = (await books.Invoices()).SelectMany(i => i.Lines!).ToList();
        // 56 x 0.333 = 18.648
        Assert.Equal((1_865L, 18_648_000_000), (lines.Sum(l => l.Amount.Minor), lines.Sum(l => l.Charged.Nanos)));
    }
}
