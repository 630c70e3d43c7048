using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>One probe of a provider's machine, as everybody sees it.</summary>
public sealed record Probe
{
    public ProbeId ProbeId { get; init; }

    public OrganisationId ProviderId { get; init; }

    /// <summary>The card's id in the registry.</summary>
    public required string Card { get; init; }

    public EvidenceTier Tier { get; init; }

    /// <summary>What ran, with its version.</summary>
    public required string Framework { get; init; }

    /// <summary>What was run.</summary>
    public required string Model { get; init; }

    /// <summary>Why the plausibility gate does not believe it; null: it counts.</summary>
    public string? Doubt { get; init; }

    public Instant TakenAt { get; init; }

    public Instant ReceivedAt { get; init; }

    /// <summary>Measured over claimed, per class of work; empty if it is not believed.</summary>
    public IReadOnlyDictionary<string, BasisPoints> Parts { get; init; } = new Dictionary<string, BasisPoints>(StringComparer.Ordinal);
}

/// <summary>A probe that was just taken in, with what the machine is listed at now.</summary>
public sealed record TakenProbe(Probe Probe, IReadOnlyList<Derate> Listed);
