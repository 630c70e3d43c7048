namespace Marketplace.Pricing;

/// <summary>Making pictures, or frames of a film, with a diffusion transformer.</summary>
/// <param name="ParametersBillion">Parameters in 1e9, 0.01 to 10,000.</param>
/// <param name="PicturesPerSecond">0.0001 to 1,000,000.</param>
/// <param name="Steps">Of a picture, 1 to 1,000; left out: 30.</param>
/// <param name="LatentTokens">Of a picture, 16 to 10,000,000; left out: 4096.</param>
public sealed record DiffusionFacts(
    double ParametersBillion, double PicturesPerSecond, int? Steps = null, int? LatentTokens = null)
{
    private const double Load = 0.7, BesidesGiB = 16;

    /// <exception cref="FactFault">A fact is out of bounds.</exception>
    public Demand Demand()
    {
        var parameters = FactFault.Within(ParametersBillion, 0.01, 10_000, "parametersBillion");
        var pictures = FactFault.Within(PicturesPerSecond, 0.0001, 1_000_000, "picturesPerSecond");
        var steps = FactFault.Within(Steps ?? 30, 1, 1_000, "steps");
        var tokens = FactFault.Within(LatentTokens ?? 4096, 16, 10_000_000, "latentTokens");
        var shape = ModelShape.Of(parameters);

        // Twice: with and without the prompt. Every token sees every other.
        var perPicture = 2 * steps * ((2 * parameters * 1e9 * tokens) + (4.0 * shape.Layers * shape.Hidden * tokens * tokens));
        List<Assumption> assumptions =
        [
            shape.Assumed,
            new("operations", "2 per parameter and token, and attention of every token to every other, at each step",
                "PaLM (2022), appendix B, not causal"),
            new("guidance", "each step runs twice", "classifier-free guidance (Ho and Salimans, 2022)"),
            new("memory of a copy", "2 bytes per parameter and 16 GiB for text encoder and decoder", "reasoned"),
            new("load", "70 % of what the cards can do, on average", "reasoned: room for peaks"),
        ];
        if (Steps is null) assumptions.Add(new("steps of a picture", "30", "the usual samplers"));
        if (LatentTokens is null) assumptions.Add(new("latent tokens of a picture", "4096", "1024 x 1024 pixels at 16 x 16 a token"));
        return new(
            [new(Workload.Find("video-diffusion")!, perPicture * pictures / 1e12 / Load)], null,
            CopyGiB: (parameters * 1e9 * 2 / Planner.GiB) + BesidesGiB, 0, 0, 0, IsSharded: false, null, assumptions);
    }
}
