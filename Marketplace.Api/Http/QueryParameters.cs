using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using Marketplace.Billing;
using Marketplace.Contracts;
using Microsoft.AspNetCore.Mvc;
using NodaTime;
using NodaTime.Text;

namespace Marketplace;

/// <summary>
/// Refuses query parameters that the endpoint does not declare, so that a typing error is never a silent default, and such as are given
/// twice. For the API only: a page's address may carry what links add to it.
/// </summary>
internal sealed class QueryParameters(RequestDelegate next)
{
    private static readonly ConcurrentDictionary<MethodInfo, HashSet<string>> Declared = new();

    public Task Invoke(HttpContext context)
    {
        if (context.Request.Query.Count > 0
            && Routes.IsApi(context)
            && context.GetEndpoint()?.Metadata.GetMetadata<MethodInfo>() is { } method)
        {
            var names = Declared.GetOrAdd(method, m => m.GetParameters().SelectMany(NamesOf).ToHashSet(StringComparer.OrdinalIgnoreCase));
            Check(context.Request.Query, names);
        }

        return next(context);
    }

    private static void Check(IQueryCollection query, HashSet<string> declared)
    {
        foreach (var (name, values) in query)
        {
            if (!declared.Contains(name))
            {
                throw Refusal.Invalid(name, declared.Count == 0
                    ? "is not a parameter here; there is none"
                    : $"is not a parameter here; there is {string.Join(", ", declared.Order(StringComparer.Ordinal))}");
            }

            if (values.Count > 1) throw Refusal.Invalid(name, "is given twice");

            // PostgreSQL's text cannot hold it, and nobody means it.
            if (values.ToString().Contains('\0', StringComparison.Ordinal)) throw Refusal.Invalid(name, "has a NUL character");
        }
    }

    private static IEnumerable<string> NamesOf(ParameterInfo parameter)
    {
        if (parameter.GetCustomAttribute<AsParametersAttribute>() is not null)
            return parameter.ParameterType.GetConstructors().SelectMany(c => c.GetParameters()).SelectMany(NamesOf);
        if (parameter.GetCustomAttribute<FromQueryAttribute>() is { } named) return [named.Name ?? parameter.Name!];
        return IsPlain(parameter.ParameterType) ? [parameter.Name!] : [];
    }

    // As minimal APIs decide it: text and what can be parsed from it comes from the route or the query. A route's own names do no harm
    // here.
    private static bool IsPlain(Type type)
    {
        var bare = Nullable.GetUnderlyingType(type) ?? type;
        return bare == typeof(string) || bare.IsPrimitive || bare.IsEnum || bare == typeof(decimal)
            || bare.GetMethods(BindingFlags.Public | BindingFlags.Static).Any(m => m.Name == "TryParse");
    }
}

/// <summary>Query values of types that are not ours and so cannot parse themselves.</summary>
public static class QueryValue
{
    /// <summary>The instant that a parameter names; null when it is not given.</summary>
    /// <exception cref="Refusal">Invalid: not such an instant.</exception>
    public static Instant? Instant(string? text, string parameter) => text is null
        ? null
        : InstantText.TryParse(text, out var instant) ? instant : throw Refusal.Invalid(parameter, InstantText.Remedy);

    /// <summary>The month that a parameter names, as in <c>2026-01</c>.</summary>
    /// <exception cref="Refusal">Invalid: not given, or not a month from 2000-01 to 2199-12.</exception>
    public static YearMonth Month(string? text, string parameter) =>
        YearMonthPattern.Iso.Parse(text ?? "") is { Success: true, Value: { Year: >= 2000 and < 2200 } month }
            ? month
            : throw Refusal.Invalid(parameter, "expected a month such as 2026-01, from 2000-01 to 2199-12");

    /// <summary>The value that a word of the wire names, such as <c>unit_price</c>.</summary>
    /// <exception cref="Refusal">Invalid: no such word; it says which there are.</exception>
    public static T OneOf<T>(string name, string text)
        where T : struct, Enum
    {
        var words = Enum.GetValues<T>().ToDictionary(WireJson.Word, StringComparer.Ordinal);
        return words.TryGetValue(text, out var value) ? value : throw Refusal.Invalid(name, $"is one of {string.Join(", ", words.Keys)}");
    }

    /// <summary>The whole number that a parameter names; null when it is not given.</summary>
    /// <exception cref="Refusal">Invalid: no such number, or out of bounds.</exception>
    public static int? Whole(string parameter, string? text, int least, int most) => text is null
        ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw Refusal.Invalid(parameter, $"is a whole number from {least} to {most}");
}
