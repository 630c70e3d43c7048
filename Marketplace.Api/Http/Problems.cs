using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Marketplace.Billing;
using Marketplace.Contracts;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Marketplace;

/// <summary>
/// The one place where a no becomes HTTP: refusals of the books, and requests that cannot be read. Every other exception is a bug or an
/// outage: it is logged, and the caller learns a trace id.
/// </summary>
public sealed partial class Problems(ILogger<Problems> log) : IExceptionHandler
{
    /// <summary>The status that a refusal has over HTTP; pages that show a refusal in their own words answer with it too.</summary>
    public static int StatusOf(RefusalCode code) => code switch
    {
        RefusalCode.Invalid => 400,
        RefusalCode.Forbidden => 403,
        RefusalCode.NotFound => 404,
        RefusalCode.Conflict => 409,
        RefusalCode.Stale => 412,
        RefusalCode.PreconditionRequired => 428,
        _ => throw new ArgumentOutOfRangeException(nameof(code)),
    };

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var problem = Of(exception) ?? Problem.Ours(httpContext);
        var request = httpContext.Request;
        if (problem.Status >= 500)
            log.LogError(exception, "{Method} {Path} failed, trace {Trace}", request.Method, request.Path, problem.TraceId);
        if (problem.Status == 503) httpContext.Response.Headers.RetryAfter = "1";
        if (exception is Refusal { RetryAfter: { } wait })
            httpContext.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        await Write(httpContext, problem);
        return true;
    }

    /// <summary>The problem that an expected exception stands for; null for a bug.</summary>
    internal static Problem? Of(Exception exception) => exception switch
    {
        Refusal refusal => Of(refusal),
        BadHttpRequestException { InnerException: JsonException json } => Problem.Invalid(JsonFaults.Of(json)),
        BadHttpRequestException bad => Of(bad),
        JsonException json => Problem.Invalid(JsonFaults.Of(json)),
        NpgsqlException { IsTransient: true } or SqliteException { SqliteErrorCode: 5 or 6 } => Problem.Of( // Busy or locked.
            503, "unavailable", "The database is busy or away. Nothing was kept. Repeat the request with the same Idempotency-Key."),
        _ => null,
    };

    internal static Task Write(HttpContext context, Problem problem)
    {
        var response = context.Response;
        response.StatusCode = problem.Status;

        // A person who sees a page gets a page; programs, and everything under /v1, get the fields.
        if (!Routes.IsApi(context) && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
            return ErrorPages.Show(context, problem);
        return response.WriteAsJsonAsync(problem, RequestJson.Options, "application/problem+json");
    }

    private static Problem Of(Refusal refusal)
    {
        var detail = refusal.Field is null ? refusal.Message : $"{refusal.Field}: {refusal.Message}";
        FieldError[]? errors = refusal.Field is null ? null : [new(refusal.Field, refusal.Message)];
        return Problem.Of(StatusOf(refusal.Code), WireJson.Word(refusal.Code), detail, errors) with { Moved = refusal.Moved };
    }

    private static Problem Of(BadHttpRequestException bad)
    {
        if (bad.StatusCode is not 400) return Problem.OfStatus(bad.StatusCode) with { Detail = bad.Message };
        if (FailedToBind().Match(bad.Message) is { Success: true } wrong)
        {
            var expected = JsonFaults.Expected(wrong.Groups["type"].Value);
            return Problem.Invalid(NameOf(wrong), $"'{wrong.Groups["value"].Value}' is not {expected}");
        }

        if (NotProvided().Match(bad.Message) is { Success: true } missing)
            return missing.Groups["source"].Value == "body" ? NoBody() : Problem.Invalid(NameOf(missing), "is required");
        return bad.Message.StartsWith("Implicit body inferred", StringComparison.Ordinal)
            ? NoBody()
            : Problem.Of(400, "invalid", bad.Message);

        static string NameOf(Match match) => JsonNamingPolicy.CamelCase.ConvertName(match.Groups["name"].Value);
        static Problem NoBody() => Problem.Invalid("body", "a JSON object is required");
    }

    [GeneratedRegex(
        """^Failed to bind parameter "(?<type>.+) (?<name>\S+)" from "(?<value>.*)"\.$""",
        RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1_000)]
    private static partial Regex FailedToBind();

    [GeneratedRegex(
        """^Required parameter "(?<type>.+) (?<name>\S+)" was not provided from (?<source>[\w ]+)\.$""",
        RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex NotProvided();
}
