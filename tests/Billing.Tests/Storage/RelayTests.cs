using Marketplace.Contracts;
using MassTransit;

namespace Marketplace.Billing;

public sealed class RelayTests
{
    [Theory, EveryPipeline]
    public async Task Commit_WithAMessage_WakesTheRelayAndTheConsumerRuns(Transport transport, Engine engine)
    {
        await using var books = await Books.Open(engine);
        var lease = await books.Lease(await books.Buyer());
        await using var host = await PipelineHost.Start(books.Database, transport);

        await books.Record(lease, books.Usage(lease, "2026-01-01", "2026-01-02"));
        await Eventually.True(async () => (await books.Charges(lease)).Count == 1, "the usage is rated");

        Assert.Equal("240.00", (await books.Charges(lease))[0].Amount.Amount);
        await Eventually.True(async () => (await books.Look(Backlog.Of)).IsEmpty, "the outbox is empty");
    }

    [Theory, EveryPipeline]
    public async Task Start_AMessageWasLeftBehind_DeliversIt(Transport transport, Engine engine)
    {
        await using var books = await Books.Open(engine);
        var lease = await books.Lease(await books.Buyer());
        await books.Record(lease, books.Usage(lease, "2026-01-01", "2026-01-02"));

        await using var host = await PipelineHost.Start(books.Database, transport);

        await Eventually.True(async () => (await books.Charges(lease)).Count == 1, "the usage is rated");
    }

    [Theory, EveryEngine]
    public async Task Publish_OnTheBroker_CarriesEveryMessageUnchanged(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var heard = new System.Collections.Concurrent.ConcurrentBag<object>();
        await using var host = await PipelineHost.Start(books.Database, Transport.RabbitMq, (message, _) =>
        {
            heard.Add(message);
            return Task.CompletedTask;
        });

        await books.Do(session =>
        {
            session.Stage(new UsageRecorded("batch", [new("lease_1"), new("lease_2")]));
            session.Stage(new BillAccount(new("run_1"), new("org_1")));
            session.Stage(new InvoiceIssued(new("invoice_1"), "INV-000001"));
            return Task.CompletedTask;
        });
        await Eventually.True(() => Task.FromResult(heard.Count == 3), "three messages have arrived");

        var usage = Assert.Single(heard.OfType<UsageRecorded>());
        Assert.Equal("batch", usage.BatchId);
        Assert.Equal([new LeaseId("lease_1"), new LeaseId("lease_2")], usage.LeaseIds);
        Assert.Equal(new BillAccount(new("run_1"), new("org_1")), Assert.Single(heard.OfType<BillAccount>()));
        Assert.Equal(new InvoiceIssued(new("invoice_1"), "INV-000001"), Assert.Single(heard.OfType<InvoiceIssued>()));
    }

    [Theory, EveryEngine]
    public async Task Publish_NoQueueIsBoundYet_KeepsTheMessageUntilThereIsOne(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var lease = await books.Lease(await books.Buyer());
        var prefix = PipelineHost.NewPrefix();
        await using var relay = await PipelineHost.Start(books.Database, Transport.RabbitMq, prefix: prefix, works: false);

        await books.Record(lease, books.Usage(lease, "2026-01-01", "2026-01-02"));
        await Eventually.True(
            async () => await books.Look(session => session.Scalar<long>("SELECT COUNT(*) FROM outbox WHERE attempts > 0")) == 1,
            "the broker has refused the message");
        await using var worker = await PipelineHost.Start(books.Database, Transport.RabbitMq, prefix: prefix);

        await Eventually.True(async () => (await books.Charges(lease)).Count == 1, "the usage is rated");
    }

    [Theory, EveryEngine]
    public async Task Broker_ConsumerGivesUp_ParksTheMessageAndARetryDeliversIt(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var lease = await books.Lease(await books.Buyer());
        var mood = new Mood { GivesUp = true };
        await using var host = await PipelineHost.Start(
            books.Database, Transport.RabbitMq,
            consumers: bus =>
            {
                bus.AddConsumer<RatesInTheMood>();
                bus.AddConsumer<ParkFaults>();
            },
            needs: mood);

        await books.Record(lease, books.Usage(lease, "2026-01-01", "2026-01-02"));
        await Eventually.True(async () => (await books.Look(Backlog.Of)).Parked == 1, "the message is parked");
        var parked = Assert.Single(await books.Look(session => Outbox.Parked(session, "", 10)));
        mood.GivesUp = false;
        await books.Do(session => Outbox.Retry(session, parked.Id));

        Assert.Equal("UsageRecorded", parked.Type);
        Assert.Contains("as the test wishes", parked.Error, StringComparison.Ordinal);
        await Eventually.True(async () => (await books.Look(Backlog.Of)) is { IsEmpty: true, Parked: 0 }, "the retry has rated the usage");
        Assert.Equal("240.00", Assert.Single(await books.Charges(lease)).Amount.Amount);
    }

    [Theory, EveryEngine]
    public async Task TwoHosts_OneDatabase_ShareTheWork(Engine engine)
    {
        await using var books = await Books.Open(engine);
        await using var other = books.AnotherHost();
        var leases = new List<Agreement>();
        for (var i = 0; i < 8; i++) leases.Add(await books.Lease(await books.Buyer()));
        var prefix = PipelineHost.NewPrefix();
        await using var one = await PipelineHost.Start(books.Database, Transport.RabbitMq, prefix: prefix);
        await using var two = await PipelineHost.Start(other, Transport.RabbitMq, prefix: prefix);

        await Task.WhenAll(leases.Select(lease => Task.Run(() => books.Record(lease, books.Usage(lease, "2026-01-01", "2026-01-02")))));
        await Eventually.True(async () => (await books.Look(Backlog.Of)).IsEmpty, "nothing is left to do");

        foreach (var lease in leases) Assert.Equal("240.00", Assert.Single(await books.Charges(lease)).Amount.Amount);
    }

    private sealed class Mood
    {
        public volatile bool GivesUp;
    }

    /// <summary>The product's rating, by a consumer that fails for as long as the test wishes.</summary>
    private sealed class RatesInTheMood(Database database, Mood mood) : IConsumer<UsageRecorded>
    {
        public Task Consume(ConsumeContext<UsageRecorded> context) =>
            mood.GivesUp ? throw new InvalidDataException("as the test wishes") : new RateUsage(database).Consume(context);
    }
}
