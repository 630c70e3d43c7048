using Marketplace.Billing;
using Marketplace.Contracts;

namespace Marketplace;

/// <summary>Leases as pages are asked for them: by a text of the address, for one of the two parties or who sees all books.</summary>
internal static class LeaseAccess
{
    /// <exception cref="Refusal">NotFound: none, or of others.</exception>
    public static async Task<Lease> Find(Session session, Caller caller, string id) =>
        LeaseId.TryParse(id, out var leaseId)
        && await LeaseBook.Find(session, leaseId) is { } lease
        && (caller.SeesAll || lease.BuyerId == caller.OrganisationId || lease.ProviderId == caller.OrganisationId)
            ? lease
            : throw Refusal.NotFound("such lease");
}
