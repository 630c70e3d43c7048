using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace.Billing;

public sealed class SessionTests
{
    [Theory, EveryEngine]
    public async Task Dispose_WithoutCommit_KeepsNeitherRowsNorMessages(Engine engine)
    {
        await using var books = await Books.Open(engine);

        await using (var session = await books.Database.Write())
        {
            await session.Execute("INSERT INTO invoice_series (series, last_number) VALUES ('X', 1)");
            session.Stage(new BidRested(new("bid_1")));
        }

        Assert.Equal(0, await Count(books, "invoice_series WHERE series = 'X'"));
        Assert.Equal(0, await Count(books, "outbox"));
    }

    [Theory, EveryEngine]
    public async Task Stage_BeforeTheCommit_IsSeenByNobody(Engine engine)
    {
        await using var books = await Books.Open(engine);
        await using var session = await books.Database.Write();
        session.Stage(new BidRested(new("bid_1")));
        var before = await Count(books, "outbox");

        await session.Commit();

        Assert.Equal(0, before);
        Assert.Equal(1, await Count(books, "outbox WHERE type = 'BidRested' AND attempts = 0 AND claimed_by IS NULL"));
    }

    [Theory, EveryEngine]
    public async Task Commit_ARowThatBreaksARule_KeepsNothingAndLetsTheNextWriterIn(Engine engine)
    {
        await using var books = await Books.Open(engine);

        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => books.Do(async session =>
        {
            session.Stage(new BidRested(new("bid_1")));
            await session.Execute("INSERT INTO invoice_series (series, last_number) VALUES ('INV', 7)");
        }));
        await books.Do(session => session.Execute("INSERT INTO invoice_series (series, last_number) VALUES ('NEXT', 0)"));

        Assert.Equal(0, await Count(books, "outbox"));
        Assert.Equal(2, await Count(books, "invoice_series"));
    }

    [Theory, EveryEngine]
    public async Task Read_Session_KeepsNothingAndStagesNothing(Engine engine)
    {
        await using var books = await Books.Open(engine);
        await using var session = await books.Database.Read();

        Assert.Throws<InvalidOperationException>(() => session.Stage(new BidRested(new("bid_1"))));
        await Assert.ThrowsAsync<InvalidOperationException>(session.Commit);
        Assert.Equal(1, await session.Scalar<long>("SELECT COUNT(*) FROM invoice_series"));
    }

    [Theory, EveryEngine]
    public async Task Read_WhileAnotherCommits_SeesOneStateThroughout(Engine engine)
    {
        await using var books = await Books.Open(engine);
        await using var reader = await books.Database.Read();
        var before = await reader.Scalar<long>("SELECT COUNT(*) FROM invoice_series");

        await books.Do(session => session.Execute("INSERT INTO invoice_series (series, last_number) VALUES ('X', 1)"));

        Assert.Equal(before, await reader.Scalar<long>("SELECT COUNT(*) FROM invoice_series"));
    }

    [Theory, EveryEngine]
    public async Task Now_WhileTheClockRuns_IsOneInstantInWholeMilliseconds(Engine engine)
    {
        await using var books = await Books.Open(engine);
        books.Clock.Now = Books.At("2026-01-02T03:04:05") + Duration.FromTicks(67_899);
        await using var session = await books.Database.Write();
        var first = session.Now;

        books.Clock.Now += Duration.FromHours(1);

        Assert.Equal(Books.At("2026-01-02T03:04:05.006"), first);
        Assert.Equal(first, session.Now);
    }

    [Theory, EveryEngine]
    public async Task Write_SixteenAtOnceFromTwoHosts_LoseNoUpdate(Engine engine)
    {
        await using var books = await Books.Open(engine);
        await using var other = books.AnotherHost();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
        {
            await using var session = await (i % 2 == 0 ? books.Database : other).Write();
            await session.Execute("UPDATE invoice_series SET last_number = last_number + 1");
            await session.Commit();
        })));

        Assert.Equal(16, await books.Look(session => session.Scalar<long>("SELECT last_number FROM invoice_series")));
    }

    [Theory, EveryEngine]
    public async Task Parameters_OfOurTypes_ComeBackAsTheyWere(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var full = new Sample
        {
            Id = new("lease_1"), MaybeId = new("usage_1"), At = Books.At("2026-01-02T03:04:05.678"), MaybeAt = Books.At("2000-01-01"),
            Currency = Currency.Of("KWD"), Cards = new(1), Quantity = new(long.MaxValue), Units = new(2_393_000), MaybeUnits = new(0),
        };
        var empty = full with { MaybeId = null, MaybeAt = null, MaybeUnits = null };

        var read = await books.Do(async session =>
        {
            await session.Execute(
                """
                CREATE TABLE sample (id TEXT, maybe_id TEXT, at BIGINT, maybe_at BIGINT, currency TEXT, cards BIGINT, quantity BIGINT,
                  units BIGINT, maybe_units BIGINT)
                """);
            foreach (var sample in new[] { full, empty })
            {
                await session.Execute(
                    """
                    INSERT INTO sample (id, maybe_id, at, maybe_at, currency, cards, quantity, units, maybe_units)
                    VALUES (@Id, @MaybeId, @At, @MaybeAt, @Currency, @Cards, @Quantity, @Units, @MaybeUnits)
                    """,
                    sample);
            }

            return await session.Query<Sample>(
                """
                SELECT id, maybe_id, at, maybe_at, currency, cards, quantity, units, maybe_units FROM sample ORDER BY maybe_id NULLS LAST
                """);
        });

        Assert.Equal([full, empty], read);
    }

    [Theory, EveryEngine]
    public async Task ExecuteEach_MoreRowsThanATripHolds_WritesEachInItsOrderAndCountsWhatWasTouched(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var rows = Enumerable.Range(1, 1_203)
            .Select(i => new
            {
                Id = new LeaseId($"lease_{i:d4}"), At = i % 2 == 0 ? (Instant?)null : Books.At("2026-01-01"), Cards = new CardCount(i),
            })
            .ToList();

        var (written, changed, none) = await books.Do(async session =>
        {
            await session.Execute("CREATE TABLE sample (place BIGINT, id TEXT, at BIGINT, cards BIGINT)");
            var written = await session.ExecuteEach(
                "INSERT INTO sample (place, id, at, cards) SELECT COUNT(*) + 1, @Id, @At, @Cards FROM sample", rows);
            var changed = await session.ExecuteEach(
                "UPDATE sample SET cards = 0 WHERE id = @Id AND at IS NULL", rows.Select(r => new { r.Id }));
            return (written, changed, await session.ExecuteEach("UPDATE sample SET cards = 7 WHERE id = @Id", rows.Where(_ => false)));
        });

        Assert.Equal((1_203, 601, 0), (written, changed, none));
        var read = await books.Look(session => session.Query<(long Place, string Id, Instant? At, CardCount Cards)>(
            "SELECT place, id, at, cards FROM sample ORDER BY place"));
        Assert.Equal(rows.Select((r, i) => (i + 1L, r.Id.Value, r.At, r.At is null ? default : r.Cards)), read);
    }

    [Theory, EveryEngine]
    public async Task ExecuteEach_ARowThatBreaksARule_KeepsNone(Engine engine)
    {
        await using var books = await Books.Open(engine);
        string[] series = ["A", "B", "INV", "C"];

        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => books.Do(session => session.ExecuteEach(
            "INSERT INTO invoice_series (series, last_number) VALUES (@s, 1)", series.Select(s => new { s }))));

        Assert.Equal(1, await Count(books, "invoice_series"));
    }

    [Theory, EveryEngine]
    public async Task Execute_TheSameTextAfterAFaultAndAfterAChangeOfTheTable_DoesWhatItSays(Engine engine)
    {
        await using var books = await Books.Open(engine);
        Task<int> Add(string series, long number) => books.Do(session => session.Execute(
            "INSERT INTO invoice_series (series, last_number) VALUES (@series, @number)", new { series, number }));
        Task<long> Sum() => books.Look(session => session.Scalar<long>("SELECT CAST(SUM(last_number) AS BIGINT) FROM invoice_series"));
        await Add("A", 1);
        Assert.Equal(1, await Sum());

        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => Add("A", 2));
        await using (var other = books.AnotherHost())
        await using (var session = await other.Write())
        {
            await session.Execute("ALTER TABLE invoice_series ADD COLUMN more BIGINT NOT NULL DEFAULT 5");
            await session.Commit();
        }

        await Add("B", 40);
        Assert.Equal(41, await Sum());
        Assert.Equal(3, await Count(books, "invoice_series WHERE more = 5"));
    }

    [Theory, EveryEngine]
    public async Task Query_TheSameTextInManySessionsAtOnce_GivesEachItsOwnRows(Engine engine)
    {
        await using var books = await Books.Open(engine);

        var read = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(() => books.Look(session =>
            session.Query<long>("SELECT last_number + @i FROM invoice_series", new { i = (long)i })))));

        Assert.Equal(Enumerable.Range(0, 64).Select(i => (long)i), read.Select(Assert.Single));
    }

    [Theory, EveryEngine]
    public async Task Parameters_AnInstantWithMicroseconds_IsRefused(Engine engine)
    {
        await using var books = await Books.Open(engine);
        await using var session = await books.Database.Write();

        var at = Books.At("2026-01-01") + Duration.FromTicks(10);

        await Assert.ThrowsAsync<ArgumentException>(() => session.Execute("UPDATE account SET opened_at = @at", new { at }));
    }

    private static Task<long> Count(Books books, string rows) =>
        books.Look(session => session.Scalar<long>("SELECT COUNT(*) FROM " + rows));

    private sealed record Sample
    {
        public LeaseId Id { get; init; }

        public UsageId? MaybeId { get; init; }

        public Instant At { get; init; }

        public Instant? MaybeAt { get; init; }

        public Currency Currency { get; init; } = Currency.Cny;

        public CardCount Cards { get; init; }

        public CardSeconds Quantity { get; init; }

        public StandardUnits Units { get; init; }

        public StandardUnits? MaybeUnits { get; init; }
    }
}
