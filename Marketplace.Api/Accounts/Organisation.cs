using Marketplace.Billing;
using Marketplace.Contracts;
using NodaTime;

namespace Marketplace;

/// <summary>A tenant: a company with its roles, its keys and its time zone.</summary>
public sealed record Organisation
{
    /// <summary>The operator that every market begins with; fixed, so that hosts that start together make one and not two.</summary>
    public static readonly OrganisationId FirstOperator = new("org_00000000000000000000000000");

    public OrganisationId OrganisationId { get; init; }

    public required string Name { get; init; }

    public IReadOnlyList<Role> Roles
    {
        get => ParseRoles(RoleWords);
        init => RoleWords = FormatRoles(value);
    }

    /// <summary>An IANA name that NodaTime's own tzdb knows: the zone in which its pages tell the time.</summary>
    public required string Zone { get; init; }

    public Instant CreatedAt { get; init; }

    internal string RoleWords { get; init; } = "";

    private const string Columns = "organisation_id, name, roles AS role_words, zone, created_at";

    /// <summary>Writes it down. Returns false when its id was taken before.</summary>
    public static async Task<bool> Add(Session session, Organisation organisation) => await session.Execute(
        """
        INSERT INTO organisation (organisation_id, name, roles, zone, created_at)
        VALUES (@OrganisationId, @Name, @RoleWords, @Zone, @Now) ON CONFLICT (organisation_id) DO NOTHING
        """,
        new { organisation.OrganisationId, organisation.Name, organisation.RoleWords, organisation.Zone, session.Now }) == 1;

    public static Task<Organisation?> Find(Session session, OrganisationId organisationId) =>
        session.Find<Organisation>($"SELECT {Columns} FROM organisation WHERE organisation_id = @organisationId", new { organisationId });

    /// <summary>Organisations in the order in which they came, after a cursor: one, or all.</summary>
    public static Task<IReadOnlyList<Organisation>> List(Session session, OrganisationId? only, string after, int limit) =>
        session.Query<Organisation>(
            $"""
            SELECT {Columns} FROM organisation
            WHERE organisation_id > @after AND (CAST(@Only AS TEXT) IS NULL OR organisation_id = @Only)
            ORDER BY organisation_id LIMIT @limit
            """,
            new { Only = only?.Value, after, limit });

    /// <summary>The names of some organisations, for those who show their ids to people.</summary>
    public static async Task<IReadOnlyDictionary<OrganisationId, string>> Names(Session session, IEnumerable<OrganisationId> ids)
    {
        var names = new Dictionary<OrganisationId, string>();
        foreach (var id in ids)
        {
            if (await Find(session, id) is { } organisation) names[id] = organisation.Name;
        }

        return names;
    }

    internal static string FormatRoles(IEnumerable<Role> roles) => string.Join(' ', roles.Distinct().Order()).ToLowerInvariant();

    internal static IReadOnlyList<Role> ParseRoles(string words) =>
        [.. words.Split(' ').Select(word => Enum.Parse<Role>(word, ignoreCase: true))];
}
