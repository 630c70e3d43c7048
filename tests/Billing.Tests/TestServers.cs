using Npgsql;

namespace Marketplace.Billing;

/// <summary>
/// The private servers that the build starts for the tests, as tests/servers.sh hands them over. A test that needs one
/// fails without it and says how to get it; it never passes or skips for the want of a server.
/// </summary>
public static class TestServers
{
    /// <summary>The Npgsql connection string of a user who may create databases.</summary>
    public static string Postgres => Required("MARKETPLACE_TEST_POSTGRES");

    /// <summary>The broker and its virtual host, as amqp://user:password@host:port/vhost.</summary>
    public static Uri RabbitMq => new(Required("MARKETPLACE_TEST_RABBITMQ"));

    /// <summary>The slurm.conf of a cluster with an idle partition <c>market</c> of 8 CPUs and 4 <c>gpu</c>, ours to administer.</summary>
    public static string Slurm => Required("MARKETPLACE_TEST_SLURM");

    /// <summary>
    /// Creates an empty database of its own on the PostgreSQL server and returns its connection string. Nobody drops it:
    /// the server's files are removed when the tests end.
    /// </summary>
    public static string NewDatabase()
    {
        var name = $"test_{Guid.NewGuid():N}";
        using var server = new NpgsqlConnection(Postgres);
        server.Open();
        using var create = server.CreateCommand();
        // A name cannot be a parameter; this one is hexadecimal.
        create.CommandText = $"CREATE DATABASE {name}";
        create.ExecuteNonQuery();
        return new NpgsqlConnectionStringBuilder(Postgres) { Database = name }.ConnectionString;
    }

    private static string Required(string variable)
    {
        var value = Environment.GetEnvironmentVariable(variable);
        return string.IsNullOrWhiteSpace(value)
            ? throw new InvalidOperationException(
                $"{variable} is not set. Run ./build.sh test, or eval \"$(tests/servers.sh start)\" before dotnet test.")
            : value;
    }
}
