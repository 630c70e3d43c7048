using System.Reflection;
using System.Text;

namespace Marketplace.Billing;

public sealed class MigratorTests
{
    private static readonly Assembly Billing = typeof(Database).Assembly;

    [Theory, EveryEngine]
    public async Task Run_Twice_ChangesNothing(Engine engine)
    {
        await using var books = Books.Bare(engine);
        await Migrator.Run(books.Database, Billing);
        var first = await Applied(books);

        await Migrator.Run(books.Database, Billing);

        Assert.Equal(first, await Applied(books));
        Assert.Equal(["001_outbox", "010_metering", "020_invoicing", "030_ledger"], first.Take(4));
    }

    [Theory, EveryEngine]
    public async Task Run_TwoHostsAtOnce_BothStartAndEachFileRanOnce(Engine engine)
    {
        await using var books = Books.Bare(engine);
        await using var other = books.AnotherHost();

        await Task.WhenAll(
            Task.Run(() => Migrator.Run(books.Database, Billing)), Task.Run(() => Migrator.Run(other, Billing)));

        var applied = await Applied(books);
        Assert.Equal(applied.Distinct(), applied);
        Assert.Contains("030_ledger", applied);
        Assert.Equal(0, await books.Look(session => session.Scalar<long>("SELECT last_number FROM invoice_series")));
    }

    [Theory, EveryEngine]
    public async Task Run_AFileWasEditedAfterItRan_Refuses(Engine engine)
    {
        await using var books = Books.Bare(engine);
        await Migrator.Run(books.Database, new Paper(("Paper.001_thing.sql", "CREATE TABLE thing (id TEXT)")));

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Migrator.Run(
            books.Database, new Paper(("Paper.001_thing.sql", "CREATE TABLE thing (id TEXT, name TEXT)"))));

        Assert.Contains("001_thing was edited", error.Message, StringComparison.Ordinal);
    }

    [Theory, EveryEngine]
    public async Task Run_OnlyTheLineEndsDiffer_IsTheSameFile(Engine engine)
    {
        await using var books = Books.Bare(engine);
        await Migrator.Run(books.Database, new Paper(("Paper.001_thing.sql", "CREATE TABLE thing\n(id TEXT)")));

        await Migrator.Run(books.Database, new Paper(("Paper.001_thing.sql", "CREATE TABLE thing\r\n(id TEXT)")));

        Assert.Equal(["001_thing"], await Applied(books));
    }

    [Theory, EveryEngine]
    public async Task Run_TwoFilesShareANumber_RefusesBeforeAnythingRan(Engine engine)
    {
        await using var books = Books.Bare(engine);
        var twin = new Paper(("Paper.001_twin.sql", "CREATE TABLE twin (id TEXT)"));

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Migrator.Run(books.Database, Billing, twin));

        Assert.Contains("001_outbox, 001_twin", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => Applied(books));
    }

    [Theory, EveryEngine]
    public async Task Run_TheSecondFileFails_KeepsNothingOfTheFirst(Engine engine)
    {
        await using var books = Books.Bare(engine);
        var first = ("Paper.001_thing.sql", "CREATE TABLE thing (id TEXT)");

        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => Migrator.Run(
            books.Database, new Paper(first, ("Paper.002_bad.sql", "CREATE TABLE other (id TEXT); INSERT INTO nowhere VALUES (1)"))));
        await Migrator.Run(books.Database, new Paper(first));

        Assert.Equal(["001_thing"], await Applied(books));
    }

    private static Task<IReadOnlyList<string>> Applied(Books books) =>
        books.Look(session => session.Query<string>("SELECT name FROM migration ORDER BY number"));

    /// <summary>An assembly that holds nothing but these files.</summary>
    private sealed class Paper(params (string Name, string Text)[] files) : Assembly
    {
        public override string[] GetManifestResourceNames() => [.. files.Select(f => f.Name)];

        public override Stream GetManifestResourceStream(string name) =>
            new MemoryStream(Encoding.UTF8.GetBytes(files.Single(f => f.Name == name).Text));
    }
}
