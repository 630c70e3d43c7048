using System.Text.RegularExpressions;
using System.Xml.Linq;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>What of the pages can be told without a browser.</summary>
public sealed partial class StorefrontTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private static readonly (string Name, string Value) Html = ("Accept", "text/html");

    private readonly ApiHost _host = shared.Host;

    [Theory]
    [InlineData("/", 200, "Offers")]
    [InlineData("/nowhere", 404, "There is nothing here")]
    [InlineData("/cards/no-such-card", 404, "There is nothing here")]
    [InlineData("/offers?memory=much", 400, "Memory, at least: is a whole number")]
    [InlineData("/offers?from=2026-02-02T00:00&until=2026-02-01T00:00", 400, "until: is after from")]
    public async Task Page_ForAStranger_SaysWhatItIs(string path, int status, string text)
    {
        var page = await _host.Nobody.Get(path, Html);

        Assert.Equal(status, page.Status);
        Assert.Contains(text, page.Body, StringComparison.Ordinal);
        Assert.StartsWith("default-src 'none'; style-src 'self'", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Equal("nosniff", page.Header("X-Content-Type-Options"));
        Assert.DoesNotContain("<script", page.Body, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(" style=", page.Body, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("/leases")]
    [InlineData("/invoices/x.csv")]
    [InlineData("/reconciliation")]
    public async Task Page_OfTheBooks_AsksAStrangerForAKey(string path)
    {
        var page = await _host.Nobody.Get(path, Html);

        Assert.Equal(302, page.Status);
        Assert.StartsWith("/sign-in?from=", new Uri(page.Header("Location")!).PathAndQuery, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zh-CN,zh;q=0.9,en;q=0.8", null, "zh-Hans", "报价")]
    [InlineData("fr-FR,fr", null, "en", "Offers")]
    [InlineData("zh-CN", "en", "en", "Offers")]
    [InlineData("en", "zh-Hans", "zh-Hans", "报价")]
    [InlineData("", "tlh", "en", "Offers")]
    public async Task Language_IsTheCookiesElseTheBrowsers(string accepted, string? cookie, string language, string title)
    {
        var page = await _host.Nobody.Get("/", ("Accept-Language", accepted), ("Cookie", cookie is null ? "" : $"lang={cookie}"));

        Assert.Contains($"<html lang=\"{language}\">", page.Body, StringComparison.Ordinal);
        Assert.Contains($"<title>{title}</title>", page.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/offers?cards=8", "/offers?cards=8")]
    [InlineData("https://elsewhere.example/", "/")]
    [InlineData("//elsewhere.example/", "/")]
    [InlineData("/\\elsewhere.example/", "/")]
    public async Task ChoosingALanguage_LeadsBackToUsAlone(string back, string to)
    {
        var answer = await _host.Nobody.Get($"/language/zh-Hans?return={Uri.EscapeDataString(back)}");

        Assert.Equal((302, to), (answer.Status, answer.Header("Location")));
        Assert.Contains("lang=zh-Hans", answer.Header("Set-Cookie"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task APost_WithoutOurToken_IsRefused()
    {
        var answer = await _host.Nobody.Send(HttpMethod.Post, "/sign-out", new FormUrlEncodedContent([]), Html);

        Assert.Equal(400, answer.Status);
    }

    [Fact]
    public async Task StyleSheet_IsServedFromTheAssembly_ForGood()
    {
        var page = (await _host.Nobody.Get("/")).Body;
        var from = page.IndexOf("/site.css?v=", StringComparison.Ordinal);

        var answer = await _host.Nobody.Get(page[from..page.IndexOf('"', from)]);

        Assert.Equal((200, "text/css"), (answer.Status, answer.Header("Content-Type")));
        Assert.Contains("immutable", answer.Header("Cache-Control"), StringComparison.Ordinal);
    }

    [Fact]
    public void EveryWordOfThePages_HasItsChinese()
    {
        var room = Path.Combine(SharedFiles.Repository(), "Marketplace.Api", "Storefront");
        var chinese = Keys(Path.Combine(room, "Words.zh.resx"));
        var english = Keys(Path.Combine(room, "Words.resx"));
        var sources = string.Join('\n', Directory.EnumerateFiles(room, "*.razor").Select(File.ReadAllText));
        var used = Used().Matches(sources).Select(m => m.Groups["key"].Value).ToHashSet(StringComparer.Ordinal);

        // A key that ends in a colon is the beginning of a word such as cause:Rounding; one with a colon within is no sentence.
        Assert.Empty(used.Where(k => !k.EndsWith(':')).Except(chinese, StringComparer.Ordinal));
        Assert.Empty(used.Where(k => k.StartsWith("small:", StringComparison.Ordinal)).Except(english, StringComparer.Ordinal));
        Assert.Empty(english.Except(chinese, StringComparer.Ordinal));
        Assert.Contains("Offers", used);
    }

    [Theory]
    [InlineData(0, "¥0.00")]
    [InlineData(1_250, "¥12.50")]
    [InlineData(9_614_928, "¥96,149.28")]
    [InlineData(-5, "−¥0.05")]
    public void Money_IsWrittenWithItsSignAndThousands(long minor, string text) =>
        Assert.Equal(text, Show.Money(new Money(minor, Currency.Cny)));

    [Theory]
    [InlineData("3.166666667", "3.17")]
    [InlineData("0.0123", "0.0123")]
    [InlineData("1234.5", "1,234.50")]
    public void Rate_HasNoMoreDigitsThanItCarries(string price, string text) =>
        Assert.Equal(text, Show.Rate(UnitPrice.Parse(price, Currency.Cny)));

    [Fact]
    public void Days_OfAHalfOpenPeriod_EndOnItsLastDay()
    {
        var zone = DateTimeZoneProviders.Tzdb["Asia/Shanghai"];

        Assert.Equal(
            "2026-01-01 – 2026-01-31", Show.Days(Instant.FromUtc(2025, 12, 31, 16, 0), Instant.FromUtc(2026, 1, 31, 16, 0), zone));
    }

    [Fact]
    public void PriceRange_OfOutliers_KeepsTheOthersApart()
    {
        var range = PriceRange.Of([.. new[] { 4, 5, 6, 400 }.Select(p => new UnitPrice(p * 1_000_000_000L, Currency.Cny))])!;

        Assert.Equal(5_000_000_000, range.Median.Nanos);
        Assert.Equal((0, 1), (range.Place(range.Cheapest), range.Place(range.Dearest)));
        Assert.InRange(range.Place(range.Median), 0.04, 0.06);
    }

    private static HashSet<string> Keys(string file) =>
        [.. XDocument.Load(file).Root!.Elements("data").Select(e => e.Attribute("name")!.Value)];

    [GeneratedRegex("""\bL\["(?<key>([^"\\]|\\.)*)"(?=\s*[\],+])""", RegexOptions.ExplicitCapture, 5_000)]
    private static partial Regex Used();
}
