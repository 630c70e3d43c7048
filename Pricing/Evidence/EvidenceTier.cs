namespace Marketplace.Pricing;

/// <summary>How well it is known what a machine delivers, worst first. A better tier allows a higher listing.</summary>
public enum EvidenceTier
{
    /// <summary>E0: somebody claims the figures; no datasheet carries them.</summary>
    Claim,

    /// <summary>E1: the maker's datasheet, and what published results say of such cards.</summary>
    Datasheet,

    /// <summary>E2: the provider ran a probe and signed it.</summary>
    ProviderProbe,

    /// <summary>E3: the platform ran the probe itself.</summary>
    PlatformProbe,

    /// <summary>E4: buyers measured it during leases that they paid for.</summary>
    Telemetry,
}

/// <summary>What a tier is called, and the most that it may list.</summary>
public static class EvidenceTiers
{
    /// <summary>No listing passes this part of its claim, whatever was measured: more is an error or a trick.</summary>
    public const double PlausibleMost = 1.2;

    /// <summary><c>E0</c> to <c>E4</c>.</summary>
    public static string Code(this EvidenceTier tier) => $"E{(int)tier}";

    /// <summary>The most that a derate of that tier may be, a part of the claim.</summary>
    /// <param name="tier">The tier.</param>
    /// <param name="published">Whether published results of this very card exist: somebody's machine was measured, though not this
    /// one.</param>
    public static double Ceiling(this EvidenceTier tier, bool published) => tier switch
    {
        EvidenceTier.Claim => 0.60,
        EvidenceTier.Datasheet => published ? 0.85 : 0.70,
        EvidenceTier.ProviderProbe => 0.85,
        EvidenceTier.PlatformProbe => 1.0,
        EvidenceTier.Telemetry => 1.0,
        _ => throw new ArgumentOutOfRangeException(nameof(tier)),
    };
}
