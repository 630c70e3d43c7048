using System.Globalization;

namespace Marketplace;

/// <summary>
/// Which of the two languages a page speaks: the one that the <c>lang</c> cookie says, else the browser's first that we know. Only words
/// change with the language: numbers and dates are written the same in both, and the process knows no other culture's formats.
/// <c>zh-Hans</c> is what links, cookies and the <c>lang</c> attribute say; within the process the culture is <c>zh</c>, because invariant
/// globalization writes the other one zh-HANS, and no file system that tells cases apart finds its resources then.
/// </summary>
internal static class Languages
{
    public const string Cookie = "lang";

    public static readonly CultureInfo English = new("en"), Chinese = new("zh");

    /// <summary>Whether this request is answered in Chinese.</summary>
    public static bool IsChinese => CultureInfo.CurrentUICulture.Name == Chinese.Name;

    /// <summary>The language of this request, as the <c>lang</c> attribute of a page says it.</summary>
    public static string Current => Code(CultureInfo.CurrentUICulture);

    public static Task Speak(HttpContext context, RequestDelegate next)
    {
        CultureInfo.CurrentUICulture = Of(context.Request);
        return next(context);
    }

    /// <summary>Keeps the language and goes back to where the reader was.</summary>
    public static IResult Choose(HttpContext context, string code, string? @return)
    {
        if (Known(code) is { } language)
        {
            context.Response.Cookies.Append(Cookie, Code(language), new CookieOptions
            {
                HttpOnly = true, IsEssential = true, MaxAge = TimeSpan.FromDays(365), Path = "/", SameSite = SameSiteMode.Lax,
                Secure = context.Request.IsHttps,
            });
        }

        return Results.LocalRedirect(Local(@return));
    }

    /// <summary>A path of ours, whatever a link says: nobody is led to another site from here.</summary>
    public static string Local(string? path) =>
        path is ['/', not ('/' or '\\'), ..] && !path.Any(char.IsControl) ? path : "/";

    internal static CultureInfo Of(HttpRequest request)
    {
        if (request.Cookies[Cookie] is { } chosen && Known(chosen) is { } language) return language;
        return request.GetTypedHeaders().AcceptLanguage
            .OrderByDescending(l => l.Quality ?? 1)
            .Select(l => Known(l.Value.Value ?? ""))
            .FirstOrDefault(l => l is not null) ?? English;
    }

    private static string Code(CultureInfo language) => language.Name == Chinese.Name ? "zh-Hans" : "en";

    /// <summary>Any Chinese is served the one Chinese that we write.</summary>
    private static CultureInfo? Known(string code) => code.Split('-')[0].ToLowerInvariant() switch
    {
        "zh" => Chinese,
        "en" => English,
        _ => null,
    };
}
