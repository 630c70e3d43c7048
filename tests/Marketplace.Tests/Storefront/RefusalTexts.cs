using System.Text;
using System.Text.RegularExpressions;

namespace Marketplace;

/// <summary>What the sources say when they refuse something: the texts of refusals and of values that cannot be read.</summary>
internal static partial class RefusalTexts
{
    /// <summary>Stands for a value that a text holds.</summary>
    private const string Value = "17";

    /// <summary>The texts of a source, as its refusals would say them, with where they stand.</summary>
    public static IEnumerable<(string At, string Text)> In(Source source)
    {
        foreach (Match refusal in Refusal().Matches(source.Text))
        {
            var line = source.Text.AsSpan(0, refusal.Index).Count('\n') + 1;
            foreach (var text in Said(source.Text, refusal.Index + refusal.Length))
            {
                // A word alone is the name of a field.
                if (!text.Contains(' ', StringComparison.Ordinal)) continue;
                yield return ($"{source.Path}:{line}", refusal.Groups["kind"].Value == "NotFound" ? "There is no " + text : text);
            }
        }
    }

    /// <summary>The texts within the parentheses that opened before; two with a plus between them are one.</summary>
    private static IEnumerable<string> Said(string code, int at)
    {
        StringBuilder? text = null;
        for (var depth = 1; depth > 0; at++)
        {
            if (code[at] == '"')
            {
                text ??= new();
                at = Read(code, at, isFilled: code[at - 1] == '$', text);
                continue;
            }

            depth += code[at] switch { '(' => 1, ')' => -1, _ => 0 };
            if (text is null || code[at] is '+' or '$' || char.IsWhiteSpace(code[at])) continue;
            yield return text.ToString();
            text = null;
        }
    }

    /// <summary>Reads a literal from its first quotation mark to its last, whose place is returned.</summary>
    private static int Read(string code, int at, bool isFilled, StringBuilder text)
    {
        for (at++; code[at] != '"'; at++)
        {
            if (code[at] == '\\') text.Append(code[++at]);
            else if (isFilled && code[at] == '{') (at, _) = (After(code, at), text.Append(Value));
            else text.Append(code[at]);
        }

        return at;
    }

    /// <summary>The brace that closes a value, which may hold texts of its own.</summary>
    private static int After(string code, int at)
    {
        var isText = false;
        for (var depth = 0; ; at++)
        {
            if (code[at] == '"') isText = !isText;
            else if (!isText) depth += code[at] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth == 0) return at;
        }
    }

    [GeneratedRegex(
        @"(new\s+Refusal|Refusal\.(?<kind>Invalid|NotFound|Conflict|Later)|new\s+FormatException)\s*\(",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex Refusal();
}
