using System.Globalization;
using System.Text;
using Marketplace.Pricing;

namespace Marketplace.Benchmarks;

/// <summary>
/// A comma-separated file with a header of known columns in any order, some of them required. Fields may be quoted, a quote inside is
/// doubled. Every refusal names the file, the line and the column.
/// </summary>
internal sealed class ClearTable
{
    private readonly string _name;
    private readonly string[] _columns;

    private ClearTable(string name, string[] columns) => (_name, _columns) = (name, columns);

    /// <exception cref="FormatException">The table is not of this form.</exception>
    internal static IReadOnlyList<ClearRow> Read(string text, string name, string[] required, string[] optional)
    {
        var records = Records(text.TrimStart('\uFEFF').Replace("\r\n", "\n", StringComparison.Ordinal), name);
        if (records.Count == 0) throw new FormatException($"{name}: the file is empty; its first line names the columns");
        var header = records[0].Fields.Select(f => f.Trim()).ToArray();
        var known = required.Concat(optional).ToList();
        foreach (var column in header)
        {
            if (!known.Contains(column))
                throw new FormatException($"{name} line 1, column {column}: is not known; the columns are {string.Join(", ", known)}");
            if (header.Count(c => c == column) > 1) throw new FormatException($"{name} line 1, column {column}: is there twice");
        }

        foreach (var column in required)
            if (!header.Contains(column)) throw new FormatException($"{name} line 1: the column {column} is missing");
        var table = new ClearTable(name, header);
        var filled = records.Skip(1).Where(r => r.Fields.Length > 1 || r.Fields[0].Length > 0);
        return [.. filled.Select(r => new ClearRow(table, r.Line, r.Fields))];
    }

    internal FormatException Wrong(int line, string column, string what) => new($"{_name} line {line}, column {column}: {what}");

    internal int Index(string column) => Array.IndexOf(_columns, column);

    internal void CheckWidth(int line, int fields)
    {
        if (fields != _columns.Length)
            throw new FormatException($"{_name} line {line}: {fields} fields, but the header has {_columns.Length}");
    }

    private static List<(int Line, string[] Fields)> Records(string text, string name)
    {
        var records = new List<(int, string[])>();
        var fields = new List<string>();
        var field = new StringBuilder();
        var (line, first, quoted) = (1, 1, false);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\n') line++;
            if (quoted)
            {
                if (c != '"') field.Append(c);
                else if (i + 1 < text.Length && text[i + 1] == '"') field.Append(text[++i]);
                else quoted = false;
            }
            else if (c == '"' && field.Length == 0)
            {
                quoted = true;
            }
            else if (c is ',' or '\n')
            {
                fields.Add(field.ToString());
                field.Clear();
                if (c == ',') continue;
                records.Add((first, [.. fields]));
                fields.Clear();
                first = line;
            }
            else
            {
                field.Append(c);
            }
        }

        if (quoted) throw new FormatException($"{name} line {first}: a quoted field does not end");
        if (field.Length > 0 || fields.Count > 0) records.Add((first, [.. fields, field.ToString()]));
        return records;
    }
}

/// <summary>One record of a <see cref="ClearTable"/>.</summary>
internal sealed class ClearRow
{
    private readonly ClearTable _table;
    private readonly string[] _fields;

    internal ClearRow(ClearTable table, int line, string[] fields)
    {
        (_table, Line, _fields) = (table, line, fields);
        table.CheckWidth(line, fields.Length);
    }

    internal int Line { get; }

    internal FormatException Wrong(string column, string what) => _table.Wrong(Line, column, what);

    /// <summary>The field's text; the default where the column is missing or the field is empty.</summary>
    internal string Text(string column, string otherwise = "")
    {
        var index = _table.Index(column);
        return index >= 0 && _fields[index].Trim() is { Length: > 0 } text ? text : otherwise;
    }

    internal string Required(string column) => Text(column) is { Length: > 0 } text ? text : throw Wrong(column, "is empty");

    internal int Whole(string column, int otherwise) => Text(column).Length == 0 ? otherwise : Whole(column);

    internal int Whole(string column) =>
        int.TryParse(Required(column), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Wrong(column, $"'{Text(column)}' is not a whole number of zero or more");

    internal bool Flag(string column) => Text(column, "no") switch
    {
        "yes" or "true" or "1" => true,
        "no" or "false" or "0" => false,
        var other => throw Wrong(column, $"'{other}' is neither yes nor no"),
    };

    internal UnitPrice Price(string column, Currency currency) => Parsed(column, text => UnitPrice.Parse(text, currency));

    internal T Parsed<T>(string column, Func<string, T> parse)
    {
        try
        {
            return parse(Required(column));
        }
        catch (FormatException e)
        {
            throw Wrong(column, e.Message);
        }
    }
}
