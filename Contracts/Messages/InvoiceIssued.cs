namespace Marketplace.Contracts;

/// <summary>An invoice got its number and can no longer change; it is to be posted to the ledger.</summary>
public sealed record InvoiceIssued(InvoiceId InvoiceId, string Number);
