using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Marketplace;

/// <summary>A party's own little HTTP server: it keeps what it is sent, and answers as the test says.</summary>
public sealed class HookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private HookReceiver(WebApplication app) => _app = app;

    public string Url => _app.Urls.First() + "/hook";

    /// <summary>What it answers from now on.</summary>
    public int Status { get; set; } = 204;

    /// <summary>What it was sent, in order.</summary>
    public ConcurrentQueue<Hook> Hooks { get; } = new();

    public static async Task<HookReceiver> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var receiver = new HookReceiver(app);
        app.MapPost("/hook", async (HttpContext context) =>
        {
            using var text = new StreamReader(context.Request.Body);
            var headers = context.Request.Headers;
            receiver.Hooks.Enqueue(new(
                headers["webhook-id"].ToString(), headers["webhook-timestamp"].ToString(), headers["webhook-signature"].ToString(),
                await text.ReadToEndAsync()));
            context.Response.StatusCode = receiver.Status;
            if (receiver.Status == 302) context.Response.Headers.Location = receiver.Url + "/elsewhere";
        });
        await app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

/// <summary>One message as it came.</summary>
public sealed record Hook(string Id, string Timestamp, string Signature, string Body)
{
    /// <summary>Verifies it as a receiver would that knows nothing but the secret and the specification.</summary>
    public bool IsSignedWith(string secret)
    {
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        var expected = "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{Id}.{Timestamp}.{Body}")));
        return Signature.Split(' ').Contains(expected, StringComparer.Ordinal);
    }
}
