namespace Marketplace.Pricing;

/// <summary>The inner measures of a transformer, which its size alone does not tell: taken from the next larger published model.</summary>
/// <param name="Name">The model.</param>
/// <param name="Billions">The largest size, in 1e9 parameters, for which it stands.</param>
/// <param name="Layers">Its layers.</param>
/// <param name="Hidden">Its width.</param>
/// <param name="KeyWidth">The width of its keys, and again of its values: heads of keys times their size.</param>
internal sealed record ModelShape(string Name, double Billions, int Layers, int Hidden, int KeyWidth)
{
    private static readonly ModelShape[] Published =
    [
        new("Llama 3.2 1B", 2, 16, 2048, 512),
        new("Llama 3.2 3B", 4, 28, 3072, 1024),
        new("Llama 3.1 8B", 10, 32, 4096, 1024),
        new("Qwen2.5 14B", 20, 48, 5120, 1024),
        new("Qwen2.5 32B", 45, 64, 5120, 1024),
        new("Llama 3.1 70B", 130, 80, 8192, 1024),
        new("Llama 3.1 405B", double.PositiveInfinity, 126, 16384, 1024),
    ];

    internal static ModelShape Of(double billions) => Array.Find(Published, s => billions <= s.Billions)!;

    internal Assumption Assumed => new("shape of the model", $"{Layers} layers of width {Hidden}", $"published configuration of {Name}");
}
