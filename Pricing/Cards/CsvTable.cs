using System.Globalization;
using System.Text;

namespace Marketplace.Pricing;

/// <summary>
/// A comma-separated table with a header that must be exactly the one expected. Fields may be quoted, a quote inside is doubled.
/// Strict on purpose: our own files are facts that prices rest on, and a column that slipped must stop the program, not shift a rate.
/// </summary>
internal sealed class CsvTable
{
    private CsvTable(IReadOnlyList<CsvRow> rows) => Rows = rows;

    internal IReadOnlyList<CsvRow> Rows { get; }

    /// <summary>Reads one of the tables that are built into this assembly.</summary>
    internal static CsvTable Embedded(string name, params string[] columns)
    {
        using var stream = typeof(CsvTable).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not built into the assembly");
        using var reader = new StreamReader(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        return Parse(reader.ReadToEnd(), name, columns);
    }

    /// <exception cref="FormatException">The header differs, a record is short or long, or a quote is out of place; the line is
    /// named.</exception>
    internal static CsvTable Parse(string text, string name, params string[] columns)
    {
        var records = Records(text, name);
        if (records.Count == 0 || !records[0].Fields.SequenceEqual(columns, StringComparer.Ordinal))
            throw new FormatException($"{name}: the header must be {string.Join(',', columns)}");
        var index = columns.Select((column, i) => (column, i)).ToDictionary(p => p.column, p => p.i, StringComparer.Ordinal);
        foreach (var (line, fields) in records.Skip(1))
        {
            if (fields.Length != columns.Length)
                throw new FormatException($"{name} line {line}: {fields.Length} fields instead of {columns.Length}");
        }

        return new([.. records.Skip(1).Select(r => new CsvRow(name, r.Line, index, r.Fields))]);
    }

    private static List<(int Line, string[] Fields)> Records(string text, string name)
    {
        var records = new List<(int, string[])>();
        var fields = new List<string>();
        int at = 0, line = 1;
        while (at < text.Length)
        {
            var first = line;
            fields.Clear();
            do
            {
                fields.Add(Field(text, ref at, ref line, name));
            }
            while (at < text.Length && text[at++] == ',');
            line++;
            records.Add((first, [.. fields]));
        }

        return records;
    }

    /// <summary>One field from <paramref name="at"/>, which afterwards stands on the comma, the line end or the end of the text.</summary>
    private static string Field(string text, ref int at, ref int line, string name)
    {
        if (at >= text.Length || text[at] != '"')
        {
            var end = at;
            while (end < text.Length && text[end] is not (',' or '\n')) end++;
            var plain = text[at..end];
            if (plain.AsSpan().IndexOfAny('"', '\r') >= 0)
                throw new FormatException($"{name} line {line}: a quote or carriage return out of place");
            at = end;
            return plain;
        }

        var field = new StringBuilder();
        for (at++; ; at++)
        {
            if (at >= text.Length) throw new FormatException($"{name} line {line}: a quoted field does not end");
            if (text[at] == '\n') line++;
            if (text[at] != '"')
                field.Append(text[at]);
            else if (at + 1 < text.Length && text[at + 1] == '"')
                field.Append(text[++at]);
            else
                break;
        }

        at++;
        return at >= text.Length || text[at] is ',' or '\n'
            ? field.ToString()
            : throw new FormatException($"{name} line {line}: text after the closing quote");
    }
}

/// <summary>One record of a <see cref="CsvTable"/>, its fields by column name. An empty field is unknown, which is not zero.</summary>
internal sealed class CsvRow(string table, int line, Dictionary<string, int> index, string[] fields)
{
    internal string this[string column] => fields[index[column]];

    internal string Required(string column) =>
        this[column] is { Length: > 0 } value ? value : throw Wrong(column, "is empty");

    internal int? Whole(string column) => this[column] switch
    {
        "" => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) => value,
        _ => throw Wrong(column, "is not a whole number"),
    };

    internal double? Rate(string column) => this[column] switch
    {
        "" => null,
        var text when double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            && double.IsFinite(value) => value, // NaN is text that parses
        _ => throw Wrong(column, "is not a plain number of zero or more"),
    };

    internal T Choice<T>(string column)
        where T : struct, Enum =>
        Enum.TryParse<T>(this[column], ignoreCase: true, out var value) && Enum.IsDefined(value) && !char.IsAsciiDigit(this[column][0])
            ? value
            : throw Wrong(column, $"is none of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}");

    internal FormatException Wrong(string column, string what) => new($"{table} line {line}: {column} '{this[column]}' {what}");
}
