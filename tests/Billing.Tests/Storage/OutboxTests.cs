using Marketplace.Contracts;
using NodaTime;

namespace Marketplace.Billing;

public sealed class OutboxTests
{
    private static readonly Duration ClaimTime = Duration.FromTimeSpan(Outbox.ClaimTime);

    [Theory, EveryEngine]
    public async Task Relay_StagedMessages_ReachTheirConsumersInTurnAndLeave(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var heard = new List<object>();
        var (publisher, scope) = PipelineHost.Mediator(books.Database, (message, _) => Heard(heard, message));
        await using var _ = scope;
        UsageRecorded[] sent = [.. Enumerable.Range(0, 25).Select(i => new UsageRecorded($"batch {i}", []))];
        await books.Do(session => Stage(session, sent));

        var first = await Outbox.Relay(books.Database, publisher, books.Clock, "host", default);
        var second = await Outbox.Relay(books.Database, publisher, books.Clock, "host", default);

        Assert.Equal((20, 5), (first, second));
        Assert.Equal(sent.Select(m => m.BatchId), heard.Cast<UsageRecorded>().Select(m => m.BatchId));
        Assert.Equal(0, (await Backlog(books)).Messages);
    }

    [Theory, EveryEngine]
    public async Task Relay_TheConsumerFails_WaitsLongerEachTimeThenParksAndRetries(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var broken = true;
        var attempts = new List<Instant>();
        var (publisher, scope) = PipelineHost.Mediator(books.Database, (_, consume) =>
        {
            attempts.Add(books.Clock.Now);
            return broken ? throw new InvalidDataException("the consumer is broken") : consume();
        });
        await using var _ = scope;
        await books.Do(session => Stage(session, new UsageRecorded("batch", [])));

        for (var i = 0; i < 10_000 && (await Backlog(books)).Parked == 0; i++)
        {
            await Outbox.Relay(books.Database, publisher, books.Clock, "host", default);
            books.Clock.Now += Duration.FromMilliseconds(100);
        }

        var waits = attempts.Zip(attempts.Skip(1), (a, b) => (b - a).TotalMilliseconds);
        Assert.Equal([100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600], waits);
        Assert.Equal(0, await Outbox.Relay(books.Database, publisher, books.Clock, "host", default));
        var parked = Assert.Single(await books.Look(Outbox.Parked));
        Assert.Equal((nameof(UsageRecorded), Outbox.MaxAttempts), (parked.Type, parked.Attempts));
        Assert.Contains("the consumer is broken", parked.Error, StringComparison.Ordinal);

        broken = false;
        Assert.True(await books.Do(session => Outbox.Retry(session, parked.Id)));
        Assert.False(await books.Do(session => Outbox.Retry(session, parked.Id)));
        Assert.Equal(1, await Outbox.Relay(books.Database, publisher, books.Clock, "host", default));
        Assert.Equal((0, 0), ((await Backlog(books)).Messages, (await Backlog(books)).Parked));
    }

    [Theory, EveryEngine]
    public async Task Relay_OneMessageFails_TheOthersStillArrive(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var heard = new List<object>();
        var (publisher, scope) = PipelineHost.Mediator(books.Database, (message, _) =>
            message is UsageRecorded { BatchId: "bad" } ? throw new InvalidDataException("bad") : Heard(heard, message));
        await using var _ = scope;
        await books.Do(session => Stage(session, new UsageRecorded("bad", []), new UsageRecorded("good", [])));

        var done = await Outbox.Relay(books.Database, publisher, books.Clock, "host", default);

        Assert.Equal(1, done);
        Assert.Equal("good", Assert.IsType<UsageRecorded>(Assert.Single(heard)).BatchId);
        Assert.Equal(1, (await Backlog(books)).Messages);
    }

    [Theory, EveryEngine]
    public async Task Relay_TheHostDiesWithItsClaim_AnotherTakesItWhenTheClaimIsOld(Engine engine)
    {
        await using var books = await Books.Open(engine);
        using var death = new CancellationTokenSource();
        var (dying, dyingScope) = PipelineHost.Mediator(books.Database, async (_, _) =>
        {
            await death.CancelAsync();
            death.Token.ThrowIfCancellationRequested();
        });
        await using var _ = dyingScope;
        var heard = new List<object>();
        var (living, livingScope) = PipelineHost.Mediator(books.Database, (message, _) => Heard(heard, message));
        await using var __ = livingScope;
        await books.Do(session => Stage(session, new UsageRecorded("batch", [])));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Outbox.Relay(books.Database, dying, books.Clock, "dead", death.Token));
        books.Clock.Now += ClaimTime - Duration.Epsilon * 1_000_000;
        var early = await Outbox.Relay(books.Database, living, books.Clock, "alive", default);
        books.Clock.Now += Duration.FromMilliseconds(1);
        var late = await Outbox.Relay(books.Database, living, books.Clock, "alive", default);

        Assert.Equal((0, 1), (early, late));
        Assert.Single(heard);
    }

    [Theory, EveryEngine]
    public async Task Relay_TheHostDiesAfterTheConsumerCommitted_TheMessageComesAgainAndNothingDoubles(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var lease = await books.Lease(await books.Buyer());
        await books.Record(lease, books.Usage(lease, "2026-01-01", "2026-01-02"));
        using var death = new CancellationTokenSource();
        var times = 0;
        var (dying, dyingScope) = PipelineHost.Mediator(books.Database, async (_, consume) =>
        {
            await consume();
            times++;
            await death.CancelAsync();
        });
        await using var _ = dyingScope;
        var (living, livingScope) = PipelineHost.Mediator(books.Database, async (_, consume) =>
        {
            await consume();
            times++;
        });
        await using var __ = livingScope;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Outbox.Relay(books.Database, dying, books.Clock, "dead", death.Token));
        var charged = await books.Charges(lease);
        books.Clock.Now += ClaimTime;
        var done = await Outbox.Relay(books.Database, living, books.Clock, "alive", default);

        Assert.Equal((2, 1), (times, done));
        Assert.Equal(charged, await books.Charges(lease));
        Assert.Equal("240.00", Assert.Single(charged).Amount.Amount);
        Assert.Equal(0, (await Backlog(books)).Messages);
    }

    [Theory, EveryEngine]
    public async Task Relay_TwoHostsAtOnce_DeliverEveryMessage(Engine engine)
    {
        await using var books = await Books.Open(engine);
        await using var other = books.AnotherHost();
        var heard = new System.Collections.Concurrent.ConcurrentBag<string>();
        var (publisher, scope) = PipelineHost.Mediator(books.Database, (message, _) =>
        {
            heard.Add(((UsageRecorded)message).BatchId);
            return Task.CompletedTask;
        });
        await using var _ = scope;
        UsageRecorded[] sent = [.. Enumerable.Range(0, 200).Select(i => new UsageRecorded($"batch {i}", []))];
        await books.Do(session => Stage(session, sent));

        await Task.WhenAll(Empty(books.Database, "one"), Empty(other, "two"));

        Assert.Equal(sent.Select(m => m.BatchId).Order(StringComparer.Ordinal), heard.Order(StringComparer.Ordinal));

        Task Empty(Database database, string host) => Task.Run(async () =>
        {
            while ((await Backlog(books)).Messages > 0) await Outbox.Relay(database, publisher, books.Clock, host, default);
        });
    }

    [Theory, EveryEngine]
    public async Task Relay_AMessageOfATypeThatIsGone_IsGivenBackWithTheReason(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var (publisher, scope) = PipelineHost.Mediator(books.Database);
        await using var _ = scope;
        await books.Do(session => session.Execute("INSERT INTO outbox (id, type, body) VALUES ('msg_1', 'Gone', '{}')"));

        var done = await Outbox.Relay(books.Database, publisher, books.Clock, "host", default);

        Assert.Equal(0, done);
        var error = await books.Look(session => session.Scalar<string>("SELECT error FROM outbox WHERE attempts = 1"));
        Assert.Contains("No message is called Gone", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ForgetClaims_OnSqlite_LetsTheRestartedHostTakeItsRowsAtOnce()
    {
        await using var books = await Books.Open(Engine.Sqlite);
        await books.Do(session => Stage(session, new UsageRecorded("batch", [])));
        await books.Do(session => session.Execute("UPDATE outbox SET claimed_by = 'dead', due_at = 9999999999999"));
        var (publisher, scope) = PipelineHost.Mediator(books.Database);
        await using var _ = scope;

        await Outbox.ForgetClaims(books.Database, default);

        Assert.Equal(1, await Outbox.Relay(books.Database, publisher, books.Clock, "host", default));
    }

    [Fact]
    public async Task ForgetClaims_OnPostgreSql_LeavesTheClaimsOfOtherHosts()
    {
        await using var books = await Books.Open(Engine.PostgreSql);
        await books.Do(session => Stage(session, new UsageRecorded("batch", [])));
        await books.Do(session => session.Execute("UPDATE outbox SET claimed_by = 'alive', due_at = 9999999999999"));

        await Outbox.ForgetClaims(books.Database, default);

        Assert.Equal("alive", await books.Look(session => session.Scalar<string>("SELECT claimed_by FROM outbox")));
    }

    private static Task Heard(List<object> heard, object message)
    {
        heard.Add(message);
        return Task.CompletedTask;
    }

    private static Task Stage(Session session, params UsageRecorded[] messages)
    {
        foreach (var message in messages) session.Stage(message);
        return Task.CompletedTask;
    }

    private static Task<Backlog> Backlog(Books books) => books.Look(Marketplace.Billing.Backlog.Of);
}
