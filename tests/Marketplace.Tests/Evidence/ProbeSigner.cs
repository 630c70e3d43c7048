using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>An agent beside a machine: measures it, as the test wants it to, and signs what it says.</summary>
internal sealed class ProbeSigner : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ApiClient _client;

    private ProbeSigner(ApiClient client) => _client = client;

    public string KeyId { get; private set; } = "";

    /// <summary>An agent whose key is registered.</summary>
    public static async Task<ProbeSigner> Of(ApiClient client)
    {
        var signer = new ProbeSigner(client);
        var key = await client.Post(
            "/v1/probe-keys", $$"""{"name":"agent","publicKey":"{{Convert.ToBase64String(signer._key.ExportSubjectPublicKeyInfo())}}"}""");
        Assert.Equal(201, key.Status);
        signer.KeyId = key.Text("probeKeyId");
        return signer;
    }

    public static string NewPublicKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());
    }

    /// <summary>The body of a probe of every claimed figure at that part of its claim, with a nonce of its own.</summary>
    public async Task<string> Body(ApiHost host, string wish, double part)
    {
        var nonce = await _client.Post("/v1/probes/nonces", wish);
        Assert.Equal(201, nonce.Status);
        await using var look = await host.Database.Read();
        return Signed(Statement(nonce.Text("nonce"), nonce.Text("card"), InstantText.Format(look.Now), part));
    }

    public async Task<Answer> Probe(ApiHost host, string wish, double part) =>
        await _client.Post("/v1/probes", await Body(host, wish, part));

    /// <summary>That statement, signed by this agent's key.</summary>
    public string Signed(string statement, string? header = null)
    {
        var text = $"{Part(header ?? $$"""{"alg":"ES256","kid":"{{KeyId}}"}""")}.{Part(statement)}";
        var signature = _key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256);
        return $$"""{"signed":"{{text}}.{{Base64Url.EncodeToString(signature)}}"}""";
    }

    public static string Statement(string nonce, string card, string takenAt, double part)
    {
        var rates = CardRegistry.Default.Find(card)!.Rates;
        var (compute, bandwidth) = (rates.Fp16Tflops!.Value * part, rates.BandwidthGBs!.Value * part);
        var samples = string.Join(
            ',', Sample("fp16", 4096, compute), Sample("fp16", 8192, compute), Sample("bandwidth", 1_000_000, bandwidth),
            Sample("bandwidth", 4_000_000, bandwidth));
        return $$"""
            {"nonce":"{{nonce}}","card":"{{card}}","framework":"pytorch 2.9","model":"gemm","takenAt":"{{takenAt}}","samples":[{{samples}}]}
            """;
    }

    public void Dispose() => _key.Dispose();

    private static string Sample(string figure, long size, double rate) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"figure":"{{figure}}","size":{{size}},"rates":[{{rate * 0.99:R}},{{rate:R}},{{rate * 1.01:R}}]}""");

    private static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
