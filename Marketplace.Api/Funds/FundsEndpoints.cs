using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Marketplace;

/// <summary>A transfer that the bank has shown.</summary>
/// <param name="AccountId">Whose deposit it is for: a buyer.</param>
/// <param name="Amount">Above zero, in the account's currency.</param>
/// <param name="Reference">The bank's own name for the transfer. Sent again it is the same payment.</param>
public sealed record PaymentDraft(OrganisationId AccountId, Money Amount, string Reference);

/// <summary>What a buyer can still commit, and how it comes about.</summary>
/// <param name="AccountId">The buyer.</param>
/// <param name="Funds">The parts and what is available.</param>
public sealed record AccountFunds(OrganisationId AccountId, Funds Funds);

/// <summary>A buyer's funds over REST: what is available, what holds them, and what was paid in.</summary>
internal static class FundsEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        var funds = v1.MapGroup("/funds").WithTags("Funds");
        funds.MapGet("", Get).WithSummary("What a buyer can still commit: your own, or an account's (operator, accountant)");
        funds.MapGet("/holds", Holds).WithSummary("What funds are held for, by id");
        var payments = v1.MapGroup("/payments").WithTags("Funds");
        payments.MapPost("", Pay).WithSummary("Write down a bank transfer into a buyer's deposit, once for each reference (operator)");
        payments.MapGet("", Payments).WithSummary("Payments, newest first: your own, or all (operator, accountant)");
    }

    private static async Task<Ok<AccountFunds>> Get(Caller caller, Session session, string? account = null)
    {
        var billed = await Billed(caller, session, account);
        return TypedResults.Ok(new AccountFunds(billed.AccountId, await Funds.Of(session, billed)));
    }

    private static async Task<Ok<Page<HeldFunds>>> Holds(
        [AsParameters] PageRequest page, Caller caller, Session session, string? account = null)
    {
        var billed = await Billed(caller, session, account);
        return TypedResults.Ok(
            Page.Of(await HeldFunds.Of(session, billed.AccountId, page.After, page.Take), page, h => h.Subject));
    }

    private static async Task<Results<Created<Payment>, Ok<Payment>>> Pay(PaymentDraft draft, Caller caller, Session session)
    {
        caller.Require(Role.Operator);
        var account = await BillingAccount.Find(session, draft.AccountId) ?? throw Refusal.Invalid("accountId", "is no buyer's");
        var (payment, isNew) = await Payment.Record(session, account, draft.Amount, TextField.Of(draft.Reference, "reference"));
        return isNew ? TypedResults.Created($"/v1/payments?account={payment.AccountId}", payment) : TypedResults.Ok(payment);
    }

    private static async Task<Ok<Page<Payment>>> Payments(
        [AsParameters] PageRequest page, Caller caller, Session session, string? account = null)
    {
        caller.Require(Role.Buyer, Role.Accountant, Role.Operator);
        var of = caller.Only ?? (account is null ? null : new OrganisationId(account));
        return TypedResults.Ok(Page.Of(await Payment.List(session, of, page.Before, page.Take), page, p => p.PaymentId.Value));
    }

    /// <summary>The caller's own account, or the one that somebody names who sees all.</summary>
    private static async Task<BillingAccount> Billed(Caller caller, Session session, string? account)
    {
        var asked = account is null ? caller.OrganisationId : new OrganisationId(account);
        if (asked != caller.OrganisationId && !caller.SeesAll) throw Refusal.NotFound("such account of yours");
        return await BillingAccount.Find(session, asked)
            ?? throw (account is null && caller.SeesAll
                ? Refusal.Invalid("account", "say whose funds you want to see: a buyer's id")
                : Refusal.NotFound("funds of this account: it does not buy"));
    }
}
