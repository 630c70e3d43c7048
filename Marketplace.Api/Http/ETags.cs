using System.Globalization;
using Marketplace.Billing;

namespace Marketplace;

/// <summary>
/// Changes say which version they change: <c>ETag: "3"</c> on answers, <c>If-Match: "3"</c> on changes, which an endpoint takes as
/// <c>[FromHeader(Name = ETags.IfMatch)] string? ifMatch</c>.
/// </summary>
public static class ETags
{
    public const string IfMatch = "If-Match";

    /// <summary>Says which version the answer shows.</summary>
    public static void Put(HttpResponse response, long version) => response.Headers.ETag = $"\"{version}\"";

    /// <summary>The version that a change expects, for the WHERE of its UPDATE.</summary>
    /// <exception cref="Refusal">PreconditionRequired without the header; Stale when it is no version of ours.</exception>
    public static long Expected(string? ifMatch)
    {
        if (string.IsNullOrWhiteSpace(ifMatch) || ifMatch.Trim() == "*")
            throw new Refusal(RefusalCode.PreconditionRequired, "say which version you change: If-Match with the ETag you saw", IfMatch);
        var text = ifMatch.Trim();
        var isQuoted = text.Length > 2 && text[0] == '"' && text[^1] == '"';
        return isQuoted && long.TryParse(text[1..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw Stale();
    }

    /// <exception cref="Refusal">PreconditionRequired without the header; Stale when the row has another version.</exception>
    public static void Require(string? ifMatch, long version)
    {
        if (Expected(ifMatch) != version) throw Stale();
    }

    /// <summary>To throw when the UPDATE found no row of the expected version.</summary>
    public static Refusal Stale() => new(RefusalCode.Stale, "it has changed since you looked; get it again", IfMatch);
}
