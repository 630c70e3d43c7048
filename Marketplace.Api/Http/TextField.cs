using Marketplace.Billing;

namespace Marketplace;

/// <summary>Texts that people type into requests.</summary>
public static class TextField
{
    /// <summary>The text without blanks around it.</summary>
    /// <exception cref="Refusal">Invalid: empty, longer than <paramref name="most"/> characters, or with control characters.</exception>
    public static string Of(string text, string field, int most = 200)
    {
        var trimmed = text.Trim();
        if (trimmed.Length == 0) throw Refusal.Invalid(field, "is empty");
        if (trimmed.Length > most) throw Refusal.Invalid(field, $"has more than {most} characters");
        return trimmed.Any(char.IsControl) ? throw Refusal.Invalid(field, "has control characters") : trimmed;
    }
}
