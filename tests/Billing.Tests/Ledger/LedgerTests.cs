using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace.Billing;

public sealed class LedgerTests
{
    [Theory, EveryEngine]
    public async Task Post_Balanced_IsKeptAsItWasWritten(Engine engine)
    {
        await using var books = await Books.Open(engine);
        Posting[] postings =
        [
            new() { Account = "receivable:org_1", Amount = Cny("12.50"), LeaseId = new("lease_1"), InvoiceLine = 1 },
            new() { Account = "payable:org_2", Amount = Cny("-12.50"), LeaseId = new("lease_1"), InvoiceLine = 1 },
        ];

        var isNew = await books.Do(session => Ledger.Post(session, "test:1", "A test", postings));

        Assert.True(isNew);
        var transaction = Assert.Single(await books.Look(session => Ledger.Transactions(session, account: null, after: "", limit: 10)));
        Assert.Equal(("test:1", "A test", books.Clock.Now), (transaction.Source, transaction.Memo, transaction.At));
        Assert.Equal(
            postings.Select(p => (p.Account, p.Amount, p.LeaseId, p.InvoiceLine)),
            transaction.Postings.Select(p => (p.Account, p.Amount, p.LeaseId, p.InvoiceLine)));
    }

    [Theory]
    [InlineData("12.50", "CNY", "-12.49", "CNY")]
    [InlineData("12.50", "CNY", "-12.50", "USD")]
    [InlineData("0.01", "CNY", "0.00", "CNY")]
    public async Task Post_Unbalanced_IsRefusedAndNothingIsKept(string debit, string debitCurrency, string credit, string creditCurrency)
    {
        await using var books = await Books.Open(Engine.Sqlite);
        Posting[] postings =
        [
            new() { Account = "a", Amount = Money.Parse(debit, Currency.Of(debitCurrency)) },
            new() { Account = "b", Amount = Money.Parse(credit, Currency.Of(creditCurrency)) },
        ];

        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => books.Do(session => Ledger.Post(session, "test:1", "A test", postings)));

        Assert.Contains("test:1 is out of balance", error.Message, StringComparison.Ordinal);
        Assert.Empty(await books.Look(session => Ledger.Transactions(session, account: null, after: "", limit: 10)));
    }

    [Theory, EveryEngine]
    public async Task Post_TheSameFactFromEightTasks_IsPostedOnce(Engine engine)
    {
        await using var books = await Books.Open(engine);
        await using var other = books.AnotherHost();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            await using var session = await (i % 2 == 0 ? books.Database : other).Write();
            var isNew = await Ledger.Post(
                session, "test:1", "A test",
                [new() { Account = "a", Amount = Cny("1.00") }, new() { Account = "b", Amount = Cny("-1.00") }]);
            await session.Commit();
            return isNew;
        })));

        Assert.Single(answers, isNew => isNew);
        Assert.Equal([("a", "1.00", 1L), ("b", "-1.00", 1L)], await Balances(books));
    }

    [Theory, EveryEngine]
    public async Task Post_AnInvoice_SplitsItIntoPayableCommissionAndTax(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var buyer = await books.Buyer("UTC", taxRate: 600);
        var first = await books.Lease(buyer, price: "10.00", commission: 1_000);
        var second = await books.Lease(buyer, price: "0.05", commission: 1_000);
        var free = await books.Lease(buyer, price: "1.00", commission: 0);
        foreach (var lease in new[] { first, second, free })
            await books.Record(lease, books.Usage(lease, "2026-01-10T00:00", "2026-01-10T01:00"));
        await books.Bill("2026-02-01");
        var invoice = Assert.Single(await books.Invoices());

        var isNew = await books.Do(session => Ledger.Post(session, invoice));
        var again = await books.Do(session => Ledger.Post(session, invoice));

        Assert.Equal((true, false), (isNew, again));
        // 0.05 is split 9:1 into 4.5 and 0.5 cents: equal remainders, and the earlier part, the provider's, gets the cent.
        Assert.Equal(
            new[]
            {
                ($"payable:{first.ProviderId}", "-9.00", 1L), ($"payable:{second.ProviderId}", "-0.05", 1L),
                ($"payable:{free.ProviderId}", "-1.00", 1L),
                ($"receivable:{buyer.AccountId}", "11.71", 4L), ("revenue:commission", "-1.00", 1L), ("tax:CN", "-0.66", 1L),
            }.OrderBy(b => b.Item1, StringComparer.Ordinal),
            await Balances(books));
        Assert.Equal("11.71", invoice.Gross.Amount);
    }

    [Theory, EveryEngine]
    public async Task Post_AnInvoiceOfZero_IsATransactionWithoutPostings(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var lease = await books.Lease(await books.Buyer("UTC"), price: "0.001");
        await books.Record(lease, books.Usage(lease, "2026-01-10T00:00", "2026-01-10T01:00"));
        await books.Bill("2026-02-01");

        await books.Do(async session => await Ledger.Post(session, Assert.Single(await books.Invoices())));

        Assert.Empty(
            Assert.Single(await books.Look(session => Ledger.Transactions(session, account: null, after: "", limit: 10))).Postings);
        Assert.Equal(0, (await books.Look(Backlog.Of)).Unposted);
    }

    [Theory, EveryEngine]
    public async Task Transactions_OfOneAccount_PagesOldestFirstWithAllTheirPostings(Engine engine)
    {
        await using var books = await Books.Open(engine);
        for (var i = 1; i <= 5; i++)
        {
            var counter = i % 2 == 0 ? "even" : "odd";
            await books.Do(session => Ledger.Post(
                session, $"test:{i}", "A test",
                [new() { Account = "cash", Amount = Cny("1.00") }, new() { Account = counter, Amount = Cny("-1.00") }]));
        }

        var first = await books.Look(session => Ledger.Transactions(session, "odd", after: "", limit: 2));
        var rest = await books.Look(session => Ledger.Transactions(session, "odd", first[^1].TransactionId.Value, limit: 2));

        Assert.Equal(["test:1", "test:3", "test:5"], first.Concat(rest).Select(t => t.Source));
        Assert.All(first.Concat(rest), t => Assert.Equal(["cash", "odd"], t.Postings.Select(p => p.Account)));
    }

    [Fact]
    public async Task PostInvoice_AnInvoiceThatIsNotThere_Fails()
    {
        await using var books = await Books.Open(Engine.Sqlite);
        await books.Do(session =>
        {
            session.Stage(new InvoiceIssued(new("invoice_none"), "INV-000001"));
            return Task.CompletedTask;
        });
        var (publisher, scope) = PipelineHost.Mediator(books.Database);
        await using var _ = scope;

        var done = await Outbox.Relay(books.Database, publisher, books.Clock, "host", default);

        Assert.Equal(0, done);
        var error = await books.Look(session => session.Scalar<string>("SELECT error FROM outbox"));
        Assert.Contains("invoice_none was issued but is not there", error, StringComparison.Ordinal);
    }

    private static Money Cny(string amount) => Money.Parse(amount, Currency.Cny);

    private static async Task<IEnumerable<(string Account, string Balance, long Postings)>> Balances(Books books) =>
        (await books.Look(Ledger.Balances)).Select(b => (b.Account, b.Balance.Amount, b.Postings))
            .OrderBy(b => b.Account, StringComparer.Ordinal);
}
