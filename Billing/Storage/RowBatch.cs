using Npgsql;

namespace Marketplace.Billing;

/// <summary>
/// One statement for many rows, sent to PostgreSQL so many at a time: the trip to the server takes longer than most rows do.
/// </summary>
internal static class RowBatch
{
    private const int PerTrip = 500;

    /// <summary>Runs the statement for each row, in their order; a property is a parameter. Returns how many rows it touched.</summary>
    public static async Task<int> Execute<T>(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, IEnumerable<T> rows, CancellationToken ct)
        where T : notnull
    {
        var touched = 0;
        foreach (var some in rows.Chunk(PerTrip))
        {
            await using var batch = new NpgsqlBatch(connection, transaction);
            var columns = some[0].GetType().GetProperties();
            foreach (var row in some)
            {
                var command = new NpgsqlBatchCommand(sql);
                foreach (var column in columns)
                {
                    var parameter = new NpgsqlParameter { ParameterName = column.Name };
                    TypeHandlers.Bind(parameter, column.PropertyType, column.GetValue(row));
                    command.Parameters.Add(parameter);
                }

                batch.BatchCommands.Add(command);
            }

            touched += await batch.ExecuteNonQueryAsync(ct);
        }

        return touched;
    }
}
