using Marketplace.Billing;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Marketplace;

/// <summary>
/// How people come in: with an API key, once, for a cookie. The cookie serves the pages alone, never <c>/v1</c>, so that no other site can
/// make a browser call the API; and it is good only as long as its key is.
/// </summary>
public static class SignIn
{
    /// <summary>Where the page is that asks for a key.</summary>
    public const string Path = "/sign-in";

    internal const string Scheme = CookieAuthenticationDefaults.AuthenticationScheme;

    /// <summary>Signs in with a key. Returns null, and changes nothing, when the key opens nothing.</summary>
    public static async Task<Caller?> With(HttpContext context, Session session, string secret)
    {
        var caller = await ApiKey.Caller(session, secret.Trim());
        if (caller is not null) await context.SignInAsync(Scheme, caller.ToPrincipal(Scheme));
        return caller;
    }

    public static Task Out(HttpContext context) => context.SignOutAsync(Scheme);

    internal static void Configure(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = "marketplace";
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Strict;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.ExpireTimeSpan = TimeSpan.FromHours(12);
        options.LoginPath = Path;
        options.ReturnUrlParameter = "from";
        options.Events.OnValidatePrincipal = Validate;
        options.Events.OnRedirectToAccessDenied = context => Problems.Write(context.HttpContext, Problem.Forbidden("you may not see this"));
    }

    private static async Task Validate(CookieValidatePrincipalContext context)
    {
        var database = context.HttpContext.RequestServices.GetRequiredService<Database>();
        await using var session = await database.Read(context.HttpContext.RequestAborted);
        if (Caller.Of(context.Principal) is { } was && await ApiKey.Caller(session, was.KeyId) is { } now)
        {
            context.ReplacePrincipal(now.ToPrincipal(Scheme));
            return;
        }

        context.RejectPrincipal();
        await Out(context.HttpContext);
    }
}
