using Xunit.Sdk;

namespace Marketplace;

public sealed class SharedFilesTests
{
    [Fact]
    public void Require_AFileThatIsThere_GivesItsPath() =>
        Assert.StartsWith("vendor,model,", File.ReadAllText(SharedFiles.Require("data/cards.csv")), StringComparison.Ordinal);

    [Fact]
    public void Require_AFileThatIsMissing_FailsUnderCiAndElseSkips()
    {
        // Assert.Throws lets the exception of a skipped test pass, hence by hand.
        Exception? refusal = null;
        try
        {
            SharedFiles.Require("data/no-such-file.csv");
        }
        catch (Exception thrown) when (thrown is FailException or SkipException)
        {
            refusal = thrown;
        }

        Assert.Contains("../shared/data/no-such-file.csv is not beside this clone", refusal?.Message, StringComparison.Ordinal);
        Assert.Equal(Environment.GetEnvironmentVariable("CI") == "true", refusal is FailException);
    }
}
