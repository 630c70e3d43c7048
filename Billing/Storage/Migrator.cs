using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Marketplace.Billing;

/// <summary>
/// Brings the tables up to date: numbered SQL files, one text for both engines, each embedded beside the room that owns its tables
/// and gathered from the assemblies. Forward only; a file that was changed after it ran is refused.
/// </summary>
public static partial class Migrator
{
    /// <summary>Runs what has not run yet, in order of number, all or nothing. Safe when several hosts start at once.</summary>
    /// <exception cref="InvalidOperationException">Two files share a number, or one was edited after it ran.</exception>
    public static async Task Run(Database database, params Assembly[] assemblies)
    {
        var migrations = assemblies.SelectMany(Of).OrderBy(m => m.Number).ToList();
        var twice = migrations.GroupBy(m => m.Number).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null)
            throw new InvalidOperationException($"Migrations share the number {twice.Key}: {string.Join(", ", twice.Select(m => m.Name))}");

        await using var session = await database.Write();

        // PostgreSQL lets two hosts create a table side by side and fails one of them; SQLite already has one writer.
        if (session.Engine == Engine.PostgreSql) await session.Execute("SELECT pg_advisory_xact_lock(20260101)");
        await session.Execute(
            """
            CREATE TABLE IF NOT EXISTS migration (
              number BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)
            """);
        var applied = (await session.Query<Applied>("SELECT number, checksum FROM migration")).ToDictionary(a => a.Number, a => a.Checksum);
        foreach (var migration in migrations)
        {
            if (applied.TryGetValue(migration.Number, out var checksum))
            {
                if (checksum != migration.Checksum)
                    throw new InvalidOperationException($"Migration {migration.Name} was edited after it ran");
                continue;
            }

            await session.Execute(migration.Sql);
            await session.Execute(
                "INSERT INTO migration (number, name, checksum, applied_at) VALUES (@Number, @Name, @Checksum, @Now)",
                new { migration.Number, migration.Name, migration.Checksum, session.Now });
        }

        await session.Commit();
    }

    private static IEnumerable<Migration> Of(Assembly assembly)
    {
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            if (FileName().Match(resource) is not { Success: true } match) continue;
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            var sql = reader.ReadToEnd().ReplaceLineEndings("\n");
            yield return new(
                long.Parse(match.Groups["number"].Value), match.Groups["name"].Value, sql,
                Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(sql))));
        }
    }

    [GeneratedRegex(@"\.(?<name>(?<number>\d{3})_[a-z_]+)\.sql$", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex FileName();

    private sealed record Migration(long Number, string Name, string Sql, string Checksum);

    private sealed record Applied(long Number, string Checksum);
}
