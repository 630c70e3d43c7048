namespace Marketplace;

/// <summary>
/// Data files that are no part of the repository: the directory <c>shared</c> that may stand beside it. A test over them
/// is skipped by name in a clone without the directory, and fails where the build is judged (CI=true).
/// </summary>
public static class SharedFiles
{
    /// <summary>The full path of a file of <c>../shared</c>, such as data/cards.csv.</summary>
    public static string Require(string file)
    {
        var path = Path.GetFullPath(Path.Combine(Repository(), "..", "shared", file));
        if (!Path.Exists(path))
        {
            var missing = $"../shared/{file} is not beside this clone";
            if (Environment.GetEnvironmentVariable("CI") == "true")
            {
                Assert.Fail(missing);
            }

            Assert.Skip(missing);
        }

        return path;
    }

    internal static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Marketplace.sln")))
        {
            folder = folder.Parent
                ?? throw new InvalidOperationException($"There is no Marketplace.sln above {AppContext.BaseDirectory}.");
        }

        return folder.FullName;
    }
}
