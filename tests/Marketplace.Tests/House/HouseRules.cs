using System.Reflection;
using System.Text.RegularExpressions;

namespace Marketplace;

/// <summary>One file of the repository: its path from the root, with slashes, and its text.</summary>
public sealed record Source(string Path, string Text)
{
    public string Extension => System.IO.Path.GetExtension(Path);

    /// <summary>The folders from the root down.</summary>
    public string[] Folders => Path.Split('/')[..^1];

    /// <summary>A file of the product, not of its tests or its build.</summary>
    public bool IsProduct => Folders.Length > 0 && Folders[0] is "Contracts" or "Pricing" or "Billing" or "Marketplace.Api";

    public IEnumerable<(int Number, string Text)> Lines => Text.Split('\n').Select((text, i) => (i + 1, text.TrimEnd('\r')));
}

/// <summary>
/// The law of the house: each rule is a function from sources to what breaks it, as <c>path:line</c>, so that it can be shown a bad
/// sample too.
/// </summary>
public static partial class HouseRules
{
    public delegate IEnumerable<string> Rule(IReadOnlyCollection<Source> sources);

    private const RegexOptions Plain = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    private const string Books = "(usage_event|charge|invoice|invoice_line|ledger_transaction|posting)";

    private static readonly string[] Forbidden = ["Common", "Helpers", "Utils", "Core", "Manager"];

    /// <summary>Every rule over sources, by the name under which it fails.</summary>
    public static IReadOnlyDictionary<string, Rule> All { get; } = new Dictionary<string, Rule>(StringComparer.Ordinal)
    {
        ["only the outbox publishes"] = sources => Matches(
            sources.Where(s => s is { IsProduct: true, Extension: ".cs" } && s.Text.Contains("MassTransit", StringComparison.Ordinal)
                && s.Path != "Billing/Storage/Outbox.cs"),
            Publishing(), Code),
        ["the books are only added to"] = sources => Matches(
            sources.Where(s => s is { IsProduct: true, Extension: ".cs" or ".sql" or ".razor" }), ChangeOfBooks(), SqlText),
        ["money is whole numbers"] = sources => Matches(
            sources.Where(s => s.Extension == ".cs" && s.Path != "Pricing/Amounts/Fixed.cs"
                && s.Folders is ["Billing", ..] or ["Pricing", "Amounts" or "Index" or "Economics", ..]),
            Fractions(), Code),
        ["columns are TEXT or BIGINT"] = sources => Matches(sources.Where(s => s.Extension == ".sql"), OtherColumns(), SqlText),
        ["columns are named"] = sources => Matches(
            sources.Where(s => s is { IsProduct: true, Extension: ".cs" or ".sql" or ".razor" }), SelectStar(), SqlText),
        ["no list is a parameter"] = sources => Matches(
            sources.Where(s => s is { IsProduct: true, Extension: ".cs" or ".sql" or ".razor" }), InParameter(), SqlText),
        ["time is asked of the clock"] = sources => Matches(sources.Where(s => s.Extension is ".cs" or ".razor"), AmbientTime(), Code),
        ["lines have at most 140 characters"] = sources =>
            from source in sources
            where source.Extension is ".cs" // the text of a page is as long as it is, and a migration stays as it was merged
            from line in source.Lines
            where line.Text.Length > 140
            select $"{source.Path}:{line.Number}",
        ["files have at most 400 lines"] = sources => sources
            .Where(s => s.Extension is ".cs" or ".sql" or ".razor" && s.Text.TrimEnd('\n').Count(c => c == '\n') >= 400)
            .Select(s => s.Path),
        ["rooms are one level deep"] = sources => sources
            .Where(s => s.Extension is ".cs" or ".sql" && s.Folders.Length > (s.Folders[0] == "tests" ? 3 : 2))
            .Select(s => s.Path),
        ["rooms are named for what they are about"] = sources => sources
            .Where(s => s.Folders.Intersect(Forbidden, StringComparer.OrdinalIgnoreCase).Any()).Select(s => s.Path),
        ["every room of Billing says what it owns"] = sources => sources
            .Where(s => s is { Extension: ".cs", Folders: ["Billing", _] }).Select(s => s.Folders[1]).Distinct()
            .Where(room => !sources.Any(s => s.Path == $"Billing/{room}/README.md"
                && s.Text.Contains("owns", StringComparison.OrdinalIgnoreCase)
                && s.Text.Contains("does not own", StringComparison.OrdinalIgnoreCase)))
            .Select(room => $"Billing/{room}"),
        ["nothing is left for later"] = sources => Matches(sources.Where(IsNotTheLaw), LeftForLater(), s => s.Text),
        ["no file names a machine's path"] = sources => Matches(sources.Where(IsNotTheLaw), MachinePath(), s => s.Text),
    };

    /// <summary>What an assembly of ours refers to besides the framework and what it may.</summary>
    public static IEnumerable<string> Strays(Assembly assembly, params string[] allowed) => assembly.GetReferencedAssemblies()
        .Select(reference => reference.Name!)
        .Where(name => !allowed.Contains(name, StringComparer.Ordinal) && !IsFramework(name));

    /// <summary>What an assembly uses of the web framework.</summary>
    public static IEnumerable<string> WebReferences(Assembly assembly) => assembly.GetReferencedAssemblies()
        .Select(reference => reference.Name!)
        .Where(name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));

    private static bool IsFramework(string name) =>
        name.StartsWith("System", StringComparison.Ordinal) || name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)
        || name is "netstandard" or "mscorlib";

    // These files say by name what is forbidden.
    private static bool IsNotTheLaw(Source source) => !source.Path.StartsWith("tests/Marketplace.Tests/House/", StringComparison.Ordinal);

    private static IEnumerable<string> Matches(IEnumerable<Source> sources, Regex forbidden, Func<Source, string> text) =>
        from source in sources
        let searched = text(source)
        from match in forbidden.Matches(searched)
        select $"{source.Path}:{searched.AsSpan(0, match.Index).Count('\n') + 1}: {match.Value.Trim()}";

    /// <summary>The text with its comments and strings blanked, and its lines where they were.</summary>
    private static string Code(Source source) => CommentOrString().Replace(source.Text, Blank);

    /// <summary>The text with its comments blanked, for SQL lives in strings.</summary>
    private static string SqlText(Source source) => SqlComment().Replace(source.Text, Blank);

    private static string Blank(Match match) => string.Concat(match.Value.Select(c => c == '\n' ? '\n' : ' '));

    [GeneratedRegex(@"\b[a-z_]\w*\.(Publish|PublishBatch|Send|SchedulePublish|ScheduleSend)(<[^>]*>)?\(", Plain, 10_000)]
    private static partial Regex Publishing();

    [GeneratedRegex(
        @"\b(UPDATE|DELETE\s+FROM|TRUNCATE(\s+TABLE)?|DROP\s+TABLE|REPLACE\s+INTO)\s+" + Books + @"\b"
        + @"|\bINSERT\s+INTO\s+" + Books + @"\b[^;""]*\bDO\s+UPDATE\b",
        Plain | RegexOptions.IgnoreCase, 10_000)]
    private static partial Regex ChangeOfBooks();

    [GeneratedRegex(@"\b(double|float|decimal|Double|Single|Decimal|Half)\b", Plain, 10_000)]
    private static partial Regex Fractions();

    // A column is a name in lower case and its type in capitals, at the start of a line or of an ADD COLUMN.
    [GeneratedRegex(
        @"(^|\bADD COLUMN|\()\s*[a-z_]+\s+(?!(TEXT|BIGINT|IN|IS|BETWEEN|AND|OR|DESC|ASC|REFERENCES)\b)[A-Z]+\b",
        Plain | RegexOptions.Multiline, 10_000)]
    private static partial Regex OtherColumns();

    [GeneratedRegex(@"\bSELECT\s+(DISTINCT\s+)?(\w+\.)?\*", Plain | RegexOptions.IgnoreCase, 10_000)]
    private static partial Regex SelectStar();

    [GeneratedRegex(@"\bIN\s*\(?\s*@", Plain, 10_000)]
    private static partial Regex InParameter();

    [GeneratedRegex(@"\bTimeZoneInfo\b|\bDateTime(Offset)?\.(Utc)?(Now|Today)\b", Plain, 10_000)]
    private static partial Regex AmbientTime();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK)\b|\bNotImplementedException\b", Plain, 10_000)]
    private static partial Regex LeftForLater();

    [GeneratedRegex(@"(?<![\w.>-])(/(work|home|root|Users|mnt)/[\w.-]|[A-Za-z]:\\\\?(Users|home)\b)", Plain, 10_000)]
    private static partial Regex MachinePath();

    // Raw strings first, then other strings and characters, then both kinds of comments: whatever begins first wins.
    [GeneratedRegex(
        "\"\"\"[\\s\\S]*?\"\"\"|\\$?@\"([^\"]|\"\")*\"|\"(\\\\.|[^\"\\\\\\n])*\"|'(\\\\.|[^'\\\\\\n])+'|//[^\\n]*|/\\*[\\s\\S]*?\\*/",
        Plain, 10_000)]
    private static partial Regex CommentOrString();

    [GeneratedRegex(@"(?<!:)//[^\n]*|--[^\n]*", Plain, 10_000)]
    private static partial Regex SqlComment();
}
