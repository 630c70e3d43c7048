using System.Text.Json;
using Marketplace.Billing;
using Microsoft.AspNetCore.Http.Features;

namespace Marketplace;

/// <summary>
/// A request's body, read to its end before a transaction begins: a slow sender must not hold up the one writer that SQLite has, and an
/// idempotency key is compared with the body it came with.
/// </summary>
internal sealed record RequestBody(ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The most that is taken, in bytes.</summary>
    public const int Most = 8 * 1024 * 1024;

    /// <summary>Reads the body, and leaves it to be read again by whoever comes next.</summary>
    /// <exception cref="BadHttpRequestException">Too large, compressed, or in another encoding than UTF-8.</exception>
    public static async Task<RequestBody> Read(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.Count > 0) throw NotTaken("Content-Encoding is not taken: send the body as it is");
        var charset = request.GetTypedHeaders().ContentType?.Charset.Value?.Trim('"') ?? "utf-8";
        if (!charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)) throw NotTaken("only the charset utf-8 is taken");
        if (request.ContentLength > Most) throw TooLarge();
        var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        while (await request.Body.ReadAsync(chunk, request.HttpContext.RequestAborted) is > 0 and var read)
        {
            if (buffer.Length + read > Most) throw TooLarge();
            buffer.Write(chunk, 0, read);
        }

        var body = new RequestBody(buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
        body.Rewind(request);
        request.HttpContext.Features.Set(body);
        return body;
    }

    private static BadHttpRequestException NotTaken(string why) => new(why, StatusCodes.Status415UnsupportedMediaType);

    /// <summary>What the body says, of an endpoint at which it may be left out; null: there is none.</summary>
    /// <exception cref="Refusal">Invalid: it says null.</exception>
    public static T? Optional<T>(HttpRequest request)
        where T : class
    {
        var bytes = request.HttpContext.Features.GetRequiredFeature<RequestBody>().Bytes;
        return bytes.IsEmpty
            ? null
            : JsonSerializer.Deserialize<T>(bytes.Span, RequestJson.Options)
                ?? throw Refusal.Invalid("body", "is a JSON object, or left out");
    }

    /// <summary>Lets the body be read again from its beginning. A new stream, because the framework keeps a reader for each.</summary>
    public void Rewind(HttpRequest request) => request.Body = new MemoryStream(Bytes.ToArray(), writable: false);

    private static BadHttpRequestException TooLarge() =>
        new($"A request has at most {Most} bytes", StatusCodes.Status413PayloadTooLarge);
}
