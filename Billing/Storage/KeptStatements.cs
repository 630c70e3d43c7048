using Microsoft.Data.Sqlite;

namespace Marketplace.Billing;

/// <summary>
/// A connection to SQLite that keeps the statements that it has compiled, for as long as it is open. PostgreSQL's driver does so by itself;
/// SQLite's compiles a statement each time, which takes longer than most of ours run. Not thread-safe.
/// </summary>
internal sealed class KeptStatements(string connectionString) : SqliteConnection(connectionString)
{
    /// <summary>More than the texts that the program has, so that only texts made from data would go beyond.</summary>
    private const int Most = 1_000;

    private readonly Dictionary<string, Statement> _idle = new(StringComparer.Ordinal);
    private string? _next;
    private bool _closing;

    /// <summary>Says the text that the next command will be given, so that a compiled one can serve as that command.</summary>
    public void Expect(string sql) => _next = sql;

    public override SqliteCommand CreateCommand()
    {
        if (_next is not { } sql || !_idle.Remove(sql, out var command)) command = new Statement(this);
        _next = null;
        command.Transaction = Transaction;
        return command;
    }

    public override void Close()
    {
        _closing = true;
        base.Close();
        _idle.Clear();
        _closing = false;
    }

    private bool Keep(Statement command)
    {
        if (_closing || State != System.Data.ConnectionState.Open || _idle.Count >= Most) return false;
        command.Parameters.Clear();
        command.Transaction = null;
        return _idle.TryAdd(command.CommandText, command);
    }

    /// <summary>A command that goes back to its connection when it is disposed; there its compiled text waits for the next use.</summary>
    private sealed class Statement : SqliteCommand
    {
        private readonly KeptStatements _owner;

        public Statement(KeptStatements owner)
        {
            _owner = owner;
            Connection = owner;
            CommandTimeout = owner.DefaultTimeout;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing && _owner.Keep(this)) return;
            base.Dispose(disposing);
        }
    }
}
