using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace.Billing;

/// <summary>The migrated database of one test, its clock, and a few words to fill it with: buyers, leases, usage, billing runs.</summary>
public sealed class Books : IAsyncDisposable
{
    private readonly string? _file;
    private readonly Instant _start;
    private long _events;

    private Books(Engine engine, Instant now)
    {
        _start = now;
        _file = engine == Engine.Sqlite ? Path.Combine(Path.GetTempPath(), $"marketplace-{Guid.NewGuid():n}.db") : null;
        ConnectionString = _file is null ? TestServers.NewDatabase() : $"Data Source={_file}";
        Clock = new FakeClock(now);
        Database = new Database(ConnectionString, Clock);
    }

    public string ConnectionString { get; }

    public FakeClock Clock { get; }

    public Database Database { get; }

    public OrganisationId Operator { get; } = IdSequence.Next<OrganisationId>(NodaConstants.UnixEpoch);

    /// <summary>An empty database without tables.</summary>
    public static Books Bare(Engine engine) => new(engine, At("2026-01-01"));

    /// <summary>Tables without rows; the clock stands at <paramref name="now"/>.</summary>
    public static async Task<Books> Open(Engine engine, string now = "2026-01-01")
    {
        var books = new Books(engine, At(now));
        await Migrator.Run(books.Database, typeof(Database).Assembly);
        return books;
    }

    /// <summary>Reads <c>2026-01-31</c> and <c>2026-01-31T16:00</c> as UTC.</summary>
    public static Instant At(string text)
    {
        var full = text.Length == 10 ? text + "T00:00:00Z" : text.Length == 16 ? text + ":00Z" : text + "Z";
        return InstantText.TryParse(full, out var instant) ? instant : throw new FormatException(text);
    }

    /// <summary>Another host's handle on the same database.</summary>
    public Database AnotherHost() => new(ConnectionString, Clock);

    public async Task<T> Look<T>(Func<Session, Task<T>> look)
    {
        await using var session = await Database.Read();
        return await look(session);
    }

    public async Task<T> Do<T>(Func<Session, Task<T>> act)
    {
        await using var session = await Database.Write();
        var result = await act(session);
        await session.Commit();
        return result;
    }

    public Task Do(Func<Session, Task> act) => Do(async session =>
    {
        await act(session);
        return 0;
    });

    public async Task<BillingAccount> Buyer(string zone = "Asia/Shanghai", string currency = "CNY", int taxRate = 600)
    {
        var account = new BillingAccount
        {
            AccountId = IdSequence.Next<OrganisationId>(Clock.Now), Name = "Buyer", Zone = zone, Currency = Currency.Of(currency),
            Jurisdiction = "CN", TaxRate = taxRate,
        };

        // Accounts are as old as the test, however far the clock has gone for other usage.
        var now = Clock.Now;
        Clock.Now = _start;
        await Do(session => BillingAccount.Open(session, account));
        Clock.Now = now;
        return account;
    }

    /// <summary>A lease that its provider has started at its first instant.</summary>
    public async Task<Agreement> Lease(
        BillingAccount buyer, string price = "10.00", string cards = "1", string from = "2026-01-01", string until = "2027-01-01",
        int commission = 1000)
    {
        var agreement = new Agreement
        {
            LeaseId = IdSequence.Next<LeaseId>(Clock.Now), BuyerId = buyer.AccountId,
            ProviderId = IdSequence.Next<OrganisationId>(Clock.Now),
            Card = "h100-sxm", Region = "cn-east", Cards = CardCount.Parse(cards), Price = UnitPrice.Parse(price, buyer.Currency),
            Units = new StandardUnits(2_393_000), UnitVersion = "2026.1", Commission = commission,
            FromAt = At(from), UntilAt = At(until), StartedAt = At(from),
        };
        await Do(session => Agreement.Open(session, agreement));
        return agreement;
    }

    /// <summary>An event of a lease; the clock moves to its end, because nobody meters what has not been.</summary>
    public UsageEvent Usage(Agreement lease, string from, string until, string cards = "1", string? id = null)
    {
        Clock.MoveTo(At(until));
        return new()
        {
            Source = "/meters/1", EventId = id ?? $"event-{Interlocked.Increment(ref _events)}", LeaseId = lease.LeaseId,
            FromAt = At(from), UntilAt = At(until), Cards = CardCount.Parse(cards),
        };
    }

    /// <summary>Records usage of one lease's provider, and fails unless all of it is accepted.</summary>
    public async Task Record(Agreement lease, params UsageEvent[] batch)
    {
        var outcomes = await Do(session => UsageLog.Record(session, lease.ProviderId, batch));
        Assert.All(outcomes, outcome => Assert.Equal((UsageStatus.Accepted, null), (outcome.Status, outcome.Reason)));
    }

    public Task Rate(params Agreement[] leases) => Do(session => ChargeBook.Rate(session, leases.Select(l => l.LeaseId)));

    /// <summary>Moves the clock to the cutoff (never back) and bills every account up to it, without any consumer.</summary>
    public async Task<BillingRunId> Bill(string cutoff)
    {
        Clock.MoveTo(At(cutoff));
        var runId = await Do(session => BillingRun.Start(session, At(cutoff), Operator));
        foreach (var account in await Look(BillingAccount.All)) await Do(session => InvoiceBook.Bill(session, runId, account.AccountId));
        return runId;
    }

    /// <summary>Every invoice with its lines, in order of number.</summary>
    public Task<IReadOnlyList<Invoice>> Invoices(OrganisationId? buyer = null) => Look<IReadOnlyList<Invoice>>(async session =>
    {
        var invoices = new List<Invoice>();
        foreach (var invoice in await InvoiceBook.List(session, buyer, before: null, limit: 10_000))
            invoices.Add((await InvoiceBook.Find(session, invoice.InvoiceId))!);
        return [.. invoices.OrderBy(i => i.Number, StringComparer.Ordinal)];
    });

    /// <summary>Each invoice's lines as text: <c>INV-000001: 2026-01 10.00, 2026-02 0.33 = net + tax = gross</c>.</summary>
    public async Task<IReadOnlyList<string>> Documents(OrganisationId? buyer = null) =>
        [.. (await Invoices(buyer)).Select(i => $"{i.Number}: {LinesOf(i)} = {i.Net.Amount} + {i.Tax.Amount} = {i.Gross.Amount}")];

    public Task<IReadOnlyList<Charge>> Charges(Agreement lease) =>
        Look(session => ChargeBook.List(session, lease.LeaseId, after: "", limit: 10_000));

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        if (_file is null) return;
        foreach (var file in new[] { _file, _file + "-wal", _file + "-shm" }) File.Delete(file);
    }

    private static string LinesOf(Invoice invoice) => string.Join(", ", invoice.Lines!.Select(line =>
        $"{new BillingPeriod(line.PeriodFrom, line.PeriodUntil).Label(DateTimeZoneProviders.Tzdb[invoice.Zone])} {line.Amount.Amount}"));
}
