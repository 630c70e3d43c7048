using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using Microsoft.AspNetCore.Http.HttpResults;
using NodaTime;

namespace Marketplace;

/// <summary>How a buyer is billed.</summary>
/// <param name="TaxRate">In basis points.</param>
/// <param name="CreditLimit">What the market lets it owe; null: no limit.</param>
public sealed record BillingTerms(string Currency, int TaxRate, string Jurisdiction, Money? CreditLimit);

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
        accounts.MapPatch("/{id}", Change).WithSummary("Change a buyer's credit limit (operator)");
        accounts.MapGet("/{id}", Get).WithSummary("Read an account");
    }

    [ShownOnce("secret")]
    private static async Task<Created<OpenedAccount>> Open(OpenAccount request, Caller caller, Session session)
    {
        caller.Require(Role.Operator);
        var organisation = await request.Open(session);
        var key = await IssuedApiKey.New(session, organisation.OrganisationId, "first");
        var opened = new OpenedAccount(await Shown(session, organisation), key);
        return TypedResults.Created($"/v1/accounts/{organisation.OrganisationId}", opened);
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

    private static async Task<Account> Change(OrganisationId id, AccountChange change, Caller caller, Session session)
    {
        caller.Require(Role.Operator);
        await change.Apply(session, id);
        return await Shown(session, (await Organisation.Find(session, id))!);
    }

    private static async Task<Account> Shown(Session session, Organisation o)
    {
        var billed = o.Roles.Contains(Role.Buyer) ? await BillingAccount.Find(session, o.OrganisationId) : null;
        var terms = billed is null ? null : new BillingTerms(billed.Currency.Code, billed.TaxRate, billed.Jurisdiction, billed.CreditLimit);
        return new(o.OrganisationId, o.Name, o.Roles, o.Zone, o.CreatedAt, terms);
    }
}
