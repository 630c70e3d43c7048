using System.Diagnostics;
using System.Text.Json.Serialization;
using Marketplace.Billing;
using Microsoft.AspNetCore.WebUtilities;

namespace Marketplace;

/// <summary>What is wrong with one field of a request.</summary>
/// <param name="Field">The field's path in camelCase, such as <c>ask.amount</c>; a query parameter or header by its name.</param>
/// <param name="Reason">What is wrong and what would be right.</param>
public sealed record FieldError(string Field, string Reason);

/// <summary>A refusal as the wire says it: RFC 9457 problem details with a stable code and the fields at fault.</summary>
/// <param name="Type">Always <c>about:blank</c>: the code says which problem it is.</param>
/// <param name="Title">The status in words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">A stable word for programs, such as <c>invalid</c>, <c>not_found</c>, <c>conflict</c>.</param>
/// <param name="Detail">A sentence for people.</param>
/// <param name="Errors">The fields at fault; empty when it is not about a field.</param>
/// <param name="TraceId">Finds the request in the host's log; given when the fault is ours.</param>
/// <param name="Moved">What has moved since the wish was made possible; given when that is why it is refused.</param>
public sealed record Problem(
    string Type, string Title, int Status, string Code, string Detail, IReadOnlyList<FieldError> Errors,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TraceId = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Moved? Moved = null)
{
    internal static Problem Unauthenticated(string detail) => Of(401, "unauthenticated", detail);

    internal static Problem Forbidden(string detail) => Of(403, "forbidden", detail);

    internal static Problem Invalid(IReadOnlyList<FieldError> errors) =>
        Of(400, "invalid", string.Join("; ", errors.Select(e => $"{e.Field}: {e.Reason}")), errors);

    internal static Problem Invalid(string field, string reason) => Invalid([new FieldError(field, reason)]);

    internal static Problem Of(int status, string code, string detail, IReadOnlyList<FieldError>? errors = null) =>
        new("about:blank", ReasonPhrases.GetReasonPhrase(status), status, code, detail, errors ?? []);

    /// <summary>A fault of ours: the caller learns nothing but how to ask about it.</summary>
    internal static Problem Ours(HttpContext context) =>
        Of(500, "internal", "Something went wrong here. Nothing was kept. Repeat the request, or ask the operator about the trace id.") with
        {
            TraceId = Activity.Current?.Id ?? context.TraceIdentifier,
        };

    /// <summary>What a bare status says when nobody has said more.</summary>
    internal static Problem OfStatus(int status) => status switch
    {
        404 => Of(404, "not_found", "There is no such resource"),
        405 => Of(405, "method_not_allowed", "This resource has no such method; see the Allow header"),
        413 => Of(413, "too_large", "The request is too large"),
        415 => Of(415, "unsupported_media_type", "This media type is not taken here"),
        _ => Of(status, "refused", ReasonPhrases.GetReasonPhrase(status)),
    };
}
