namespace Marketplace.Pricing;

/// <summary>
/// Kinds of work that a card does about equally well: what was measured of one member says something of the others.
/// </summary>
public enum WorkClass
{
    /// <summary>Convolutional networks and encoders at 8 bits.</summary>
    Vision,

    /// <summary>Encoders, prompt processing and diffusion: dense, above 8-bit integers.</summary>
    Encoder,

    /// <summary>Recommenders: embedding tables and a small network.</summary>
    Recommender,

    /// <summary>Speech, at 16 bits.</summary>
    Speech,

    /// <summary>Text generation by large language models.</summary>
    Generation,

    /// <summary>Training of language models and recommenders: much talk between the cards.</summary>
    LanguageTraining,

    /// <summary>Other training.</summary>
    VisionTraining,

    /// <summary>The standard unit itself: all that was measured, together.</summary>
    Standard,

    /// <summary>Science in 64 bits and plain CPU work: no published results are used for it, the tier alone decides.</summary>
    Science,
}

/// <summary>Which work belongs to which class.</summary>
public static class WorkClasses
{
    /// <summary>The class of a profile: by its id if it ships with the product, else by its kind and its main precision.</summary>
    public static WorkClass Of(Workload workload) => workload.Id switch
    {
        "llm-prefill" or "video-diffusion" => WorkClass.Encoder,
        "llm-decode-interactive" or "llm-decode-batch" => WorkClass.Generation,
        "cv-inference-int8" or "autonomous-driving" => WorkClass.Vision,
        "speech-recognition" => WorkClass.Speech,
        "recommender" => WorkClass.Recommender,
        _ when workload.Kind is WorkloadKind.Hpc or WorkloadKind.General => WorkClass.Science,
        _ when workload.Kind == WorkloadKind.Training => WorkClass.LanguageTraining,
        _ => workload.Phases.MaxBy(p => p.Share)!.Precision switch
        {
            Precision.Int8 => WorkClass.Vision,
            Precision.Fp8 or Precision.Fp4 => WorkClass.Generation,
            Precision.Fp64 => WorkClass.Science,
            _ => WorkClass.Encoder,
        },
    };

    /// <summary>The class of a public benchmark. One that is not known counts as text generation, or as vision training.</summary>
    /// <param name="training">Of the training family, else of the inference family.</param>
    /// <param name="benchmark">The benchmark's name.</param>
    public static WorkClass Of(bool training, string benchmark)
    {
        if (training)
            return Names("bert", "gpt", "llama", "dlrm", "gnn", "rgat") ? WorkClass.LanguageTraining : WorkClass.VisionTraining;
        if (benchmark == "bert-99.9" || Names("diffusion")) return WorkClass.Encoder;
        if (Names("resnet", "retinanet", "3d-unet", "bert", "ssd", "yolo")) return WorkClass.Vision;
        if (Names("dlrm")) return WorkClass.Recommender;
        return Names("rnnt", "whisper") ? WorkClass.Speech : WorkClass.Generation;

        bool Names(params ReadOnlySpan<string> parts)
        {
            foreach (var part in parts)
            {
                if (benchmark.Contains(part, StringComparison.Ordinal)) return true;
            }

            return false;
        }
    }

    /// <summary>The profile that ships with the product and is nearest to a public benchmark.</summary>
    public static Workload Profile(bool training, string benchmark)
    {
        var work = Of(training, benchmark);
        var recommends = benchmark.Contains("dlrm", StringComparison.Ordinal);
        var paints = benchmark.Contains("diffusion", StringComparison.Ordinal);
        return Workload.Find(work switch
        {
            _ when recommends => "recommender",
            _ when paints => "video-diffusion",
            WorkClass.Vision => "cv-inference-int8",
            WorkClass.Encoder => "llm-prefill",
            WorkClass.Speech => "speech-recognition",
            WorkClass.LanguageTraining => "llm-pretrain-fp8",
            WorkClass.VisionTraining => "llm-pretrain-bf16",
            _ => "llm-decode-batch",
        })!;
    }

    /// <summary>Whether a benchmark is a transformer network: designs differ most in how well they run these.</summary>
    public static bool IsTransformer(string benchmark)
    {
        foreach (var name in (ReadOnlySpan<string>)["bert", "gpt", "llama", "mixtral", "mistral", "deepseek", "qwen", "whisper", "flux"])
        {
            if (benchmark.Contains(name, StringComparison.Ordinal)) return true;
        }

        return benchmark == Unnamed;
    }

    /// <summary>A language model without a name: the benchmark of text generation before any was measured.</summary>
    internal const string Unnamed = "?";

    /// <summary>
    /// The benchmark that the names of its accuracy targets stand for: the targets of one network run the same kernels, but for bert,
    /// whose stricter one leaves 8-bit integers.
    /// </summary>
    public static string Benchmark(string name)
    {
        if (name.StartsWith("bert-99", StringComparison.Ordinal)) return name;
        foreach (var target in (ReadOnlySpan<string>)["-99.9", "-99"])
        {
            if (name.EndsWith(target, StringComparison.Ordinal)) return name[..^target.Length];
        }

        return name;
    }
}
