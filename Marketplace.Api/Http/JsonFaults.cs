using System.Text.Json;
using System.Text.RegularExpressions;
using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>
/// Turns the serializer's complaints into fields and reasons that name no type of ours. The serializer tells the cause in its message only;
/// a test over the table of bad requests notices when a new version words it differently.
/// </summary>
internal static partial class JsonFaults
{
    public static IReadOnlyList<FieldError> Of(JsonException fault)
    {
        var field = FieldOf(fault.Path, fault.Data["field"] as string);
        var message = fault.Message;
        if (Missing().Match(message) is { Success: true } missing)
        {
            var parent = field == "body" ? "" : field + ".";
            var names = Quoted().Matches(missing.Groups["names"].Value).Select(m => m.Groups["name"].Value);
            return [.. names.Select(name => new FieldError(parent + name, "is required"))];
        }

        // What is no JSON at all is reported by a type of the reader's own.
        if (fault.GetType() != typeof(JsonException) || fault.InnerException is JsonException)
            return [new(field, $"is not JSON at line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}")];
        if (message.Contains("could not be mapped to any .NET member", StringComparison.Ordinal))
            return [new(field, "is not a field of this request")];
        if (NotNull().IsMatch(message)) return [new(field, "must not be null")];
        if (message.StartsWith("Duplicate property", StringComparison.Ordinal)) return [new(field, "is given twice")];
        if (Unconvertible().Match(message) is { Success: true } wrong)
            return [new(field, $"expected {Expected(TypeAt(field, wrong.Groups["type"].Value))}")];

        // The words of our own converters, without the position that the serializer may have added.
        return [new(field, Position().Replace(message, ""))];
    }

    /// <summary>What a type wants to see, in words; the type is written as C# or as the runtime writes it.</summary>
    public static string Expected(string type)
    {
        var bare = NullableOf().Replace(type, "${type}").TrimEnd('?');
        switch (bare)
        {
            case "System.Int32" or "int": return "a whole number within 32 bits";
            case "System.Int64" or "long": return "a whole number within 64 bits";
            case "System.String" or "string": return "a text";
            case "System.Boolean" or "bool": return "true or false";
            case "System.Decimal" or "decimal" or "System.Double" or "double": return "a number";
        }

        if (bare.Contains("List`1", StringComparison.Ordinal) || bare.EndsWith("[]", StringComparison.Ordinal)) return "a list";
        var known = TypeOf(bare);
        if (known?.GetInterface(typeof(ITextId<>).Name) is not null) return "an id";
        if (known is { IsEnum: true })
            return "one of " + string.Join(", ", Enum.GetNames(known).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName));
        return known is null || known.IsValueType ? "another value" : "an object";
    }

    /// <summary>
    /// For an argument of a record the serializer names the record; what was expected is the type of the record's own field.
    /// </summary>
    private static string TypeAt(string field, string type) => TypeOf(type)?.GetProperties()
        .FirstOrDefault(p => field.Split('.')[^1] == JsonNamingPolicy.CamelCase.ConvertName(p.Name))?.PropertyType.ToString() ?? type;

    private static Type? TypeOf(string name) => new[] { typeof(JsonFaults), typeof(IdSequence), typeof(Money), typeof(Billing.Session) }
        .Select(home => home.Assembly.GetType(name) ?? home.Assembly.GetType($"{home.Namespace}.{name}"))
        .FirstOrDefault(type => type is not null);

    /// <summary><c>$.ask.amount</c> as <c>ask.amount</c>, <c>$[2].id</c> as <c>[2].id</c>, the whole as <c>body</c>.</summary>
    private static string FieldOf(string? path, string? within)
    {
        var field = (path ?? "$").TrimStart('$').TrimStart('.');
        if (within is not null) field = field.Length == 0 ? within : $"{field}.{within}";
        return field.Length == 0 ? "body" : field;
    }

    [GeneratedRegex("missing required properties including: (?<names>.*)$", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1_000)]
    private static partial Regex Missing();

    [GeneratedRegex("doesn't allow (setting |getting )?null values", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex NotNull();

    [GeneratedRegex("'(?<name>[^']+)'", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"could not be converted to (?<type>.+?)\.( Path:|$)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Unconvertible();

    [GeneratedRegex(@" Path: .*$", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1_000)]
    private static partial Regex Position();

    [GeneratedRegex(@"^(System\.)?Nullable(`1\[|<)(?<type>.+)[\]>]$", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex NullableOf();
}
