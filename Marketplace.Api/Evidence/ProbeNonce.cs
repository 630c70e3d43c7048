using System.Buffers.Text;
using System.Security.Cryptography;
using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>What somebody wants to probe.</summary>
/// <param name="Card">A card's registry id or alias. Of a lease: left out.</param>
/// <param name="Provider">Whose machine; only the operator names another than itself.</param>
/// <param name="LeaseId">The lease on whose cards a buyer measures; then card and provider are the lease's.</param>
public sealed record ProbeWish(string? Card = null, OrganisationId? Provider = null, LeaseId? LeaseId = null);

/// <summary>The right to one probe of one provider's card, until it expires. Its tier follows from who asked.</summary>
public sealed record ProbeNonce
{
    /// <summary>256 random bits, base64url.</summary>
    public required string Nonce { get; init; }

    public OrganisationId ProviderId { get; init; }

    /// <summary>The card's id in the registry.</summary>
    public required string Card { get; init; }

    public LeaseId? LeaseId { get; init; }

    public EvidenceTier Tier { get; init; }

    public Instant IssuedAt { get; init; }

    public Instant ExpiresAt { get; init; }

    /// <summary>Long enough to measure, too short to shop for a better machine.</summary>
    internal static readonly Duration Validity = Duration.FromHours(1);

    /// <exception cref="Refusal">The card is not known or unrated, or the asker may not probe that.</exception>
    public static async Task<ProbeNonce> Issue(Session session, Caller caller, ProbeWish wish)
    {
        var (provider, card, tier) = wish.LeaseId is { } leaseId
            ? await OfLease(session, caller, leaseId, wish)
            : await OfProvider(session, caller, wish);
        var nonce = new ProbeNonce
        {
            Nonce = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)),
            ProviderId = provider, Card = card.Id, LeaseId = wish.LeaseId, Tier = tier,
            IssuedAt = session.Now, ExpiresAt = session.Now + Validity,
        };
        await session.Execute(
            """
            INSERT INTO probe_nonce (nonce, organisation_id, provider_id, card, lease_id, tier, issued_at, expires_at)
            VALUES (@Nonce, @OrganisationId, @ProviderId, @Card, @LeaseId, @Tier, @IssuedAt, @ExpiresAt)
            """,
            new
            {
                nonce.Nonce, caller.OrganisationId, nonce.ProviderId, nonce.Card, LeaseId = nonce.LeaseId?.Value,
                Tier = WireJson.Word(nonce.Tier), nonce.IssuedAt, nonce.ExpiresAt,
            });
        return nonce;
    }

    /// <summary>Uses it up: it is issued to that organisation, unused and not expired, or there is a refusal that says which.</summary>
    internal static async Task<ProbeNonce> Use(Session session, OrganisationId by, string nonce)
    {
        var taken = await session.Execute(
            """
            UPDATE probe_nonce SET used_at = @Now
            WHERE nonce = @nonce AND organisation_id = @by AND used_at IS NULL AND expires_at > @Now
            """,
            new { nonce, by, session.Now });
        var issued = await session.Find<ProbeNonce>(
            $"""
            SELECT nonce, provider_id, card, lease_id, {ListingBook.TierColumn}, issued_at, expires_at FROM probe_nonce
            WHERE nonce = @nonce AND organisation_id = @by
            """,
            new { nonce, by });
        if (issued is null) throw Refusal.Invalid("signed", "the nonce was not issued to you; POST /v1/probes/nonces issues one");
        if (taken == 1) return issued;
        throw Refusal.Conflict(
            issued.ExpiresAt <= session.Now
                ? $"The nonce expired at {InstantText.Format(issued.ExpiresAt)}; ask for another and measure again"
                : "The nonce was used before: a probe counts once; ask for another and measure again",
            "signed");
    }

    private static async Task<(OrganisationId, Card, EvidenceTier)> OfLease(
        Session session, Caller caller, LeaseId leaseId, ProbeWish wish)
    {
        if (wish.Card is not null || wish.Provider is not null)
            throw Refusal.Invalid("leaseId", "says card and provider already; leave these out");
        var lease = await LeaseBook.Find(session, leaseId);
        if (lease is null || lease.BuyerId != caller.OrganisationId) throw Refusal.NotFound("such lease of yours");
        if (lease.State != LeaseState.Active) throw Refusal.Conflict("Only the cards of a running lease can be measured", "leaseId");
        return (lease.ProviderId, await Rated(session, lease.Card, "leaseId"), EvidenceTier.Telemetry);
    }

    private static async Task<(OrganisationId, Card, EvidenceTier)> OfProvider(Session session, Caller caller, ProbeWish wish)
    {
        caller.Require(Role.Provider, Role.Operator);
        if (wish.Card is null) throw Refusal.Invalid("card", "is a card's registry id, unless you name a lease");
        var card = await Rated(session, TextField.Of(wish.Card, "card"), "card");
        if (wish.Provider is not { } provider || provider == caller.OrganisationId)
        {
            caller.Require(Role.Provider);
            return (caller.OrganisationId, card, EvidenceTier.ProviderProbe);
        }

        var known = caller.Is(Role.Operator) ? await Organisation.Find(session, provider) : null;
        if (known is null || !known.Roles.Contains(Role.Provider)) throw Refusal.Invalid("provider", "there is no provider of this id");
        return (provider, card, EvidenceTier.PlatformProbe);
    }

    private static async Task<Card> Rated(Session session, string name, string field) =>
        (await CardBook.Registry(session)).Resolve(name).Card is { Scu: not null } card
            ? card
            : throw Refusal.Invalid(field, $"'{name}' is no rated card: there is no claim to measure it against");
}
