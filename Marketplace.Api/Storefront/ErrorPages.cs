using Microsoft.AspNetCore.Http.HttpResults;

namespace Marketplace;

/// <summary>Shows a problem as a page.</summary>
internal static class ErrorPages
{
    /// <summary>
    /// The page gets services of its own: those of the request may belong to a page that failed half-way, and the renderer begins but once.
    /// </summary>
    public static async Task Show(HttpContext context, Problem problem)
    {
        var services = context.RequestServices;
        await using var fresh = services.CreateAsyncScope();
        context.RequestServices = fresh.ServiceProvider;
        try
        {
            await new RazorComponentResult<ErrorPage>(new { Problem = problem }) { StatusCode = problem.Status }.ExecuteAsync(context);
        }
        finally
        {
            context.RequestServices = services;
        }
    }
}
