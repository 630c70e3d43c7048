namespace Marketplace.Pricing;

public sealed class CsvTableTests
{
    [Fact]
    public void Parse_QuotedFields_KeepCommasQuotesAndLineEnds()
    {
        var rows = CsvTable.Parse("a,b\n1,\"x, \"\"y\"\"\nz\"\n2,\n3,\"\"", "t", "a", "b").Rows;

        Assert.Equal(["x, \"y\"\nz", "", ""], rows.Select(r => r["b"]));
        Assert.Equal(["1", "2", "3"], rows.Select(r => r["a"]));
    }

    [Theory]
    [InlineData("", "t: the header must be a,b")]
    [InlineData("b,a\n1,2\n", "t: the header must be a,b")]
    [InlineData("a,b,c\n", "t: the header must be a,b")]
    [InlineData("a,b\n1,2\n1\n", "t line 3: 1 fields instead of 2")]
    [InlineData("a,b\n\"x\ny\",2\n1,2,3\n", "t line 4: 3 fields instead of 2")]
    [InlineData("a,b\n\n1,2\n", "t line 2: 1 fields instead of 2")]
    [InlineData("a,b\n1,x\"y\n", "t line 2: a quote or carriage return out of place")]
    [InlineData("a,b\n1,2\r\n", "t line 2: a quote or carriage return out of place")]
    [InlineData("a,b\n1,\"x\"y\n", "t line 2: text after the closing quote")]
    [InlineData("a,b\n1,\"x\n", "t line 3: a quoted field does not end")]
    public void Parse_AnythingCrooked_IsRefusedWithItsLine(string text, string reason) =>
        Assert.Equal(reason, Assert.Throws<FormatException>(() => CsvTable.Parse(text, "t", "a", "b")).Message);

    [Theory]
    [InlineData("", null)]
    [InlineData("0", 0.0)]
    [InlineData("66.9", 66.9)]
    public void Rate_EmptyAndZero_AreNotTheSame(string text, double? rate) =>
        Assert.Equal(rate, CsvTable.Parse("a,b\n1," + text, "t", "a", "b").Rows[0].Rate("b"));

    [Theory]
    [InlineData("-1")]
    [InlineData("1e3")]
    [InlineData("1,000")]
    [InlineData("NaN")]
    [InlineData("unknown")]
    public void Rate_NoPlainNumber_IsRefused(string text) =>
        Assert.Throws<FormatException>(() => CsvTable.Parse($"a,b\n1,\"{text}\"", "t", "a", "b").Rows[0].Rate("b"));
}
