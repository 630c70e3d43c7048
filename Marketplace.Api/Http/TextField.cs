using Marketplace.Billing;

namespace Marketplace;

/// <summary>Texts that people type into requests.</summary>
public static class TextField
{
    /// <summary>The most characters of a name.</summary>
    public const int LongestName = 120;

    /// <summary>The text without blanks around it.</summary>
    /// <param name="most">Characters; those of a name if not said.</param>
    /// <param name="lines">It may have several lines.</param>
    /// <exception cref="Refusal">Invalid: blank, longer than <paramref name="most"/>, or with control characters.</exception>
    public static string Of(string text, string field, int most = LongestName, bool lines = false)
    {
        var trimmed = text.Trim();
        if (trimmed.Length == 0) throw Refusal.Invalid(field, "is not blank");
        if (trimmed.Length > most) throw Refusal.Invalid(field, $"has at most {most} characters");
        return trimmed.Any(c => char.IsControl(c) && !(lines && c is '\n' or '\r'))
            ? throw Refusal.Invalid(field, "has no control characters")
            : trimmed;
    }

    /// <summary>The same of a text that may be left out.</summary>
    /// <exception cref="Refusal">As above.</exception>
    public static string? OfOptional(string? text, string field, int most = LongestName, bool lines = false) =>
        text is null ? null : Of(text, field, most, lines);
}
