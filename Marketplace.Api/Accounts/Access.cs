using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;

namespace Marketplace;

/// <summary>Who gets in: everything needs a key unless its endpoint says otherwise.</summary>
internal static class Access
{
    private const string Either = "either";

    public static void AddAccess(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddScoped(provider => Caller.Of(provider.GetRequiredService<IHttpContextAccessor>().HttpContext?.User)!);
        services.AddAuthentication(Either)
            .AddPolicyScheme(Either, null, options => options.ForwardDefaultSelector = SchemeOf)
            .AddScheme<AuthenticationSchemeOptions, Bearer>(Bearer.Name, null)
            .AddCookie(SignIn.Scheme, SignIn.Configure);
        services.AddAuthorization(options => options.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        services.AddDataProtection().SetApplicationName("marketplace").SetDefaultKeyLifetime(SignInKeys.Lifetime);
        services.AddSingleton<SignInKeys>();
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider =>
            new ConfigureOptions<KeyManagementOptions>(options => options.XmlRepository = provider.GetRequiredService<SignInKeys>()));
    }

    // A cookie never opens the API, whatever page made the browser send it.
    private static string SchemeOf(HttpContext context) =>
        Routes.IsApi(context) || context.Request.Headers.ContainsKey("Authorization") ? Bearer.Name : SignIn.Scheme;
}
