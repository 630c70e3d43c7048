using System.Security.Claims;
using Marketplace.Billing;
using Marketplace.Contracts;
using NodaTime;

namespace Marketplace;

/// <summary>
/// On whose behalf a request runs: the organisation whose key it carries. Endpoints and pages take it as an argument; where nobody need be
/// signed in, endpoints ask <see cref="Of"/>.
/// </summary>
/// <param name="OrganisationId">The tenant. What belongs to another one does not exist for it, unless <see cref="SeesAll"/>.</param>
/// <param name="Name">The tenant's name, as people read it.</param>
/// <param name="Roles">One or more.</param>
/// <param name="Zone">The tenant's IANA time zone, which NodaTime's own tzdb knows.</param>
/// <param name="KeyId">The key that was shown.</param>
public sealed record Caller(OrganisationId OrganisationId, string Name, IReadOnlyList<Role> Roles, string Zone, ApiKeyId KeyId)
{
    private const string OrganisationClaim = "organisation", RolesClaim = "roles", ZoneClaim = "zone", KeyClaim = "key";

    /// <summary>Whether the books of every tenant are open to it: accountants and operators.</summary>
    public bool SeesAll => Is(Role.Accountant) || Is(Role.Operator);

    /// <summary>The tenant to which a list is narrowed; null for who sees all.</summary>
    public OrganisationId? Only => SeesAll ? null : OrganisationId;

    public DateTimeZone Calendar => DateTimeZoneProviders.Tzdb[Zone];

    public bool Is(Role role) => Roles.Contains(role);

    /// <exception cref="Refusal">Forbidden: it has none of these roles.</exception>
    public void Require(params ReadOnlySpan<Role> anyOf)
    {
        foreach (var role in anyOf)
        {
            if (Is(role)) return;
        }

        throw new Refusal(RefusalCode.Forbidden, $"this takes the role {string.Join(" or ", anyOf.ToArray()).ToLowerInvariant()}");
    }

    /// <summary>Who signed in, or null.</summary>
    public static Caller? Of(ClaimsPrincipal? user) => user?.FindFirst(OrganisationClaim) is not { } organisation
        ? null
        : new(
            OrganisationId.From(organisation.Value),
            user.FindFirst(ClaimTypes.Name)!.Value,
            Organisation.ParseRoles(user.FindFirst(RolesClaim)!.Value),
            user.FindFirst(ZoneClaim)!.Value,
            ApiKeyId.From(user.FindFirst(KeyClaim)!.Value));

    internal ClaimsPrincipal ToPrincipal(string scheme) => new(new ClaimsIdentity(
        [
            new(OrganisationClaim, OrganisationId.Value),
            new(ClaimTypes.Name, Name),
            new(RolesClaim, Organisation.FormatRoles(Roles)),
            new(ZoneClaim, Zone),
            new(KeyClaim, KeyId.Value),
        ],
        scheme));
}
