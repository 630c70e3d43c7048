using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Marketplace;

/// <summary>
/// Walks the API's own document and knocks at every door wrongly: whatever is sent, the answer is a 4xx problem that names the field, and
/// nothing has changed. A door that is new to the document has to bring its right request with it, or the walk fails.
/// </summary>
public sealed class EveryDoorTests(MarketWithEverything market) : IClassFixture<MarketWithEverything>
{
    private static readonly string[] Methods = ["get", "post", "put", "patch", "delete"];

    /// <summary>Doors at which anybody may look.</summary>
    private static readonly HashSet<string> Public =
    [
        "GET /v1/cards", "GET /v1/cards/{id}", "GET /v1/cards/{id}/versions", "GET /v1/cards/{id}/workloads/{workload}",
        "GET /v1/cards/{id}/derates", "GET /v1/workloads", "GET /v1/probes",
    ];

    /// <summary>Doors behind which things are everybody's: an offer is for sale to all.</summary>
    private static readonly HashSet<string> Everybodys =
    [
        "GET /v1/offers/{offerId}", "GET /v1/cards/{id}", "GET /v1/cards/{id}/versions", "GET /v1/cards/{id}/workloads/{workload}",
        "GET /v1/cards/{id}/derates", "GET /v1/index/{indexId}", "GET /v1/index/{indexId}/trades", "GET /v1/auctions/{auctionId}",
    ];

    /// <summary>Parameters that any text can be: what is not there is not found.</summary>
    private static readonly HashSet<string> AnyText = ["buyer", "account", "card", "region", "vendor", "lease", "provider"];

    /// <summary>Doors that take many rows and answer each: wrong rows are outcomes, tested beside their endpoints.</summary>
    private static readonly HashSet<string> ByRow = ["POST /v1/usage", "POST /v1/offers/import"];

    [Fact]
    public async Task EveryDoor_WithoutAKey_Is401()
    {
        foreach (var door in await Doors())
        {
            if (Public.Contains(door.Name)) continue;
            var answer = await Knock(market.Host.Nobody, door, door.Path(_ => "x_1"), market.Right(door.Name));
            Assert.True(answer.Status == 401, $"{door.Name} answered {answer.Status} to a stranger");
        }
    }

    [Fact]
    public async Task EveryBody_WithOneThingWrong_IsAProblemThatNamesIt_AndChangesNothing()
    {
        var before = await Digest();
        var wrongs = 0;
        foreach (var door in (await Doors()).Where(d => d.TakesJson && !ByRow.Contains(d.Name)))
        {
            var right = market.Right(door.Name)
                ?? throw new InvalidOperationException($"{door.Name} is new: say in MarketWithEverything what is right there");
            foreach (var (body, field) in Wrong(JsonNode.Parse(right)!.AsObject(), door.Required))
            {
                var answer = await Knock(market.Who(door.Name), door, door.Path(market.Own), body);
                Refused(door.Name, body, answer, field);
                wrongs++;
            }
        }

        Assert.InRange(wrongs, 150, int.MaxValue);
        Assert.Equal(before, await Digest());
    }

    [Fact]
    public async Task EveryId_OfSomebodyElseOrOfNobody_Is404Or403_AndChangesNothing()
    {
        var before = await Digest();
        foreach (var door in (await Doors()).Where(d => d.Parameters.Count > 0))
        {
            foreach (var stranger in new[] { market.OtherBuyer, market.OtherProvider })
            {
                if (Everybodys.Contains(door.Name)) continue;
                var answer = await Knock(stranger, door, door.Path(market.Own), market.Right(door.Name));
                Assert.True(
                    answer.Status is 403 or 404, $"{door.Name} answered {answer.Status} to a stranger's {stranger.Id}: {answer.Body}");
            }

            foreach (var nonsense in new[] { "x", "lease_", new string('9', 3_000), "%00", "%ff%fe", "'%20OR%201=1--", "🂡" })
            {
                var answer = await Knock(market.Who(door.Name), door, door.Path(_ => nonsense), market.Right(door.Name));
                Assert.True(
                    answer.Status is >= 400 and < 500, $"{door.Name} answered {answer.Status} to the id '{nonsense}': {answer.Body}");
            }
        }

        Assert.Equal(before, await Digest());
    }

    [Fact]
    public async Task EveryQueryParameter_ThatCannotBeRead_IsAProblemThatNamesIt()
    {
        foreach (var door in (await Doors()).Where(d => d.Method == "get"))
        {
            var unknown = await Knock(market.Who(door.Name), door, $"{door.Path(market.Own)}?surprise=1{Rest("surprise")}", null);
            Refused(door.Name, "?surprise=1", unknown, "surprise");
            foreach (var parameter in door.Query.Where(q => !AnyText.Contains(q)))
            {
                foreach (var value in new[] { "%F0%9F%82%A1", "-1", new string('9', 400), "%00", "1e999" })
                {
                    var answer =
                        await Knock(market.Who(door.Name), door, $"{door.Path(market.Own)}?{parameter}={value}{Rest(parameter)}", null);
                    Refused(door.Name, $"?{parameter}={value}", answer, parameter);
                }
            }

            // What a list cannot do without is right, so that only the one thing is wrong.
            string Rest(string wrong) => string.Concat(door.Query.Where(q => q != wrong && market.NeededQuery.ContainsKey(q))
                .Select(q => $"&{q}={market.NeededQuery[q]}"));
        }
    }

    private static void Refused(string door, string sent, Answer answer, string field)
    {
        Assert.True(answer.Status is >= 400 and < 500, $"{door} answered {answer.Status} to {sent}: {answer.Body}");
        Assert.Equal("application/problem+json", answer.Header("Content-Type")?.Split(';')[0]);
        Assert.False(string.IsNullOrEmpty(answer.Text("code")));
        Assert.True(
            answer.Fields.Any(f =>
                f == field || f.StartsWith(field + ".", StringComparison.Ordinal) || f.StartsWith(field + "[", StringComparison.Ordinal)),
            $"{door} named {string.Join(", ", answer.Fields)} and not {field}, when it was sent {sent}");
    }

    /// <summary>Every way in which a right request can be wrong in one place, with the field that has to be named.</summary>
    private static IEnumerable<(string Body, string Field)> Wrong(JsonObject right, IReadOnlySet<string> required)
    {
        yield return ("{", "body");
        yield return ("[]", "body");
        yield return ("null", "body");
        yield return (right.ToJsonString()[..^1] + ",\"surprise\":1}", "surprise");
        foreach (var (name, value) in right)
        {
            if (required.Contains(name))
            {
                yield return (With(right, name, null, remove: true), name);
                yield return (With(right, name, null), name);
            }

            // Nothing at all is a right tax, and a right time.
            foreach (var wrong in WrongValues(value!)
                .Where(w => (name, w) is not ("taxRate" or "minMinutes" or "noticeMinutes" or "drainMinutes", "0")))
            {
                yield return (With(right, name, JsonNode.Parse(wrong)), name);
            }
        }
    }

    private static IEnumerable<string> WrongValues(JsonNode value) => value switch
    {
        JsonObject when value["amount"] is not null =>
        [
            "1", "\"1 CNY\"", "[]", """{"amount":"-1","currency":"CNY"}""", """{"amount":"99999999999999999999","currency":"CNY"}""",
            """{"amount":1,"currency":"CNY"}""", """{"amount":"1","currency":"XXX"}""", """{"amount":"1"}""",
            """{"amount":"1","currency":"USD","x":1}""",
            """{"amount":null,"currency":"CNY"}""", """{"amount":"NaN","currency":"CNY"}""",
        ],
        JsonArray => ["1", "\"x\"", "[{}]", "[null]"],
        JsonValue number when number.GetValueKind() == JsonValueKind.Number =>
            ["-1", "0", "1e400", "99999999999999999999", "\"1\"", "{}", "[]", "true"],
        JsonValue flag when flag.GetValueKind() is JsonValueKind.True or JsonValueKind.False => ["0", "1", "\"true\"", "{}", "[]"],
        JsonValue text when InstantLike(text) =>
            ["1", "\"tomorrow\"", "\"0001-01-01T00:00:00Z\"", "\"99999-01-01T00:00:00Z\"", "\"2026-01-01\"",
                "\"2026-01-01T00:00:00.0000001Z\"", "{}"],
        _ => ["1", "{}", "[]", "true", "\"\"", $"\"{new string('x', 5_000)}\"", "\"a\\u0000b\""],
    };

    private static bool InstantLike(JsonValue text) =>
        text.GetValueKind() == JsonValueKind.String && Contracts.InstantText.TryParse(text.GetValue<string>(), out _);

    private static string With(JsonObject right, string name, JsonNode? value, bool remove = false)
    {
        var copy = right.DeepClone().AsObject();
        if (remove) copy.Remove(name);
        else copy[name] = value;
        return copy.ToJsonString();
    }

    private static Task<Answer> Knock(ApiClient who, Door door, string path, string? body)
    {
        var content = door.Method == "get" ? null : new StringContent(body ?? "", Encoding.UTF8, "application/json");
        return who.Send(new HttpMethod(door.Method.ToUpperInvariant()), path, content, ("If-Match", "\"1\""));
    }

    private async Task<IReadOnlyList<Door>> Doors()
    {
        var document = (await market.Host.Nobody.Get("/openapi/v1.json")).Json;
        var doors = new List<Door>();
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject().Where(o => Methods.Contains(o.Name)))
                doors.Add(Door.Of(document, operation.Name, path.Name, operation.Value));
        }

        Assert.InRange(doors.Count, 35, 500);
        return doors;
    }

    /// <summary>Every row of every table, but for what a look itself writes.</summary>
    private async Task<string> Digest()
    {
        await using var session = await market.Host.Database.Read();
        var text = new StringBuilder();
        foreach (var table in await session.Query<string>(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"))
        {
            var rows = (await session.Query<dynamic>($"SELECT t.* FROM {table} t"))
                .Select(r => string.Join('|', (IDictionary<string, object>)r));
            text.Append(table).Append('\n').AppendJoin('\n', rows.Order(StringComparer.Ordinal)).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>One operation of the document.</summary>
    private sealed record Door(
        string Method, string Template, IReadOnlyList<string> Parameters, IReadOnlyList<string> Query, bool TakesJson,
        IReadOnlySet<string> Required)
    {
        public string Name => $"{Method.ToUpperInvariant()} {Template}";

        public string Path(Func<string, string> idOf) =>
            Parameters.Aggregate(Template, (path, name) =>
                path.Replace($"{{{name}}}", idOf($"{Template}:{name}"), StringComparison.Ordinal));

        public static Door Of(JsonElement document, string method, string template, JsonElement operation)
        {
            var parameters = operation.TryGetProperty("parameters", out var list) ? list.EnumerateArray().ToList() : [];
            var schema = operation.TryGetProperty("requestBody", out var body)
                && body.GetProperty("content").TryGetProperty("application/json", out var json)
                ? json.GetProperty("schema")
                : (JsonElement?)null;
            if (schema is { } s && s.TryGetProperty("$ref", out var reference))
                schema = document.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1]);
            var required = schema is { } found && found.TryGetProperty("required", out var names)
                ? names.EnumerateArray().Select(n => n.GetString()!).ToHashSet()
                : [];
            return new(method, template, NamesIn("path"), NamesIn("query"), schema is not null, required);

            IReadOnlyList<string> NamesIn(string place) =>
                [.. parameters.Where(p => p.GetProperty("in").GetString() == place).Select(p => p.GetProperty("name").GetString()!)];
        }
    }
}
