using NodaTime;
using NodaTime.Text;

namespace Marketplace.Contracts;

/// <summary>Instants as text: ISO 8601, in UTC, in whole milliseconds, between the years 2000 and 2200.</summary>
public static class InstantText
{
    public const string Remedy =
        "expected an instant such as 2026-01-31T16:00:00Z: ISO 8601 with an offset or Z, at most milliseconds, years 2000 to 2199";

    private static readonly Instant Least = Instant.FromUtc(2000, 1, 1, 0, 0);
    private static readonly Instant Most = Instant.FromUtc(2200, 1, 1, 0, 0);

    public static string Format(Instant value) => InstantPattern.ExtendedIso.Format(value);

    /// <summary>Reads <c>2026-01-31T16:00:00Z</c> or <c>2026-02-01T00:00:00+08:00</c>.</summary>
    public static bool TryParse(string? text, out Instant value)
    {
        value = default;
        if (text is null || !OffsetDateTimePattern.ExtendedIso.Parse(text).TryGetValue(default, out var read)) return false;
        value = read.ToInstant();
        return value >= Least && value < Most && IsWholeMilliseconds(value);
    }

    public static bool IsWholeMilliseconds(Instant value) => value == Instant.FromUnixTimeMilliseconds(value.ToUnixTimeMilliseconds());
}
