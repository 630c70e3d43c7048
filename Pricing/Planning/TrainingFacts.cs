namespace Marketplace.Pricing;

/// <summary>How much of a model is trained.</summary>
public enum TrainingMethod
{
    /// <summary>From scratch or on, every parameter.</summary>
    Full,

    /// <summary>Small adapters beside frozen weights (LoRA).</summary>
    Adapters,
}

/// <summary>Training or fine-tuning a transformer.</summary>
/// <param name="ParametersBillion">Parameters in 1e9, 0.01 to 100,000.</param>
/// <param name="TokensBillion">Tokens to see in 1e9, 0.000001 to 1,000,000.</param>
/// <param name="DeadlineHours">The time it may take, 0.01 to 100,000 hours.</param>
/// <param name="ActiveParametersBillion">Parameters that a token meets (mixture of experts); left out: all.</param>
/// <param name="SequenceLength">Tokens of a sequence, 1 to 10,000,000; left out: 4096.</param>
/// <param name="Precision">bf16 or fp8; left out: bf16.</param>
/// <param name="Method">Left out: full.</param>
public sealed record TrainingFacts(
    double ParametersBillion, double TokensBillion, double DeadlineHours, double? ActiveParametersBillion = null,
    int? SequenceLength = null, Precision? Precision = null, TrainingMethod Method = TrainingMethod.Full)
{
    private const double Lost = 0.05;

    /// <exception cref="FactFault">A fact is out of bounds.</exception>
    public Demand Demand()
    {
        var parameters = FactFault.Within(ParametersBillion, 0.01, 100_000, "parametersBillion");
        var active = FactFault.Within(ActiveParametersBillion ?? parameters, 0.001, parameters, "activeParametersBillion");
        var tokens = FactFault.Within(TokensBillion, 0.000_001, 1_000_000, "tokensBillion");
        var hours = FactFault.Within(DeadlineHours, 0.01, 100_000, "deadlineHours");
        var length = (int)FactFault.Within(SequenceLength ?? 4096, 1, 10_000_000, "sequenceLength");
        var workload = Precision switch
        {
            null or Pricing.Precision.Bf16 => "llm-pretrain-bf16",
            Pricing.Precision.Fp8 => "llm-pretrain-fp8",
            _ => throw new FactFault("precision", "is bf16 or fp8"),
        };
        var shape = ModelShape.Of(active);

        // Forward 2, backward 4; frozen weights need no gradient of their own. Attention sees half of the sequence on average.
        var passes = Method == TrainingMethod.Full ? 6.0 : 4.0;
        var perToken = (passes * active * 1e9) + (passes * shape.Layers * shape.Hidden * (double)length);
        var bytes = Method == TrainingMethod.Full ? 14.0 : 2.14;
        var activations = length * (double)shape.Hidden * ((2.0 * shape.Layers) + 34);
        List<Assumption> assumptions =
        [
            shape.Assumed,
            new("operations per token", $"{passes} per active parameter and {passes} x layers x width x sequence for attention",
                Method == TrainingMethod.Full ? "PaLM (2022), appendix B, causal" : "the same without gradients of frozen weights"),
            new("memory per parameter", $"{bytes} bytes, spread over all cards",
                Method == TrainingMethod.Full
                    ? "Adam in mixed precision: 2 + 2 + 4 + 4 + 2 (ZeRO, 2020)"
                    : "weights in bf16, 1 % of them as adapters at 14 bytes (LoRA, 2021)"),
            new("activations", "one sequence a card, recomputed in the backward pass",
                "2 bytes per token, width and layer, and 34 for the layer at work (Megatron, 2022)"),
            new("time lost", "5 % for checkpoints and restarts", "reasoned"),
        ];
        if (SequenceLength is null) assumptions.Add(new("sequence length", "4096 tokens", "reasoned"));
        if (Precision is null) assumptions.Add(new("precision of the work", "bf16", "the usual one"));
        return new(
            [new(Workload.Find(workload)!, perToken * tokens * 1e9 / 1e12 / (1 - Lost))], hours,
            CopyGiB: parameters * 1e9 * bytes / Planner.GiB, CardGiB: activations / Planner.GiB, 0, 0, IsSharded: true, null, assumptions);
    }
}
