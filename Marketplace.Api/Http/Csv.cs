using System.Globalization;
using System.Text;
using CsvHelper;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Marketplace;

/// <summary>Tables for spreadsheets: RFC 4180, UTF-8, a header row.</summary>
public static class Csv
{
    private const string MediaType = "text/csv";

    /// <summary>Whether the caller would rather have a table than JSON.</summary>
    public static bool IsWanted(HttpContext context)
    {
        context.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        var accepted = context.Request.GetTypedHeaders().Accept;
        return QualityOf(MediaType) > QualityOf("application/json");

        double QualityOf(string type) => accepted.Where(a => a.MediaType == type).Select(a => a.Quality ?? 1).DefaultIfEmpty(0).Max();
    }

    public static FileContentHttpResult File(string name, string[] header, IEnumerable<string?[]> rows)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var csv = new CsvWriter(text, CultureInfo.InvariantCulture))
        {
            foreach (var row in rows.Prepend(header))
            {
                foreach (var field in row) csv.WriteField(field);
                csv.NextRecord();
            }
        }

        return TypedResults.File(Encoding.UTF8.GetBytes(text.ToString()), $"{MediaType}; charset=utf-8", name);
    }

    /// <summary>A text that somebody else wrote, made harmless: a spreadsheet would run what begins like a formula.</summary>
    public static string Text(string text) => text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + text : text;
}
