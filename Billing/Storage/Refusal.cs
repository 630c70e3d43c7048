using NodaTime;

namespace Marketplace.Billing;

/// <summary>Why a wish is refused, in the handful of kinds that HTTP also knows.</summary>
public enum RefusalCode
{
    /// <summary>The request says something that cannot be.</summary>
    Invalid,

    /// <summary>There is no such thing, or not for you.</summary>
    NotFound,

    /// <summary>You may not do that.</summary>
    Forbidden,

    /// <summary>It cannot be done now: something else stands in the way.</summary>
    Conflict,

    /// <summary>It has changed since you looked.</summary>
    Stale,

    /// <summary>You must say which version you change.</summary>
    PreconditionRequired,
}

/// <summary>What has moved against somebody, before and after, as people write it.</summary>
/// <param name="What">The thing, in a word such as <c>ask</c>.</param>
/// <param name="Old">What was agreed on.</param>
/// <param name="New">What it is now.</param>
public sealed record Moved(string What, string Old, string New);

/// <summary>An expected no: what is wrong, at which field, and what to do. Everything else that is thrown is a bug.</summary>
public sealed class Refusal : Exception
{
    public Refusal(RefusalCode code, string message, string? field = null)
        : base(message) => (Code, Field) = (code, field);

    public RefusalCode Code { get; }

    /// <summary>The field of the request, as the request spells it; null when it is not about one field.</summary>
    public string? Field { get; }

    /// <summary>What has become different since the wish was made possible; null when it is not about that.</summary>
    public Moved? Moved { get; init; }

    /// <summary>It passes by itself: how long to wait before asking again; null when waiting does not help.</summary>
    public Duration? RetryAfter { get; init; }

    public static Refusal Invalid(string field, string reason) => new(RefusalCode.Invalid, reason, field);

    public static Refusal NotFound(string what) => new(RefusalCode.NotFound, $"There is no {what}");

    public static Refusal Conflict(string message, string? field = null) => new(RefusalCode.Conflict, message, field);

    /// <summary>A conflict that passes by itself.</summary>
    public static Refusal Later(string message, Duration retryAfter) => new(RefusalCode.Conflict, message) { RetryAfter = retryAfter };
}
