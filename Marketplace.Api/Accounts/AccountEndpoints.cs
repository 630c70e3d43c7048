using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using Microsoft.AspNetCore.Http.HttpResults;
using NodaTime;

namespace Marketplace;

/// <summary>A new tenant.</summary>
/// <param name="Name">As documents and pages show it.</param>
/// <param name="Roles">One or more.</param>
/// <param name="Zone">IANA; a buyer's billing month is the calendar month there.</param>
/// <param name="Currency">Of a buyer's invoices, ISO 4217.</param>
/// <param name="TaxRate">On a buyer's invoices, in basis points: 600 is 6 %.</param>
/// <param name="Jurisdiction">Whose tax it is: a country or region in capital letters.</param>
public sealed record OpenAccount(
    string Name, IReadOnlyList<Role> Roles, string Zone = "Asia/Shanghai", string Currency = "CNY", int TaxRate = 600, string Jurisdiction = "CN");

/// <summary>How a buyer is billed.</summary>
/// <param name="TaxRate">In basis points.</param>
public sealed record BillingTerms(string Currency, int TaxRate, string Jurisdiction);

/// <summary>A tenant as it sees itself; <paramref name="Billing"/> is a buyer's.</summary>
public sealed record Account(
    OrganisationId OrganisationId, string Name, IReadOnlyList<Role> Roles, string Zone, Instant CreatedAt, BillingTerms? Billing);

/// <summary>A tenant with its first key, whose secret is told this once.</summary>
public sealed record OpenedAccount(Account Account, IssuedApiKey ApiKey);

/// <summary>Tenants: opened by the operator, seen by themselves.</summary>
internal static class AccountEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        var accounts = v1.MapGroup("/accounts").WithTags("Accounts");
        accounts.MapPost("/", Open).WithSummary("Open an account, with its first API key (operator)");
        accounts.MapGet("/", List).WithSummary("List accounts: all for operator and accountant, your own for others");
        accounts.MapGet("/{id}", Get).WithSummary("Read an account");
    }

    [ShownOnce("secret")]
    private static async Task<Created<OpenedAccount>> Open(OpenAccount request, Caller caller, Session session)
    {
        caller.Require(Role.Operator);
        var organisation = new Organisation
        {
            OrganisationId = session.NewId<OrganisationId>(),
            Name = TextField.Of(request.Name, "name"),
            Roles = request.Roles.Count > 0 ? request.Roles : throw Refusal.Invalid("roles", "names no role"),
            Zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(request.Zone) is not null
                ? request.Zone
                : throw Refusal.Invalid("zone", "is not an IANA time zone such as Asia/Shanghai"),
            CreatedAt = session.Now,
        };
        await Organisation.Add(session, organisation);
        if (request.Roles.Contains(Role.Buyer)) await BillingAccount.Open(session, Billed(request, organisation));
        var key = await IssuedApiKey.New(session, organisation.OrganisationId, "first");
        return TypedResults.Created($"/v1/accounts/{organisation.OrganisationId}", new OpenedAccount(await Shown(session, organisation), key));
    }

    private static async Task<Page<Account>> List([AsParameters] PageRequest page, Caller caller, Session session)
    {
        var rows = Page.Of(await Organisation.List(session, caller.Only, page.After, page.Take), page, o => o.OrganisationId.Value);
        var accounts = new List<Account>();
        foreach (var organisation in rows.Items) accounts.Add(await Shown(session, organisation));
        return new(accounts, rows.NextCursor);
    }

    private static async Task<Account> Get(OrganisationId id, Caller caller, Session session) =>
        (caller.Only is null || caller.Only == id) && await Organisation.Find(session, id) is { } organisation
            ? await Shown(session, organisation)
            : throw Refusal.NotFound("account of this id");

    private static BillingAccount Billed(OpenAccount request, Organisation organisation) => new()
    {
        AccountId = organisation.OrganisationId,
        Name = organisation.Name,
        Zone = organisation.Zone,
        Currency = Currency.TryOf(request.Currency, out var currency) ? currency! : throw Refusal.Invalid("currency", "is not an ISO 4217 code such as CNY"),
        TaxRate = request.TaxRate is >= 0 and <= BasisPoints.Whole
            ? request.TaxRate
            : throw Refusal.Invalid("taxRate", $"expected 0 to {BasisPoints.Whole} basis points"),
        Jurisdiction = request.Jurisdiction.Length is >= 2 and <= 10 && request.Jurisdiction.All(c => char.IsAsciiLetterUpper(c) || c == '-')
            ? request.Jurisdiction
            : throw Refusal.Invalid("jurisdiction", "expected 2 to 10 capital letters or hyphens, such as CN"),
    };

    private static async Task<Account> Shown(Session session, Organisation o)
    {
        var billed = o.Roles.Contains(Role.Buyer) ? await BillingAccount.Find(session, o.OrganisationId) : null;
        return new(
            o.OrganisationId, o.Name, o.Roles, o.Zone, o.CreatedAt, billed is null ? null : new(billed.Currency.Code, billed.TaxRate, billed.Jurisdiction));
    }
}
