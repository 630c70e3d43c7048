using System.Globalization;
using Microsoft.AspNetCore.Http.Extensions;

namespace Marketplace;

/// <summary>Links between pages. Every view is a link: what is filtered, sorted or opened stands in the query.</summary>
internal static class Links
{
    public const string PageField = "page";

    /// <summary>
    /// The request's page with some of its query changed; null leaves a field out. Paging starts anew unless it is what changes.
    /// </summary>
    public static string With(HttpRequest request, params (string Field, string? Value)[] changes)
    {
        var query = new QueryBuilder();
        foreach (var (field, values) in request.Query)
        {
            if (field == PageField || changes.Any(c => c.Field == field)) continue;
            foreach (var value in values.Where(v => !string.IsNullOrEmpty(v))) query.Add(field, value!);
        }

        foreach (var (field, value) in changes)
        {
            if (!string.IsNullOrEmpty(value)) query.Add(field, value);
        }

        return request.Path + query.ToQueryString();
    }

    /// <summary>Which page of a list is asked for; the first one is 1.</summary>
    public static int PageOf(HttpRequest request) =>
        int.TryParse(request.Query[PageField], NumberStyles.None, CultureInfo.InvariantCulture, out var page) && page > 0 ? page : 1;

    public static string To(string path, params (string Field, string? Value)[] query)
    {
        var builder = new QueryBuilder();
        foreach (var (field, value) in query)
        {
            if (!string.IsNullOrEmpty(value)) builder.Add(field, value);
        }

        return path + builder.ToQueryString();
    }
}
