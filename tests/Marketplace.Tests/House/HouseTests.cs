using System.Reflection;
using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>
/// The law of the house, kept over every file of the repository and over its assemblies. Each rule has a twin that shows it a bad sample:
/// a rule that cannot fail keeps nothing.
/// </summary>
public sealed class HouseTests
{
    private static readonly Lazy<IReadOnlyList<Source>> Repository = new(() => [.. Read()]);

    public static TheoryData<string> Rules => [.. HouseRules.All.Keys];

    public static TheoryData<string, string, string> BadSamples => new()
    {
        { "only the outbox publishes", "Billing/Metering/RateUsage.cs", "using MassTransit;\nawait context.Publish(new UsageRecorded());" },
        { "only the outbox publishes", "Marketplace.Api/Bids/X.cs", "using MassTransit;\nawait bus.Send<BillAccount>(message);" },
        { "the books are only added to", "Billing/Metering/X.cs", "\"\"\"\nUPDATE charge SET nanos = 0\n\"\"\"" },
        { "the books are only added to", "Marketplace.Api/Demo/X.cs", "\"delete from usage_event\"" },
        { "the books are only added to", "Billing/Ledger/X.cs", "INSERT INTO posting (a) VALUES (@a) ON CONFLICT (a) DO UPDATE SET b = 1" },
        { "the books are only added to", "Billing/Ledger/031_x.sql", "DROP TABLE ledger_transaction;" },
        { "money is whole numbers", "Pricing/Amounts/Money.cs", "public decimal Amount => 0;" },
        { "money is whole numbers", "Billing/Invoicing/X.cs", "var x = (double)y;" },
        { "money is whole numbers", "Pricing/Index/X.cs", "decimal mean = 0;" },
        { "columns are TEXT or BIGINT", "Billing/Metering/011_x.sql", "CREATE TABLE x (\n  id   TEXT,\n  share NUMERIC NOT NULL\n);" },
        { "columns are TEXT or BIGINT", "Billing/Metering/011_x.sql", "ALTER TABLE x ADD COLUMN at TIMESTAMP NULL;" },
        { "columns are TEXT or BIGINT", "Billing/Metering/011_x.sql", "CREATE TABLE x (id INTEGER PRIMARY KEY);" },
        { "columns are named", "Billing/Metering/X.cs", "\"SELECT * FROM charge\"" },
        { "columns are named", "Billing/Metering/X.cs", "\"SELECT c.* FROM charge c\"" },
        { "no list is a parameter", "Marketplace.Api/Offers/X.cs", "\"WHERE id IN @ids\"" },
        { "no list is a parameter", "Marketplace.Api/Offers/X.cs", "\"WHERE id IN (@ids)\"" },
        { "time is asked of the clock", "Billing/Storage/X.cs", "var now = DateTime.UtcNow;" },
        { "time is asked of the clock", "tests/Billing.Tests/X.cs", "TimeZoneInfo.Local" },
        { "lines have at most 140 characters", "Pricing/Units/X.cs", "\n" + new string('x', 141) + "\n" },
        { "files have at most 400 lines", "Pricing/Units/X.cs", new string('\n', 400) + "x\n" },
        { "rooms are one level deep", "Billing/Metering/Rating/X.cs", "" },
        { "rooms are one level deep", "tests/Billing.Tests/Metering/Rating/X.cs", "" },
        { "rooms are named for what they are about", "Billing/Common/X.cs", "" },
        { "rooms are named for what they are about", "Marketplace.Api/Utils/X.cs", "" },
        { "every room of Billing says what it owns", "Billing/Payments/X.cs", "" },
        { "nothing is left for later", "Pricing/Units/X.cs", "// TODO: round" },
        { "nothing is left for later", "Marketplace.Api/X.cs", "throw new NotImplementedException();" },
        { "no file names a machine's path", "README.md", "see /home/me/notes" },
        { "no file names a machine's path", "tests/x.sh", "cd /root/x" },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void Rule_OverTheRepository_IsKept(string rule)
    {
        var broken = HouseRules.All[rule](Repository.Value).ToList();

        Assert.True(broken.Count == 0, $"{rule}:\n{string.Join('\n', broken)}");
    }

    [Theory]
    [MemberData(nameof(BadSamples))]
    public void Rule_OnABadSample_FindsIt(string rule, string path, string text) =>
        Assert.StartsWith(
            path.Split("/X.cs")[0], Assert.Single(HouseRules.All[rule]([new Source(path, text)])), StringComparison.Ordinal);

    [Fact]
    public void EveryRule_HasATwin() =>
        Assert.Empty(HouseRules.All.Keys.Except(BadSamples.Select(row => row.Data.Item1), StringComparer.Ordinal));

    [Fact]
    public void Repository_IsReadWhole()
    {
        var paths = Repository.Value.Select(s => s.Path).ToList();

        Assert.Contains("Billing/Storage/Outbox.cs", paths);
        Assert.Contains("Pricing/Amounts/Rating.cs", paths);
        Assert.Contains("Marketplace.Api/Program.cs", paths);
        Assert.Contains("tests/Marketplace.Tests/House/HouseTests.cs", paths);
        Assert.DoesNotContain(paths, p => p.Contains("/obj/", StringComparison.Ordinal));
    }

    [Fact]
    public void References_OfContractsAndPricing_AreNodaTimeAlone()
    {
        Assert.Empty(HouseRules.Strays(typeof(LeaseId).Assembly, "NodaTime"));
        Assert.Empty(HouseRules.Strays(typeof(Money).Assembly, "NodaTime"));
        Assert.Contains("Dapper", HouseRules.Strays(typeof(Database).Assembly, "NodaTime"));
    }

    [Fact]
    public void References_OfBilling_AreContractsPricingAndItsTools()
    {
        string[] allowed =
        [
            "Marketplace.Contracts", "Marketplace.Pricing", "NodaTime", "Dapper", "MassTransit", "MassTransit.Abstractions", "Npgsql",
            "Microsoft.Data.Sqlite",
        ];

        Assert.Empty(HouseRules.Strays(typeof(Database).Assembly, allowed));
        Assert.Contains("Marketplace.Billing", HouseRules.Strays(typeof(HouseTests).Assembly, allowed));
    }

    [Fact]
    public void References_OfBilling_UseNothingOfTheWeb()
    {
        Assert.Empty(HouseRules.WebReferences(typeof(Database).Assembly));
        Assert.NotEmpty(HouseRules.WebReferences(Assembly.Load("Marketplace.Api")));
    }

    [Fact]
    public void References_BelowTheApi_DoNotKnowIt()
    {
        foreach (var assembly in new[] { typeof(LeaseId).Assembly, typeof(Money).Assembly, typeof(Database).Assembly })
            Assert.DoesNotContain(assembly.GetReferencedAssemblies(), reference => reference.Name == "Marketplace.Api");
        Assert.Contains(typeof(HouseTests).Assembly.GetReferencedAssemblies(), reference => reference.Name == "Marketplace.Api");
    }

    /// <summary>Every file of the repository.</summary>
    internal static IReadOnlyList<Source> Sources => Repository.Value;

    private static IEnumerable<Source> Read()
    {
        string[] built = ["bin", "obj", "artifacts", "TestResults", "BenchmarkDotNet.Artifacts"];
        string[] read = [".cs", ".sql", ".razor", ".md", ".csproj", ".props", ".json", ".sh", ".cake", ".txt", ".yml", ".css", ".js"];
        var root = SharedFiles.Repository();
        var folders = new Queue<string>([root]);
        while (folders.TryDequeue(out var folder))
        {
            foreach (var inside in Directory.EnumerateDirectories(folder))
                if (!built.Contains(Path.GetFileName(inside)) && Path.GetFileName(inside) != ".git") folders.Enqueue(inside);
            foreach (var file in Directory.EnumerateFiles(folder))
                if (read.Contains(Path.GetExtension(file)))
                    yield return new(Path.GetRelativePath(root, file).Replace('\\', '/'), File.ReadAllText(file));
        }
    }
}
