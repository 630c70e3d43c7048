using Marketplace.Billing;

namespace Marketplace;

/// <summary>The double-entry book, for those who keep it.</summary>
internal static class LedgerEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        var ledger = v1.MapGroup("/ledger").WithTags("Ledger");
        ledger.MapGet("/accounts", Balances).WithSummary("List the ledger accounts with their balances (accountant, operator)");
        ledger.MapGet("/transactions", Transactions)
            .WithSummary("List transactions with their postings, oldest first (accountant, operator)");
    }

    private static async Task<Page<LedgerBalance>> Balances(Caller caller, Session session)
    {
        caller.Require(Role.Accountant, Role.Operator);
        return new(await Ledger.Balances(session), null);
    }

    private static async Task<Page<LedgerTransaction>> Transactions(
        [AsParameters] PageRequest page, Caller caller, Session session, string? account = null)
    {
        caller.Require(Role.Accountant, Role.Operator);
        return Page.Of(await Ledger.Transactions(session, account, page.After, page.Take), page, t => t.TransactionId.Value);
    }
}
