namespace Marketplace.Contracts;

/// <summary>Close every billing period of the account that has ended by the cutoff, and issue its invoices.</summary>
public sealed record BillAccount(BillingRunId RunId, OrganisationId AccountId);
