namespace Marketplace.Pricing;

/// <summary>Answering with a language model. One of requests per second and concurrent streams.</summary>
/// <param name="ParametersBillion">Parameters in 1e9, 0.01 to 100,000.</param>
/// <param name="PromptTokens">Of a request, 1 to 10,000,000.</param>
/// <param name="OutputTokens">Of an answer, 1 to 1,000,000.</param>
/// <param name="RequestsPerSecond">0.0001 to 1,000,000.</param>
/// <param name="ConcurrentStreams">Answers under way at a time, 1 to 100,000,000.</param>
/// <param name="ActiveParametersBillion">Parameters that a token meets (mixture of experts); left out: all.</param>
/// <param name="TokensPerSecond">That one stream is to see, 1 to 1,000; left out: 20.</param>
/// <param name="WeightBits">8 or 16; left out: 8.</param>
public sealed record ServingFacts(
    double ParametersBillion, int PromptTokens, int OutputTokens, double? RequestsPerSecond = null, double? ConcurrentStreams = null,
    double? ActiveParametersBillion = null, double? TokensPerSecond = null, int? WeightBits = null)
{
    /// <summary>From so many streams on the batches are large.</summary>
    private const double LargeBatch = 100;

    private const double Load = 0.7;

    /// <exception cref="FactFault">A fact is out of bounds.</exception>
    public Demand Demand()
    {
        var parameters = FactFault.Within(ParametersBillion, 0.01, 100_000, "parametersBillion");
        var active = FactFault.Within(ActiveParametersBillion ?? parameters, 0.001, parameters, "activeParametersBillion");
        var prompt = FactFault.Within(PromptTokens, 1, 10_000_000, "promptTokens");
        var output = FactFault.Within(OutputTokens, 1, 1_000_000, "outputTokens");
        var pace = FactFault.Within(TokensPerSecond ?? 20, 1, 1_000, "tokensPerSecond");
        if (WeightBits is not (null or 8 or 16)) throw new FactFault("weightBits", "is 8 or 16");
        if (RequestsPerSecond is null == ConcurrentStreams is null)
            throw new FactFault("requestsPerSecond", "give exactly one of requestsPerSecond and concurrentStreams");
        var requests = RequestsPerSecond is { } rate
            ? FactFault.Within(rate, 0.0001, 1_000_000, "requestsPerSecond")
            : FactFault.Within(ConcurrentStreams!.Value, 1, 100_000_000, "concurrentStreams") * pace / output;
        var streams = Math.Ceiling(ConcurrentStreams ?? (requests * output / pace));
        var shape = ModelShape.Of(active);
        double width = (double)shape.Layers * shape.Hidden;
        var prefill = (2 * active * 1e9 * prompt) + (2 * width * prompt * prompt);
        var decode = ((2 * active * 1e9) + (4 * width * (prompt + (output / 2)))) * output;
        var decoding = streams >= LargeBatch ? "llm-decode-batch" : "llm-decode-interactive";
        var bytes = (WeightBits ?? 8) / 8;
        var perToken = 2.0 * shape.Layers * shape.KeyWidth * bytes;
        List<Assumption> assumptions =
        [
            shape.Assumed,
            new("operations", "2 per active parameter and token, and attention over what came before", "PaLM (2022), appendix B, causal"),
            new("memory per token of a stream", $"{perToken:0} bytes of keys and values", "layers x width of keys x 2 x bytes"),
            new("profile of the answers", decoding, $"large batches from {LargeBatch} streams on"),
            new("load", "70 % of what the cards can do, on average", "reasoned: room for peaks"),
        ];
        if (TokensPerSecond is null) assumptions.Add(new("pace of a stream", "20 tokens per second", "reasoned: faster than people read"));
        if (WeightBits is null) assumptions.Add(new("weights", "8 bits", "reasoned"));
        return new(
            [
                new(Workload.Find("llm-prefill")!, prefill * requests / 1e12 / Load),
                new(Workload.Find(decoding)!, decode * requests / 1e12 / Load),
            ],
            null, CopyGiB: parameters * 1e9 * bytes / Planner.GiB, 0, StreamGiB: perToken * (prompt + output) / Planner.GiB, streams,
            IsSharded: false, WeightBits == 16 ? Precision.Bf16 : null, assumptions);
    }
}
