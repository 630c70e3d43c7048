using System.Data.Common;
using System.Text.Json;
using Dapper;
using Marketplace.Contracts;
using NodaTime;
using Npgsql;

namespace Marketplace.Billing;

/// <summary>
/// One transaction: a connection, the instant at which everything in it happens, its rows and its staged messages.
/// What is not committed is undone when the session is disposed. Not thread-safe.
/// </summary>
public sealed class Session : IAsyncDisposable
{
    private readonly Database _database;
    private readonly DbConnection _connection;
    private readonly DbTransaction _transaction;
    private readonly bool _writes;
    private readonly SemaphoreSlim? _writer;
    private readonly CancellationToken _ct;
    private readonly List<object> _staged = [];
    private bool _ended;

    internal Session(
        Database database, DbConnection connection, DbTransaction transaction, bool writes, IClock clock, SemaphoreSlim? writer,
        CancellationToken ct)
    {
        (_database, _connection, _transaction, _writes, _writer, _ct) = (database, connection, transaction, writes, writer, ct);
        Now = Instant.FromUnixTimeMilliseconds(clock.GetCurrentInstant().ToUnixTimeMilliseconds());
    }

    /// <summary>The instant of this transaction, in whole milliseconds; asked of the clock once.</summary>
    public Instant Now { get; }

    public Engine Engine => _database.Engine;

    public TId NewId<TId>()
        where TId : struct, ITextId<TId> => IdSequence.Next<TId>(Now);

    /// <inheritdoc cref="Database.Remembered{T}"/>
    public T Remembered<T>()
        where T : class, new() => _database.Remembered<T>();

    /// <summary>Runs a statement and says how many rows it touched.</summary>
    public Task<int> Execute(string sql, object? args = null) => _connection.ExecuteAsync(Command(sql, args));

    /// <summary>Runs a statement for each row of parameters, in their order, and says how many rows it touched in all.</summary>
    public Task<int> ExecuteEach<T>(string sql, IEnumerable<T> rows)
        where T : notnull => _connection is NpgsqlConnection postgres
            ? RowBatch.Execute(postgres, (NpgsqlTransaction)_transaction, sql, rows, _ct)
            : Execute(sql, rows);

    public async Task<IReadOnlyList<T>> Query<T>(string sql, object? args = null) =>
        (await _connection.QueryAsync<T>(Command(sql, args))).AsList();

    /// <summary>The only row, or nothing.</summary>
    public Task<T?> Find<T>(string sql, object? args = null) => _connection.QuerySingleOrDefaultAsync<T?>(Command(sql, args));

    /// <summary>The one value of the one row.</summary>
    public async Task<T> Scalar<T>(string sql, object? args = null) => (await _connection.ExecuteScalarAsync<T>(Command(sql, args)))!;

    /// <summary>Puts a message into the outbox; it leaves after the commit, once or more, or never if there is no commit.</summary>
    public void Stage(object message)
    {
        if (!_writes) throw new InvalidOperationException("A session that only reads stages no message");
        _staged.Add(message);
    }

    public async Task Commit()
    {
        if (!_writes) throw new InvalidOperationException("A session that only reads has nothing to commit");
        await Billing.Outbox.Add(this, _staged);
        await _transaction.CommitAsync(_ct);
        _ended = true;
        await Close();
        if (_staged.Count > 0) _database.Outbox.Raise();
    }

    public async ValueTask DisposeAsync()
    {
        if (_ended) return;
        _ended = true;
        await Close();
    }

    internal DbConnection Connection => _connection;

    internal static string Json(object value) => JsonSerializer.Serialize(value, value.GetType(), WireJson.Messages);

    private CommandDefinition Command(string sql, object? args)
    {
        if (_connection is KeptStatements kept) kept.Expect(sql);
        return new(sql, args, _transaction, cancellationToken: _ct);
    }

    private async Task Close()
    {
        try
        {
            await _transaction.DisposeAsync();
            await _database.GiveBack(_connection);
        }
        finally
        {
            _writer?.Release();
        }
    }
}
