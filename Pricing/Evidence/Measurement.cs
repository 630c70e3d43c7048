using NodaTime;

namespace Marketplace.Pricing;

/// <summary>What a provider's machine was measured to do for a class of work, as a part of its claim.</summary>
/// <param name="Tier">Who measured: <see cref="EvidenceTier.ProviderProbe"/> or better.</param>
/// <param name="At">When.</param>
/// <param name="Part">Measured over claimed, above 0 to <see cref="EvidenceTiers.PlausibleMost"/>.</param>
public readonly record struct Measurement(EvidenceTier Tier, Instant At, double Part);
