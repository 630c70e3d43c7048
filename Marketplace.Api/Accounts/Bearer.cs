using System.Text.Encodings.Web;
using Marketplace.Billing;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Marketplace;

/// <summary>
/// Takes <c>Authorization: Bearer mk_…</c>. Nothing is cached: a revoked key is refused by every host at the next request.
/// </summary>
internal sealed class Bearer(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder, Database database)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    public const string Name = "Bearer";

    private const string Prefix = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string? header = Request.Headers.Authorization;
        if (header is null) return AuthenticateResult.NoResult();
        if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return AuthenticateResult.Fail("the Authorization header is no bearer key");
        await using var session = await database.Read(Context.RequestAborted);
        var caller = await ApiKey.Caller(session, header[Prefix.Length..].Trim());
        return caller is null
            ? AuthenticateResult.Fail("the key is unknown or revoked")
            : AuthenticateResult.Success(new(caller.ToPrincipal(Scheme.Name), Scheme.Name));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var failure = (await HandleAuthenticateOnceSafeAsync()).Failure?.Message;
        const string realm = "Bearer realm=\"marketplace\"";
        Response.Headers.WWWAuthenticate = failure is null ? realm : realm + ", error=\"invalid_token\"";
        await Problems.Write(Context, Problem.Unauthenticated(failure ?? "send 'Authorization: Bearer' with an API key"));
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Problems.Write(Context, Problem.Forbidden("this key may not do that"));
}
