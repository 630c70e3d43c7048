using System.Text.Json;

namespace Marketplace;

public class ApiDocumentTests(SharedApi api) : IClassFixture<SharedApi>
{
    [Fact]
    public async Task Document_EveryOperation_HasASummaryAndASuccess()
    {
        var document = (await api.Host.Nobody.Get("/openapi/v1.json")).Json;

        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject().Where(o => o.Name is "get" or "post" or "put" or "patch" or "delete"))
            {
                Assert.True(operation.Value.TryGetProperty("summary", out _), $"{operation.Name} {path.Name} has no summary");
                Assert.True(
                    operation.Value.GetProperty("responses").EnumerateObject().Any(r => r.Name[0] == '2'),
                    $"{operation.Name} {path.Name} has no success");
            }
        }
    }

    [Fact]
    public async Task Document_EverySchemaOfAField_SaysWhatItIs()
    {
        var schemas = (await api.Host.Nobody.Get("/openapi/v1.json")).At("components.schemas");

        foreach (var schema in schemas.EnumerateObject().Where(s => s.Value.TryGetProperty("properties", out _)))
        {
            foreach (var field in schema.Value.GetProperty("properties").EnumerateObject())
                Assert.True(SaysWhatItIs(field.Value), $"{schema.Name}.{field.Name} is {field.Value.GetRawText()}");
        }

        static bool SaysWhatItIs(JsonElement schema) =>
            new[] { "type", "$ref", "oneOf", "anyOf", "enum" }.Any(word => schema.TryGetProperty(word, out _));
    }
}
