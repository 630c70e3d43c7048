namespace Marketplace;

public class PagingTests(SharedApi api) : IClassFixture<SharedApi>
{
    [Fact]
    public async Task List_PageByPage_ShowsEveryRowOnce()
    {
        var host = api.Host;
        for (var i = 0; i < 5; i++) await host.Open($"Buyer {i}", "buyer");
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await host.Operator.Get($"/v1/accounts?limit=2{(cursor is null ? "" : $"&cursor={cursor}")}");
            seen.AddRange(page.At("items").EnumerateArray().Select(a => a.GetProperty("organisationId").GetString()!));
            cursor = page.At("nextCursor").GetString();
        }
        while (cursor is not null);

        Assert.Equal(6, seen.Count);
        Assert.Equal(seen.Distinct().Order(StringComparer.Ordinal), seen);
    }

    [Fact]
    public async Task List_ThatFitsExactly_HasNoNextPage()
    {
        var host = api.Host;
        var all = (await host.Operator.Get("/v1/accounts")).At("items").GetArrayLength();

        var page = await host.Operator.Get($"/v1/accounts?limit={all}");

        Assert.Null(page.At("nextCursor").GetString());
    }
}
