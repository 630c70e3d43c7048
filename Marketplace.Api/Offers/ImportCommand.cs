using System.Net.Http.Headers;
using System.Text.Json;
using Marketplace.Contracts;

namespace Marketplace;

/// <summary><c>offers import FILE</c>: sends a file to a marketplace's import door and prints what became of every row.</summary>
internal static class ImportCommand
{
    /// <returns>0, or 1 when the marketplace refused the file as a whole.</returns>
    public static async Task<int> Run(FileInfo file, Uri server, string key, CancellationToken ct)
    {
        using var client = new HttpClient { BaseAddress = server };
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        using var content = new StreamContent(file.OpenRead());
        content.Headers.ContentType =
            new MediaTypeHeaderValue(file.Extension is ".jsonl" or ".ndjson" ? "application/x-ndjson" : "text/csv");
        using var response = await client.PostAsync(new Uri("/v1/offers/import", UriKind.Relative), content, ct);
        var body = await response.Content.ReadAsStringAsync(ct);
        if (!response.IsSuccessStatusCode)
        {
            await Console.Error.WriteLineAsync(body);
            return 1;
        }

        var result = JsonSerializer.Deserialize<ImportResult>(body, WireJson.Messages)!;
        foreach (var row in result.Rows)
        {
            var why = string.Join("; ", row.Notes.Prepend(row.Reason).Where(text => !string.IsNullOrEmpty(text)));
            await Console.Out.WriteLineAsync($"{row.Row}\t{row.Name}\t{row.Status.ToString().ToLowerInvariant()}\t{row.Card}\t{why}");
        }

        await Console.Out.WriteLineAsync($"{result.Created} created, {result.Unrated} created without units, {result.Refused} refused");
        return 0;
    }
}
