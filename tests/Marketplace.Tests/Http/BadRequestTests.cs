using System.Text;

namespace Marketplace;

/// <summary>Whatever is sent, the answer names the field and is never a fault of ours.</summary>
public class BadRequestTests(SharedApi api) : IClassFixture<SharedApi>
{
    private const string Offer = """
        {"name":"r","card":"H100","cards":8,"region":"x","ask":{"amount":"1","currency":"CNY"},
         "availableFrom":"2026-01-01T00:00:00Z","availableUntil":"2026-02-01T00:00:00Z"}
        """;

    private readonly ApiHost _host = api.Host;

    [Theory]
    [InlineData("", "body")]
    [InlineData("null", "body")]
    [InlineData("[]", "body")]
    [InlineData("\"x\"", "body")]
    [InlineData("{", "body")]
    [InlineData("""{"name":"x","roles":["buyer"]} more""", "body")]
    [InlineData("{}", "name,roles")]
    [InlineData("""{"name":1,"roles":["buyer"]}""", "name")]
    [InlineData("""{"name":null,"roles":["buyer"]}""", "name")]
    [InlineData("""{"name":" ","roles":["buyer"]}""", "name")]
    [InlineData("""{"name":"a\u0000b","roles":["buyer"]}""", "name")]
    [InlineData("""{"name":"a\nb","roles":["buyer"]}""", "name")]
    [InlineData("""{"name":"\ud800","roles":["buyer"]}""", "name")]
    [InlineData("""{"name":"x","name":"y","roles":["buyer"]}""", "name")]
    [InlineData("""{"name":"x","roles":"buyer"}""", "roles")]
    [InlineData("""{"name":"x","roles":[]}""", "roles")]
    [InlineData("""{"name":"x","roles":[null]}""", "roles[0]")]
    [InlineData("""{"name":"x","roles":["byer"]}""", "roles[0]")]
    [InlineData("""{"name":"x","roles":[1]}""", "roles[0]")]
    [InlineData("""{"name":"x","roles":["buyer"],"Zone":"UTC"}""", "Zone")]
    [InlineData("""{"name":"x","roles":["buyer"],"zone":"Mars/Olympus"}""", "zone")]
    [InlineData("""{"name":"x","roles":["buyer"],"zone":null}""", "zone")]
    [InlineData("""{"name":"x","roles":["buyer"],"currency":"XXX"}""", "currency")]
    [InlineData("""{"name":"x","roles":["buyer"],"taxRate":-1}""", "taxRate")]
    [InlineData("""{"name":"x","roles":["buyer"],"taxRate":10001}""", "taxRate")]
    [InlineData("""{"name":"x","roles":["buyer"],"taxRate":1.5}""", "taxRate")]
    [InlineData("""{"name":"x","roles":["buyer"],"taxRate":"6"}""", "taxRate")]
    [InlineData("""{"name":"x","roles":["buyer"],"taxRate":99999999999}""", "taxRate")]
    [InlineData("""{"name":"x","roles":["buyer"],"jurisdiction":"china"}""", "jurisdiction")]
    public async Task Account_ThatCannotBe_NamesTheField(string body, string fields) =>
        Refused(await _host.Operator.Post("/v1/accounts", body), fields);

    [Theory]
    [InlineData("\"amount\":\"1\"", "\"amount\":\"1.0000000001\"", "ask.amount")]
    [InlineData("\"amount\":\"1\"", "\"amount\":\"-1\"", "ask.amount")]
    [InlineData("\"amount\":\"1\"", "\"amount\":\"1e3\"", "ask.amount")]
    [InlineData("\"amount\":\"1\"", "\"amount\":\"99999999999999999999\"", "ask.amount")]
    [InlineData("\"amount\":\"1\"", "\"amount\":1", "ask")]
    [InlineData("\"currency\":\"CNY\"", "\"currency\":\"RMB\"", "ask.currency")]
    [InlineData("\"currency\":\"CNY\"", "\"cur\":\"CNY\"", "ask")]
    [InlineData("{\"amount\":\"1\",\"currency\":\"CNY\"}", "null", "ask")]
    [InlineData("\"cards\":8", "\"cards\":0", "cards")]
    [InlineData("\"cards\":8", "\"cards\":0.0001", "cards")]
    [InlineData("\"cards\":8", "\"cards\":70000", "cards")]
    [InlineData("\"cards\":8", "\"cards\":\"8\"", "cards")]
    [InlineData("\"name\":\"r\"", "\"name\":null", "name")]
    [InlineData("2026-01-01T00:00:00Z", "2026-01-01", "availableFrom")]
    [InlineData("2026-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "availableFrom")]
    [InlineData("2026-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "availableFrom")]
    [InlineData("2026-02-01T00:00:00Z", "2026-01-01T00:00:00Z", "availableUntil")]
    public async Task Offer_ThatCannotBe_NamesTheField(string right, string wrong, string field)
    {
        var provider = await _host.Open("P", "provider");
        Assert.Contains(right, Offer, StringComparison.Ordinal);

        Refused(await provider.Post("/v1/offers", Offer.Replace(right, wrong, StringComparison.Ordinal)), field);
    }

    [Theory]
    [InlineData("/v1/accounts?limit=0", "limit")]
    [InlineData("/v1/accounts?limit=201", "limit")]
    [InlineData("/v1/accounts?limit=-1", "limit")]
    [InlineData("/v1/accounts?limit=x", "limit")]
    [InlineData("/v1/accounts?limit=99999999999", "limit")]
    [InlineData("/v1/accounts?limit=1&limit=2", "limit")]
    [InlineData("/v1/accounts?cursor=", "cursor")]
    [InlineData("/v1/accounts?cursor=abc", "cursor")]
    [InlineData("/v1/accounts?cursor=%00", "cursor")]
    [InlineData("/v1/accounts?cursor=Lm9y/w", "cursor")]
    [InlineData("/v1/accounts?limt=5", "limt")]
    [InlineData("/v1/charges", "lease")]
    [InlineData("/v1/charges?lease=", "lease")]
    [InlineData("/v1/charges?lease=a%20b", "lease")]
    [InlineData("/v1/accounts/a%20b", "id")]
    [InlineData("/v1/reconciliation", "period")]
    [InlineData("/v1/reconciliation?period=2026-13", "period")]
    [InlineData("/v1/reconciliation?period=2026-1", "period")]
    [InlineData("/v1/reconciliation?period=0001-01", "period")]
    [InlineData("/v1/reconciliation?period=2026-01&buyer=%27", "buyer")]
    [InlineData("/v1/cards?board=gpu", "board")]
    public async Task Query_ThatCannotBe_NamesTheParameter(string path, string field) => Refused(await _host.Operator.Get(path), field);

    [Theory]
    [InlineData("GET", "/v1/nothing", 404, "not_found")]
    [InlineData("GET", "/v1/accounts/org_missing", 404, "not_found")]
    [InlineData("GET", "/v1/cards/no-such-card", 404, "not_found")]
    [InlineData("PUT", "/v1/accounts", 405, "method_not_allowed")]
    [InlineData("POST", "/v1/billing-runs/run_x", 405, "method_not_allowed")]
    public async Task Address_ThatIsNone_IsAProblem(string method, string path, int status, string code)
    {
        var answer = await _host.Operator.Send(new HttpMethod(method), path, method == "GET" ? null : "{}");

        Assert.Equal((status, code), (answer.Status, answer.Text("code")));
        Assert.Equal("application/problem+json", answer.Header("Content-Type"));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=no-such-charset")]
    public async Task Body_OfAnotherMediaType_IsRefused(string type)
    {
        var answer = await _host.Operator.Post("/v1/accounts", "{}", ("Content-Type", type));

        Assert.Equal((415, "unsupported_media_type"), (answer.Status, answer.Text("code")));
    }

    [Fact]
    public async Task Body_TooLarge_IsRefused()
    {
        // Chunked, so that the length is not known beforehand.
        var pipe = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes($$"""{"name":"{{new string('x', 9 * 1024 * 1024)}}"}""")));
        pipe.Headers.ContentType = new("application/json");
        pipe.Headers.ContentLength = null;

        var answer = await _host.Operator.Send(HttpMethod.Post, "/v1/accounts", pipe, ("Transfer-Encoding", "chunked"));

        Assert.Equal((413, "too_large"), (answer.Status, answer.Text("code")));
    }

    [Fact]
    public async Task Body_InBytesThatAreNoText_IsRefused()
    {
        var bytes = new ByteArrayContent([.. """{"name":"x"""u8, 0xff, .. "\",\"roles\":[\"buyer\"]}"u8]);
        bytes.Headers.ContentType = new("application/json");

        Refused(await _host.Operator.Send(HttpMethod.Post, "/v1/accounts", bytes), "name");
    }

    private static void Refused(Answer answer, string fields)
    {
        Assert.Equal((400, "invalid"), (answer.Status, answer.Text("code")));
        Assert.Equal(fields, string.Join(',', answer.Fields));
        Assert.All(answer.At("errors").EnumerateArray(), e => Assert.NotEqual("", e.GetProperty("reason").GetString()));

        // No type, namespace or library of ours in what a stranger reads.
        foreach (var inner in new[] { "Marketplace.", "System.", "Npgsql", "Sqlite", "Exception" })
            Assert.DoesNotContain(inner, answer.Body, StringComparison.Ordinal);
    }
}
