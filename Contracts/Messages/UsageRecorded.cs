namespace Marketplace.Contracts;

/// <summary>A batch of usage events was stored; these leases have something to rate.</summary>
public sealed record UsageRecorded(string BatchId, IReadOnlyList<LeaseId> LeaseIds);
