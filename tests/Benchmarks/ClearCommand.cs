using System.Globalization;
using Marketplace.Pricing;

namespace Marketplace.Benchmarks;

/// <summary>
/// <c>clear --offers FILE --bids FILE --out FILE [--currency CNY] [--slots N] [--seller-share BASIS_POINTS] [--threads N]</c>: clears a
/// market given as two tables and writes awards, prices and payments, so that anyone can check a clearing from outside.
/// </summary>
internal static class ClearCommand
{
    private static readonly string[] Known = ["--offers", "--bids", "--out", "--currency", "--slots", "--seller-share", "--threads"];

    /// <returns>0; 2 with a sentence on <paramref name="errors"/> if the input is refused.</returns>
    internal static int Run(string[] args, TextWriter output, TextWriter errors)
    {
        try
        {
            output.WriteLine(Clear(Options(args)));
            return 0;
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            errors.WriteLine(e.Message);
            return 2;
        }
    }

    private static string Clear(Dictionary<string, string> options)
    {
        var (offers, bids) = (Required(options, "--offers"), Required(options, "--bids"));
        var destination = Required(options, "--out");
        var currency = Currency.Of(options.GetValueOrDefault("--currency", "CNY"));
        var files = ClearFiles.Read(
            File.ReadAllText(offers), Path.GetFileName(offers), File.ReadAllText(bids), Path.GetFileName(bids), currency);
        var slots = Number(options, "--slots", files.Slots);
        if (slots < files.Slots) throw new FormatException($"--slots {slots}: the files name slots up to {files.Slots}");
        var share = Number(options, "--seller-share", 0);
        if (share > BasisPoints.Whole) throw new FormatException($"--seller-share {share}: is at most {BasisPoints.Whole}");
        var units = BidUnits.All(files.Bids, files.Offers);
        var snapshot = AuctionSnapshot.Of(
            1, ClearFiles.Gate, slots, currency, new() { SellerShare = new(share) }, files.Offers, units.SelectMany(u => u.Units));
        var result = Clearing.Clear(snapshot, Number(options, "--threads", 0));
        File.WriteAllBytes(destination, ClearJson.Of(snapshot, result));
        var exact = result.Components.Count(c => c.IsExact);
        return $"{result.Awards.Count} of {snapshot.Units.Count} units awarded, gain {ClearJson.Amount(result.GainNanos)} {currency} "
            + $"of at most {ClearJson.Amount(result.BoundNanos)}; {exact} of {result.Components.Count} components exact; "
            + $"result {result.Hash[..12]}";
    }

    private static Dictionary<string, string> Options(string[] args)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Length; i += 2)
        {
            if (!Known.Contains(args[i])) throw new FormatException($"{args[i]}: is not known; the options are {string.Join(", ", Known)}");
            if (i + 1 == args.Length) throw new FormatException($"{args[i]}: its value is missing");
            if (!options.TryAdd(args[i], args[i + 1])) throw new FormatException($"{args[i]}: is there twice");
        }

        return options;
    }

    private static string Required(Dictionary<string, string> options, string name) =>
        options.TryGetValue(name, out var value)
            ? value
            : throw new FormatException($"{name}: is missing; {string.Join(' ', Known[..3])} are needed");

    private static int Number(Dictionary<string, string> options, string name, int otherwise)
    {
        if (!options.TryGetValue(name, out var text)) return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new FormatException($"{name} {text}: is not a whole number");
    }
}
