using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using NodaTime;
using Npgsql;

namespace Marketplace.Billing;

public enum Engine
{
    Sqlite,
    PostgreSql,
}

/// <summary>
/// The books' database: SQLite (WAL, foreign keys) when the connection string names a data source, PostgreSQL when it names a host.
/// One SQL text serves both. Thread-safe; one instance per host.
/// </summary>
public sealed class Database : IAsyncDisposable
{
    private readonly IClock _clock;
    private readonly string _connectionString;
    private readonly NpgsqlDataSource? _postgres;

    private readonly ConcurrentDictionary<Type, object> _remembered = new();

    // SQLite's connections between two sessions: open, so that their statements stay compiled.
    private readonly ConcurrentBag<KeptStatements> _idle = [];
    private volatile bool _disposed;

    // SQLite has one writer at a time. Queueing for it here is fair and wakes at once; the driver would poll.
    private readonly SemaphoreSlim? _writer;

    public Database(string connectionString, IClock clock)
    {
        TypeHandlers.Register();
        _clock = clock;
        Engine = EngineOf(connectionString);
        if (Engine == Engine.PostgreSql)
        {
            // The same few hundred statements run all day: let the server keep their plans.
            var settings = new NpgsqlConnectionStringBuilder(connectionString);
            if (settings.MaxAutoPrepare == 0) settings.MaxAutoPrepare = 200;
            _connectionString = settings.ConnectionString;
            _postgres = NpgsqlDataSource.Create(_connectionString);
        }
        else
        {
            _connectionString =
                new SqliteConnectionStringBuilder(connectionString) { ForeignKeys = true, DefaultTimeout = 30, Pooling = false }
                    .ConnectionString;
            _writer = new SemaphoreSlim(1, 1);
        }
    }

    public Engine Engine { get; }

    /// <summary>Wakes the relay of this host when a session has committed messages; other hosts find them by looking.</summary>
    public Signal Outbox { get; } = new();

    /// <summary>
    /// Something that a room keeps in memory of this database, such as a list that seldom changes: one of each type, made when it is first
    /// asked for, and gone with this instance. It must be thread-safe, and whoever reads from it sees to it that it is not outdated.
    /// </summary>
    public T Remembered<T>()
        where T : class, new() => (T)_remembered.GetOrAdd(typeof(T), static _ => new T());

    /// <summary>A session that only looks. Nothing that it does is kept.</summary>
    public async Task<Session> Read(CancellationToken ct = default) => await Open(writes: false, ct);

    /// <summary>A session whose rows and messages are kept together by <see cref="Session.Commit"/>, or not at all.</summary>
    public async Task<Session> Write(CancellationToken ct = default) => await Open(writes: true, ct);

    public async ValueTask DisposeAsync()
    {
        Outbox.Dispose();
        _writer?.Dispose();
        if (_postgres is not null) await _postgres.DisposeAsync();
        _disposed = true;
        while (_idle.TryTake(out var connection)) await connection.DisposeAsync();
    }

    private static Engine EngineOf(string connectionString)
    {
        var parts = new DbConnectionStringBuilder { ConnectionString = connectionString };
        if (parts.ContainsKey("Data Source")) return Engine.Sqlite;
        if (parts.ContainsKey("Host") || parts.ContainsKey("Server")) return Engine.PostgreSql;
        throw new ArgumentException("The connection string names neither a 'Data Source' (SQLite) nor a 'Host' (PostgreSQL)");
    }

    private async Task<Session> Open(bool writes, CancellationToken ct)
    {
        if (writes && _writer is not null) await _writer.WaitAsync(ct);
        DbConnection? connection = null;
        try
        {
            connection = _postgres is null ? await Lite(ct) : await _postgres.OpenConnectionAsync(ct);
            var transaction = connection is SqliteConnection lite
                ? lite.BeginTransaction(deferred: !writes)
                : await connection.BeginTransactionAsync(
                    writes ? System.Data.IsolationLevel.ReadCommitted : System.Data.IsolationLevel.RepeatableRead, ct);
            return new Session(this, connection, transaction, writes, _clock, writes ? _writer : null, ct);
        }
        catch
        {
            if (connection is not null) await connection.DisposeAsync();
            if (writes) _writer?.Release();
            throw;
        }
    }

    /// <summary>Takes back the connection of a session that has ended.</summary>
    internal async Task GiveBack(DbConnection connection)
    {
        if (connection is KeptStatements kept && !_disposed) _idle.Add(kept);
        else await connection.DisposeAsync();
    }

    private async Task<KeptStatements> Lite(CancellationToken ct)
    {
        if (_idle.TryTake(out var idle)) return idle;
        var connection = new KeptStatements(_connectionString);
        await connection.OpenAsync(ct);
        await using var command = connection.CreateCommand();

        // FULL: what was acknowledged survives a power cut too, not only a kill.
        command.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";
        await command.ExecuteNonQueryAsync(ct);
        return connection;
    }
}
