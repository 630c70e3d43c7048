using System.Collections.Concurrent;
using System.Data.Common;
using System.Reflection;
using Marketplace.Billing;

namespace Marketplace;

/// <summary>Put on an endpoint that is no method of ours (a page): it uses the request's session too.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class UsesSessionAttribute : Attribute;

/// <summary>
/// One request, one transaction. An endpoint that takes a <see cref="Session"/> gets one that only looks (GET) or one that writes. What it
/// wrote is committed when it answers with a status below 400, before the first byte of the answer leaves; otherwise nothing is kept.
/// It stands behind authorisation, so a stranger opens no transaction, and reads the body first, so a slow sender holds none. With the body
/// read and the answer held back, a change that the database turned away in passing (two that locked each other out) is simply made again.
/// </summary>
internal sealed class UnitOfWork(RequestDelegate next, Database database)
{
    private const int MostTries = 3;

    private static readonly ConcurrentDictionary<MethodInfo, bool> TakesSession = new();

    public async Task Invoke(HttpContext context)
    {
        if (!UsesSession(context.GetEndpoint()))
        {
            await next(context);
        }
        else if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        {
            await using var session = await database.Read(context.RequestAborted);
            context.Features.Set(session);
            await next(context);
        }
        else
        {
            await Change(context);
        }
    }

    private async Task Change(HttpContext context)
    {
        var body = await RequestBody.Read(context.Request);
        var once = await Idempotency.Of(context, body);
        var headers = context.Response.Headers.ToArray();
        for (var tries = 1; ; tries++)
        {
            var work = new Work();
            try
            {
                await Change(context, once, work);
                return;
            }
            catch (DbException e) when (e.IsTransient && tries < MostTries && !work.MayBeKept)
            {
                body.Rewind(context.Request);
                context.Response.Clear();
                foreach (var (name, value) in headers) context.Response.Headers[name] = value;
            }
        }
    }

    private async Task Change(HttpContext context, Idempotency? once, Work work)
    {
        await using var session = await database.Write(context.RequestAborted);
        context.Features.Set(session);
        if (once is not null && await once.Claim(session) is { } before)
        {
            await session.DisposeAsync();
            await before.Replay(context);
            return;
        }

        var answer = await Answer(context);
        if (context.Response.StatusCode < StatusCodes.Status400BadRequest)
        {
            if (once is not null) await once.Keep(session, context, answer);
            work.MayBeKept = true;
            await session.Commit();
        }

        // Here the writer is free again; the reader of the answer may take its time.
        await session.DisposeAsync();
        if (answer.Length > 0) await context.Response.Body.WriteAsync(answer, context.RequestAborted);
    }

    /// <summary>Runs the endpoint and holds its answer back.</summary>
    private async Task<ReadOnlyMemory<byte>> Answer(HttpContext context)
    {
        var wire = context.Response.Body;
        using var held = new MemoryStream();
        context.Response.Body = held;
        try
        {
            await next(context);
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        }
        finally
        {
            context.Response.Body = wire;
        }

        return held.ToArray();
    }

    private static bool UsesSession(Endpoint? endpoint) =>
        endpoint is not null
        && (endpoint.Metadata.GetMetadata<UsesSessionAttribute>() is not null
            || (endpoint.Metadata.GetMetadata<MethodInfo>() is { } method
                && TakesSession.GetOrAdd(method, m => m.GetParameters().Any(p => p.ParameterType == typeof(Session)))));

    /// <summary>How far a try got. Once its commit has begun nobody knows whether it was kept, so it is not made again.</summary>
    private sealed class Work
    {
        public bool MayBeKept { get; set; }
    }
}
