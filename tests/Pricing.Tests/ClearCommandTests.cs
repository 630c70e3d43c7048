using System.Text.Json;
using Marketplace.Benchmarks;

namespace Marketplace.Pricing;

/// <summary>The clear command over the example that docs/clearing.md shows, and over files with something wrong in them.</summary>
public sealed class ClearCommandTests
{
    private const string Offers = "id,card,ask,cards,from,until\nA,X,10,4,0,4\n";
    private const string Bids = "id,cards,hours,earliest,latest,limit\nb1,4,2,0,2,9\n";

    [Fact]
    public void Clear_OfTheExample_WritesAwardsPricesAndPayments()
    {
        var folder = Path.Combine(SharedFiles.Repository(), "docs", "clearing-example");
        var (code, text, result) = Run(Path.Combine(folder, "offers.csv"), Path.Combine(folder, "bids.csv"));

        Assert.Equal(0, code);
        Assert.StartsWith("2 of 3 units awarded, gain 72.00 CNY of at most 72.00; 1 of 1 components exact", text, StringComparison.Ordinal);
        Assert.Equal(
            ["b1 A 112.00 Uniform", "b2 B 56.00 Uniform"],
            result!.RootElement.GetProperty("awards").EnumerateArray().Select(a =>
                $"{a.GetProperty("bid")} {a.GetProperty("parts")[0].GetProperty("offer")} {a.GetProperty("pay")} "
                + $"{a.GetProperty("class")}"));
        Assert.Equal(
            ["0-2 Traded 14.00", "2-4 Indicative 10.00"],
            result.RootElement.GetProperty("prices")[0].GetProperty("slots").EnumerateArray().Select(s =>
                $"{s.GetProperty("from")}-{s.GetProperty("until")} {s.GetProperty("state")} {s.GetProperty("price")}"));
        Assert.Equal(
            ["Blue Heron 112.00", "Green Ibis 56.00", "North Lake 112.00", "Red Crane 56.00"],
            result.RootElement.GetProperty("payments").EnumerateArray().Select(p => $"{p.GetProperty("party")} {p.GetProperty("amount")}"));
        Assert.Equal("LostToHigher", result.RootElement.GetProperty("losers")[0].GetProperty("class").GetString());
    }

    [Fact]
    public void Clear_OfEveryKindOfBid_ReadsThemAll()
    {
        const string offers = """
            until,from,id,card,tier,region,band,lot,min_hours,max_hours,provider,ask,cards
            4,0,A,"X, large",node,here,70,2,1,4,north,1,8
            8,4,A,"X, large",node,here,70,2,1,4,north,1,6
            8,0,B,Y,single,there,80,1,1,8,south,1.5,8
            """;
        const string bids = """
            id,buyer,kind,cards,hours,amount,min_cards,max_cards,min_part,earliest,latest,limit,spread,exact,group,placed,pools
            g,a,gang,3,2,,,,,0,8,5,no,no,,7,"X, large/node/here/70=1.5;Y"
            d,b,divisible,4,1,,,,2,0,8,5,no,no,,,*=1
            t,c,divisible-time,1,4,,,,2,0,8,5,,,,,Y=1
            w,d,amount,,,6,1,4,,0,8,5,,,,,Y=1|0.9|0.8
            x1,e,,1,1,,,,,0,8,5,yes,yes,one,,Y
            x2,e,,2,1,,,,,0,8,5,yes,yes,one,,X
            """;
        var (code, text, result) = RunText(offers, bids);

        Assert.Equal(0, code);
        Assert.StartsWith("7 of 7 units awarded", text, StringComparison.Ordinal); // g, two parts each of d and t, w, and one of x1 and x2
        Assert.Single(result!.RootElement.GetProperty("awards").EnumerateArray(), a => a.GetProperty("unit").GetString() == "one");
    }

    /// <summary>The card is free to hour 6 and rests for the last of them; the second package waits for the rest after the first.</summary>
    [Fact]
    public void Clear_OfCardsThatRest_LeavesThemTheirHours()
    {
        var (code, _, result) = RunText(
            "id,card,ask,cards,from,until,drain_hours\nA,X,10,1,0,6,1\n",
            "id,cards,hours,earliest,latest,limit\nb1,1,2,0,2,18\nb2,1,2,2,6,16\nb3,1,1,5,6,20\n");

        Assert.Equal(0, code);
        Assert.Equal(
            ["b1 0", "b2 3"],
            result!.RootElement.GetProperty("awards").EnumerateArray().Select(a => $"{a.GetProperty("bid")} {a.GetProperty("start")}"));
        Assert.Equal("NoOffer", result.RootElement.GetProperty("losers")[0].GetProperty("class").GetString());
    }

    [Theory]
    [InlineData("id,card,ask,cards,from,until,drain_hours\nA,X,10,4,0,4,25\n", Bids, "column drain_hours: is 0 to 24")]
    [InlineData("id,card,ask,cards,from,until\nA,X,ten,4,0,4\n", Bids, "offers.csv line 2, column ask: not a plain decimal number")]
    [InlineData("id,card,ask,cards,from,until\nA,X,10,4,4,4\n", Bids, "offers.csv line 2, column until: is after from (4)")]
    [InlineData("id,card,ask,cards,from,until\nA,X,10,1.5,0,4\n", Bids, "offers.csv line 2, column cards: '1.5' is not a whole number")]
    [InlineData("id,card,ask,cards,from,until\nA,X,10,4,0,4\nA,X,11,4,4,8\n", Bids, "offers.csv line 3, column id: offer A was there")]
    [InlineData("id,card,ask,cards,from,until\nA,X,10,4,0,4\nA,X,10,4,3,8\n", Bids, "offers.csv line 3, column from: overlaps")]
    [InlineData("id,card,ask,cards,from\nA,X,10,4,0\n", Bids, "offers.csv line 1: the column until is missing")]
    [InlineData("id,card,price,ask,cards,from,until\n", Bids, "offers.csv line 1, column price: is not known; the columns are id")]
    [InlineData("id,card,ask,cards,from,until\nA,X,10,4,0\n", Bids, "offers.csv line 2: 5 fields, but the header has 6")]
    [InlineData("", Bids, "offers.csv: the file is empty")]
    [InlineData(Offers, "id,cards,hours,earliest,latest,limit\nb1,4,2,2,2,9\n", "bids.csv line 2, column latest: is after earliest (2)")]
    [InlineData(Offers, "id,cards,hours,earliest,latest,limit\nb1,0,2,0,2,9\n", "bids.csv line 2, column id: bid b1 wants 1 to 65535")]
    [InlineData(Offers, "id,cards,hours,earliest,latest,limit\nb1,,2,0,2,9\n", "bids.csv line 2, column cards: is empty")]
    [InlineData(Offers, "id,cards,hours,earliest,latest,limit\nb1,1,1,0,2,9\nb1,1,1,0,2,9\n", "bids.csv line 3, column id: bid b1 is")]
    [InlineData(Offers, "id,kind,earliest,latest,limit\nb1,block,0,2,9\n", "bids.csv line 2, column kind: 'block' is none of gang")]
    [InlineData(Offers, "id,cards,hours,earliest,latest,limit,pools\nb1,1,1,0,2,9,X=two\n", "bids.csv line 2, column pools: 'X=two'")]
    [InlineData(Offers, "id,cards,hours,earliest,latest,limit\nb1,9999,9,0,9,900000000\n", "bids.csv line 2, column id: bid b1 is worth")]
    [InlineData(Offers, "id,cards,hours,earliest,latest,limit,spread\nb1,1,1,0,2,9,maybe\n", "column spread: 'maybe' is neither yes")]
    public void Clear_OfBadInput_NamesFileLineAndColumn(string offers, string bids, string reason)
    {
        var (code, text, result) = RunText(offers, bids);

        Assert.Equal(2, code);
        Assert.Contains(reason, text, StringComparison.Ordinal);
        Assert.Null(result);
    }

    private static (int Code, string Text, JsonDocument? Result) RunText(string offers, string bids)
    {
        var folder = Directory.CreateTempSubdirectory("clear-").FullName;
        File.WriteAllText(Path.Combine(folder, "offers.csv"), offers);
        File.WriteAllText(Path.Combine(folder, "bids.csv"), bids);
        var run = Run(Path.Combine(folder, "offers.csv"), Path.Combine(folder, "bids.csv"));
        Directory.Delete(folder, recursive: true);
        return run;
    }

    private static (int Code, string Text, JsonDocument? Result) Run(string offers, string bids)
    {
        var destination = Path.GetTempFileName();
        using var text = new StringWriter();
        var code = ClearCommand.Run(["--offers", offers, "--bids", bids, "--out", destination], text, text);
        var written = File.ReadAllBytes(destination);
        File.Delete(destination);
        return (code, text.ToString(), written.Length == 0 ? null : JsonDocument.Parse(written));
    }
}
