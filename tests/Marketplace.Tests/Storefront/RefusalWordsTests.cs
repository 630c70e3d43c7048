using System.Globalization;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Marketplace;

/// <summary>A page says no in the reader's language, whatever book it comes from.</summary>
public sealed class RefusalWordsTests
{
    /// <summary>What only a program reads: the files that ship with the market, and the journal of its auctions.</summary>
    private static readonly string[] NeverSeen =
    [
        "Pricing/Cards/CsvTable.cs", "Pricing/Clearing/", "Pricing/Evidence/MeasuredRatio.cs", "Pricing/Evidence/MeasuredResults.cs",
    ];

    [Fact]
    public void EveryRefusal_HasItsChinese()
    {
        var texts = HouseTests.Sources.Where(s => s is { IsProduct: true, Extension: ".cs" or ".razor" })
            .Where(s => !NeverSeen.Any(seen => s.Path.StartsWith(seen, StringComparison.Ordinal))).SelectMany(RefusalTexts.In).ToList();

        Assert.True(texts.Count > 300, $"only {texts.Count} refusals were found");
        Assert.Empty(Untranslated(texts));
    }

    [Theory]
    [InlineData("""throw Refusal.Invalid("cards", "is nothing that anybody has translated");""", 1)]
    [InlineData("""throw Refusal.NotFound($"such thing as {x.Join(", ")}");""", 1)]
    [InlineData("""Refusal.Conflict(a ? $"The lease was {b}" + " by {nobody}" : "Nobody knows why", "cards")""", 2)]
    [InlineData("""read(t) ?? throw new FormatException("is a whole number")""", 0)]
    [InlineData("""throw Refusal.Invalid($"{field}.amount", $"is at most {OfferDraft.HighestAsk} per card-hour");""", 0)]
    public void ARefusalThatNobodyHasTranslated_IsFound(string code, int count) =>
        Assert.Equal(count, Untranslated(RefusalTexts.In(new Source("Marketplace.Api/X.cs", code))).Count);

    private static List<string> Untranslated(IEnumerable<(string At, string Text)> texts)
    {
        var factory = new ResourceManagerStringLocalizerFactory(Options.Create(new LocalizationOptions()), NullLoggerFactory.Instance);
        var phrases = new Phrases(new StringLocalizer<Words>(factory));
        var before = CultureInfo.CurrentUICulture;
        CultureInfo.CurrentUICulture = Languages.Chinese;
        try
        {
            return [.. texts.Where(t => phrases.Say(t.Text) == t.Text).Select(t => $"{t.At}: {t.Text}").Distinct()];
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }
}
