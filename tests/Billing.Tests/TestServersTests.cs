using Npgsql;
using RabbitMQ.Client;

namespace Marketplace.Billing;

public sealed class TestServersTests
{
    [Fact]
    public void NewDatabase_Twice_GivesTwoEmptyDatabasesThatKeepWhatTheyCommit()
    {
        var one = TestServers.NewDatabase();
        var other = TestServers.NewDatabase();

        Assert.NotEqual(one, other);
        Assert.Equal("0", Ask(one, "SELECT count(*)::text FROM pg_tables WHERE schemaname = 'public'"));
        Assert.Equal("0", Ask(other, "SELECT count(*)::text FROM pg_tables WHERE schemaname = 'public'"));
        // Tests that kill a process rely on this.
        Assert.Equal("on", Ask(one, "SHOW fsync"));
    }

    [Fact]
    public async Task RabbitMq_AMessageToAQueue_ComesBack()
    {
        var server = new ConnectionFactory { Uri = TestServers.RabbitMq };
        await using var connection = await server.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        var queue = await channel.QueueDeclareAsync();
        await channel.BasicPublishAsync("", queue.QueueName, new byte[] { 42 });

        var message = await channel.BasicGetAsync(queue.QueueName, autoAck: true);

        Assert.Equal([42], message!.Body.ToArray());
    }

    private static string Ask(string database, string question)
    {
        using var connection = new NpgsqlConnection(database);
        connection.Open();
        using var command = new NpgsqlCommand(question, connection);
        return (string)command.ExecuteScalar()!;
    }
}
