using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Marketplace.Billing;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.WebEncoders;

namespace Marketplace;

/// <summary>
/// The pages: rendered on the server. The one script only adds: it keeps parts of a page as they are now. What a browser may load comes
/// from this program alone, out of the assembly itself, so that it does not matter from which directory the host was started.
/// </summary>
public static class Storefront
{
    /// <summary>No script, no style, no picture from anywhere but here, nothing inline, and nobody frames a page.</summary>
    private const string ContentSecurityPolicy =
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; "
        + "base-uri 'none'; frame-ancestors 'none'";

    private static readonly EmbeddedFileProvider Files = new(typeof(Storefront).Assembly, "Marketplace.wwwroot");

    /// <summary>The style sheet with its fingerprint, so that a browser may keep it for ever and never shows an old one.</summary>
    internal static string StyleSheet { get; } = $"/site.css?v={Fingerprint("site.css")}";

    /// <summary>The script, the same way.</summary>
    internal static string LiveScript { get; } = $"/live.js?v={Fingerprint("live.js")}";

    public static void AddStorefront(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddLocalization();

        // Chinese as it is, not as numbers of characters.
        services.Configure<WebEncoderOptions>(options => options.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
        services.AddSingleton<Phrases>();
        services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "form";
            options.Cookie.HttpOnly = true;
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
    }

    /// <summary>Goes before authentication: styles are for everybody, and a page of refusal speaks the reader's language too.</summary>
    public static void UseStorefront(this WebApplication app)
    {
        app.Use(Guard);
        app.Use(Languages.Speak);
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = Files,
            OnPrepareResponse = file => file.Context.Response.Headers.CacheControl = "public, max-age=31536000, immutable",
        });
    }

    public static void MapStorefront(this WebApplication app)
    {
        app.MapRazorComponents<App>();
        app.MapGet("/language/{code}", Languages.Choose).AllowAnonymous().ExcludeFromDescription();
        StorefrontActions.Map(app.MapGroup("").ExcludeFromDescription().AddEndpointFilter(OursOnly));
        app.MapGroup("").ExcludeFromDescription().MapDownloads();
        LiveEndpoints.MapPage(app);
    }

    private static Task Guard(HttpContext context, RequestDelegate next)
    {
        // At the last moment: an answer that fails is cleared, and the page that says so needs them too.
        context.Response.OnStarting(
            static response =>
            {
                var headers = ((HttpResponse)response).Headers;
                headers.ContentSecurityPolicy = ContentSecurityPolicy;
                headers.XContentTypeOptions = "nosniff";
                headers["Referrer-Policy"] = "same-origin";
                headers["Cross-Origin-Opener-Policy"] = "same-origin";
                return Task.CompletedTask;
            },
            context.Response);
        return next(context);
    }

    // A page checks the token of its forms by itself; an endpoint that a page's button posts to is checked here.
    private static async ValueTask<object?> OursOnly(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;
        if (!await context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context))
            throw new Refusal(RefusalCode.Invalid, "The form is not from a page of ours, or it has grown old. Load the page again.");
        return await next(invocation);
    }

    private static string Fingerprint(string file)
    {
        using var stream = Files.GetFileInfo(file).CreateReadStream();
        return Convert.ToHexStringLower(SHA256.HashData(stream))[..12];
    }
}
