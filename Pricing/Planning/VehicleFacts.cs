namespace Marketplace.Pricing;

/// <summary>Computing at the centre what vehicles see: perception, or the replay of drives.</summary>
/// <param name="Vehicles">At a time, 1 to 100,000,000.</param>
/// <param name="Cameras">Of a vehicle, 1 to 64; left out: 8.</param>
/// <param name="FramesPerSecond">Of a camera, 0.1 to 240; left out: 30.</param>
/// <param name="GigaOperationsPerFrame">0.01 to 1,000,000; left out: 33.3.</param>
public sealed record VehicleFacts(
    int Vehicles, int? Cameras = null, double? FramesPerSecond = null, double? GigaOperationsPerFrame = null)
{
    private const double Load = 0.7, PerFrame = 8e12 / (8 * 30) / 1e9, CopyGiB = 16;

    /// <exception cref="FactFault">A fact is out of bounds.</exception>
    public Demand Demand()
    {
        var vehicles = FactFault.Within(Vehicles, 1, 100_000_000, "vehicles");
        var cameras = FactFault.Within(Cameras ?? 8, 1, 64, "cameras");
        var frames = FactFault.Within(FramesPerSecond ?? 30, 0.1, 240, "framesPerSecond");
        var each = FactFault.Within(GigaOperationsPerFrame ?? PerFrame, 0.01, 1_000_000, "gigaOperationsPerFrame");
        List<Assumption> assumptions =
        [
            new("memory of a copy", "16 GiB a card", "the upper end of the autonomous-driving profile"),
            new("load", "70 % of what the cards can do, on average", "reasoned: room for peaks"),
        ];
        if (Cameras is null) assumptions.Add(new("cameras of a vehicle", "8", "reasoned: the usual ring of a passenger car"));
        if (FramesPerSecond is null) assumptions.Add(new("frames", "30 per second", "reasoned"));
        if (GigaOperationsPerFrame is null)
            assumptions.Add(new("operations per frame", "33.3e9", "8 TFLOPS a vehicle, over 8 cameras at 30 frames per second"));
        return new(
            [new(Workload.Find("autonomous-driving")!, vehicles * cameras * frames * each / 1_000 / Load)], null, CopyGiB, 0, 0, 0,
            IsSharded: false, null, assumptions);
    }
}
