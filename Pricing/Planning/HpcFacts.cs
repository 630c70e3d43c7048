namespace Marketplace.Pricing;

/// <summary>Moving a classical double-precision job from cores to cards.</summary>
/// <param name="CoreHours">That it takes today, 1 to 1e12.</param>
/// <param name="DeadlineHours">The time it may take, 0.01 to 100,000 hours.</param>
/// <param name="MemoryGiB">That it holds in all, 1 to 100,000,000.</param>
/// <param name="GigaflopsPerCore">That a core sustains, 0.01 to 1,000; left out: 2.</param>
public sealed record HpcFacts(double CoreHours, double DeadlineHours, double MemoryGiB, double? GigaflopsPerCore = null)
{
    /// <exception cref="FactFault">A fact is out of bounds.</exception>
    public Demand Demand()
    {
        var cores = FactFault.Within(CoreHours, 1, 1e12, "coreHours");
        var hours = FactFault.Within(DeadlineHours, 0.01, 100_000, "deadlineHours");
        var memory = FactFault.Within(MemoryGiB, 1, 100_000_000, "memoryGiB");
        var sustained = FactFault.Within(GigaflopsPerCore ?? 2, 0.01, 1_000, "gigaflopsPerCore");
        List<Assumption> assumptions =
            [new("the mix of the work", "95 % dense, 5 % bound by memory", "the hpc-fp64 profile: HPL and HPCG")];
        if (GigaflopsPerCore is null)
            assumptions.Add(new("sustained rate of a core", "2 GFLOPS", "reasoned: 5 % of the 40 that 2.5 GHz and AVX2 allow"));
        return new(
            [new(Workload.Find("hpc-fp64")!, cores * 3_600 * sustained / 1_000)], hours, memory, 0, 0, 0, IsSharded: true, null,
            assumptions);
    }
}
