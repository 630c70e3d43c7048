using System.Text.RegularExpressions;

namespace Marketplace;

/// <summary>The pages of the auctions, in both languages, with the worked example in them.</summary>
public sealed partial class AuctionPagesTests
{
    [Theory]
    [InlineData("en", "Receipt of an award", "End 2 hours later, and you match", "72")]
    [InlineData("zh-Hans", "成交凭据", "晚 2 小时结束", "72")]
    public async Task Pages_SayWhatTheBooksSay(string language, string receipt, string nearest, string gain)
    {
        await using var host = await ApiHost.Run(arrange: SignInTests.Pages, args: "--Marketplace:AuctionMinutes=0");
        var market = await AuctionApiTests.Play(host);
        var before = await Page(host, market.B3, language, $"/bids/{market.Bid3}/explanation");
        var run = await host.Operator.Post("/v1/auctions/run", "{}");
        var auction = run.Text("auctions.0.auctionId");
        var award = (await market.B1.Get($"/v1/bids/{market.Bid1}/awards")).Text("0.awardId");

        Assert.Contains("¥10.00", before, StringComparison.Ordinal); // alone; what others bid is told after the auction
        Assert.Contains($"/auctions/{auction}", await Page(host, market.B1, language, "/auctions"), StringComparison.Ordinal);
        var prices = await Page(host, market.B1, language, $"/auctions/{auction}");
        Assert.Contains("14.00", prices, StringComparison.Ordinal);
        Assert.Contains(gain, prices, StringComparison.Ordinal);
        Assert.Contains("<svg", prices, StringComparison.Ordinal);
        var shown = await Page(host, market.B1, language, $"/awards/{award}");
        Assert.Contains(receipt, shown, StringComparison.Ordinal);
        Assert.Contains("¥112.00", shown, StringComparison.Ordinal);
        var why = await Page(host, market.B3, language, $"/bids/{market.Bid3}/explanation?critical=true");
        Assert.Contains(nearest, why, StringComparison.Ordinal);
        Assert.Contains("¥16.6", why, StringComparison.Ordinal);
        Assert.Contains($"/awards/{award}", await Page(host, market.B1, language, $"/bids/{market.Bid1}"), StringComparison.Ordinal);
        foreach (var page in new[] { before, prices, shown, why })
        {
            Assert.DoesNotContain("<script>", page, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(" style=", page, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotMatch(KeyShown(), page);
        }
    }

    private static async Task<string> Page(ApiHost host, ApiClient who, string language, string path)
    {
        var cookie = (await host.Nobody.Get($"/test/sign-in?key={who.Key}")).Header("Set-Cookie")!.Split(';')[0];
        var page = await host.Nobody.Get(path, ("Accept", "text/html"), ("Cookie", $"{cookie}; lang={language}"));
        Assert.True(page.Status == 200, $"{path}: {page.Status} {page.Body}");
        return page.Body;
    }

    /// <summary>A word that nobody has translated shows its key.</summary>
    [GeneratedRegex(@"[>\s](loss|gang|lane|constraint|settlement|small):\w", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex KeyShown();
}
