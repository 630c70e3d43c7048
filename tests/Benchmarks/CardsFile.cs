using Marketplace.Pricing;

namespace Marketplace.Benchmarks;

/// <summary>Cards from a file of the form <c>vendor,model,form_factor,mem_gib,mem_bw_gbs,fp64_tflops,…</c>, by "vendor model".</summary>
internal static class CardsFile
{
    /// <exception cref="FormatException">A column is missing or a figure cannot be read; the line is named.</exception>
    public static Dictionary<string, Card> Read(string file)
    {
        var text = File.ReadAllText(file).Replace("\r\n", "\n", StringComparison.Ordinal);
        var table = CsvTable.Parse(text, file, text[..text.IndexOf('\n', StringComparison.Ordinal)].Split(','));
        return table.Rows.Select(Of).ToDictionary(c => $"{c.Vendor} {c.Model}", StringComparer.Ordinal);
    }

    private static Card Of(CsvRow row)
    {
        var (vendor, model) = (row.Required("vendor"), row.Required("model"));
        var rates = new CardRates
        {
            BandwidthGBs = row.Rate("mem_bw_gbs"),
            Fp64Tflops = row.Rate("fp64_tflops"),
            Fp64TensorTflops = row.Rate("fp64_tensor_tflops"),
            Fp32Tflops = row.Rate("fp32_tflops"),
            Tf32Tflops = row.Rate("tf32_tflops"),
            Bf16Tflops = row.Rate("bf16_tflops"),
            Fp16Tflops = row.Rate("fp16_tflops"),
            Fp8Tflops = row.Rate("fp8_tflops"),
            Int8Tops = row.Rate("int8_tops"),
            Fp4Tflops = row.Rate("fp4_tflops"),
            Int4Tops = row.Rate("int4_tops"),
        };
        return new(rates)
        {
            // The registry's own id where it knows the card, so that the reference is found under it.
            Id = CardRegistry.Default.Resolve($"{vendor} {model}").Card?.Id ?? $"{vendor} {model}",
            Vendor = vendor,
            Model = model,
            Board = Board.Ai,
            FormFactor = row["form_factor"],
            Cores = null,
            MemoryGiB = null,
            LinkGBs = row.Rate("interconnect_gbs"),
            PowerWatts = row.Rate("tdp_w"),
            Year = row.Whole("year"),
            Aliases = [],
            Evidence = Evidence.Secondary,
            Assumed = [],
            Source = row["source"],
            Doubts = row["doubts"],
        };
    }
}
