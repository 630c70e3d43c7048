using System.Globalization;
using System.Text.RegularExpressions;
using Marketplace.Billing;
using Microsoft.Extensions.Localization;

namespace Marketplace;

/// <summary>
/// Sentences that the books and the formulas say in English, in the reader's language. A sentence with values in it is found by its
/// pattern: the key <c>The bid is {0}</c> answers for "The bid is matched". One that nobody has translated is shown as it is. Thread-safe.
/// </summary>
public sealed class Phrases(IStringLocalizer<Words> words)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly Lazy<IReadOnlyList<(Regex Pattern, string Key)>> _patterns = new(() => Patterns(words));

    public string Say(Refusal refusal) => Say(refusal.Message);

    public string Say(string sentence)
    {
        if (!Languages.IsChinese) return sentence;
        if (words[sentence] is { ResourceNotFound: false } whole) return whole.Value;

        // What stands alone begins with a capital; the same at a field does not. Resources cannot hold both.
        if (sentence.Length > 0 && words[char.ToUpperInvariant(sentence[0]) + sentence[1..]] is { ResourceNotFound: false } alone)
            return alone.Value;
        foreach (var (pattern, key) in _patterns.Value)
        {
            if (pattern.Match(sentence) is { Success: true } match)
            {
                object[] values = [.. match.Groups.Values.Skip(1).Select(g => Word(g.Value))];
                return string.Format(CultureInfo.InvariantCulture, words[key].Value, values);
            }
        }

        return sentence;
    }

    /// <summary>A value within a sentence may be a word that has a translation, such as a state, or roles to choose from.</summary>
    private string Word(string value)
    {
        if (words["state:" + value] is { ResourceNotFound: false } state) return state.Value;
        var roles = value.Split(" or ").Select(role => words["role:" + role]).ToArray();
        if (Array.Exists(roles, role => role.ResourceNotFound)) return value;
        return string.Join(words["small:or"], roles.Select(role => role.Value));
    }

    private static IReadOnlyList<(Regex Pattern, string Key)> Patterns(IStringLocalizer words)
    {
        var before = CultureInfo.CurrentUICulture;
        CultureInfo.CurrentUICulture = Languages.Chinese;
        try
        {
            // The longer key is the more exact one.
            return
            [
                .. words.GetAllStrings(includeParentCultures: false).Select(w => w.Name)
                    .Where(k => k.Contains("{0}", StringComparison.Ordinal))
                    .OrderByDescending(k => k.Length).ThenBy(k => k, StringComparer.Ordinal)
                    .Select(k => (Pattern(k), k)),
            ];
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }

    private static Regex Pattern(string key)
    {
        var values = Regex.Replace(Regex.Escape(key), @"\\\{\d}", "(.+?)", RegexOptions.None, Patience);
        return new($"^{values}$", RegexOptions.CultureInvariant, Patience);
    }
}
