using System.Security.Cryptography;
using System.Text.Json;
using Marketplace.Billing;
using Marketplace.Contracts;
using Microsoft.AspNetCore.DataProtection;

namespace Marketplace;

/// <summary>
/// How a buyer gets at the cards of a lease: hosts, users, tokens, as its provider words them. At rest it is encrypted; it stands in no
/// log, no event, no webhook and no kept answer.
/// </summary>
/// <param name="Access">1 to 20 texts by their names, such as <c>host</c>, <c>user</c>; at most 4,000 characters each.</param>
public sealed record AccessData(IReadOnlyDictionary<string, string> Access)
{
    private const int MostTexts = 20, LongestText = 4_000;

    /// <summary>Writes it down for a lease of this provider, in place of what was there.</summary>
    /// <exception cref="Refusal">It is not such data, or the lease is not this provider's or over.</exception>
    public static async Task Put(
        Session session, IDataProtectionProvider protection, OrganisationId provider, LeaseId leaseId, AccessData data)
    {
        Check(data.Access);
        var lease = await LeaseBook.Served(session, provider, leaseId);
        if (lease.State is not (LeaseState.Awarded or LeaseState.Provisioning) && !lease.IsRunning)
            throw Refusal.Conflict($"The lease is {WireJson.Word(lease.State)}: nobody needs access to it any more");
        await session.Execute(
            """
            INSERT INTO lease_access (lease_id, provider_id, sealed, written_at) VALUES (@leaseId, @provider, @Sealed, @Now)
            ON CONFLICT (lease_id) DO UPDATE SET sealed = excluded.sealed, written_at = excluded.written_at
            """,
            new { leaseId, provider, Sealed = Sealer(protection, leaseId).Protect(JsonSerializer.Serialize(data.Access)), session.Now });
    }

    /// <summary>What was written down for a lease, for its buyer or the provider that wrote it; null: nothing was.</summary>
    /// <exception cref="Refusal">NotFound: no such lease of theirs; nobody else reads it, the operator neither.</exception>
    public static async Task<AccessData?> Find(
        Session session, IDataProtectionProvider protection, OrganisationId party, LeaseId leaseId)
    {
        var lease = await LeaseBook.Find(session, leaseId);
        if (lease is null || (lease.BuyerId != party && lease.ProviderId != party)) throw Refusal.NotFound("such lease of yours");
        var sealedText = await session.Find<string>("SELECT sealed FROM lease_access WHERE lease_id = @leaseId", new { leaseId });
        return sealedText is null ? null : Open(Sealer(protection, leaseId), sealedText);
    }

    /// <exception cref="Refusal">Invalid: names the text that cannot be.</exception>
    internal static void Check(IReadOnlyDictionary<string, string> access)
    {
        if (access.Count is 0 or > MostTexts) throw Refusal.Invalid("access", $"has 1 to {MostTexts} texts");
        foreach (var (name, text) in access)
        {
            TextField.Of(name, "access", 60);
            if (text is null) throw Refusal.Invalid($"access.{name}", "is a text");
            if (text.Length is 0 or > LongestText) throw Refusal.Invalid($"access.{name}", $"has 1 to {LongestText} characters");
        }
    }

    // The lease is a part of the key's purpose: a row that is copied to another lease opens nothing.
    private static IDataProtector Sealer(IDataProtectionProvider protection, LeaseId leaseId) =>
        protection.CreateProtector("lease access", leaseId.Value);

    private static AccessData? Open(IDataProtector sealer, string sealedText)
    {
        try
        {
            return new(JsonSerializer.Deserialize<Dictionary<string, string>>(sealer.Unprotect(sealedText))!);
        }
        catch (CryptographicException)
        {
            throw Refusal.Conflict("The keys with which this was encrypted are gone; the provider has to write it again");
        }
    }
}
