namespace Marketplace.Pricing;

/// <summary>The rows of a table in the shared directory.</summary>
internal static class SharedTables
{
    internal static IReadOnlyList<CsvRow> Rows(string file)
    {
        var text = File.ReadAllText(SharedFiles.Require(file)).Replace("\r\n", "\n", StringComparison.Ordinal);
        return CsvTable.Parse(text, file, text[..text.IndexOf('\n', StringComparison.Ordinal)].Split(',')).Rows;
    }
}
