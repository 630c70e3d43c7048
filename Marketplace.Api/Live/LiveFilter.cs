using Marketplace.Billing;
using Marketplace.Contracts;

namespace Marketplace;

/// <summary>Which events somebody watches: those that it may see, of the kinds that it asked for.</summary>
/// <param name="Only">The tenant whose own events are shown beside the public ones; null: everybody's.</param>
/// <param name="Kinds">Beginnings of kinds, such as <c>lease.</c> or <c>bid.awarded</c>; none: all.</param>
internal sealed record LiveFilter(OrganisationId? Only, IReadOnlyList<string> Kinds)
{
    private const int MostKinds = 32, LongestKind = 64;

    /// <summary>What a caller may watch, of the kinds that it names.</summary>
    /// <param name="caller">Operators and accountants watch all tenants.</param>
    /// <param name="kinds">Beginnings of kinds with commas between them; null or blank: all.</param>
    /// <exception cref="Refusal">Invalid: not such a list.</exception>
    public static LiveFilter Of(Caller caller, string? kinds)
    {
        var words = (kinds ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (words.Length > MostKinds) throw Refusal.Invalid("kinds", $"names at most {MostKinds} kinds");
        return words.All(IsKind)
            ? new(caller.Only, words)
            : throw Refusal.Invalid("kinds", "is a list such as bid.,lease.active: beginnings of kinds with commas between them");
    }

    public bool Shows(LiveEvent said) =>
        (Only is null || said.OrganisationId is null || said.OrganisationId == Only)
        && (Kinds.Count == 0 || Kinds.Any(k => said.Kind.StartsWith(k, StringComparison.Ordinal)));

    private static bool IsKind(string word) =>
        word.Length <= LongestKind && char.IsAsciiLetterLower(word[0]) && word.All(c => char.IsAsciiLetterLower(c) || c is '.' or '_');
}
