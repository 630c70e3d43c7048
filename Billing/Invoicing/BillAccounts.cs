using Marketplace.Contracts;
using MassTransit;

namespace Marketplace.Billing;

/// <summary>Closes the ended periods of one account and issues its invoices, all of them or none.</summary>
public sealed class BillAccounts(Database database) : IConsumer<BillAccount>
{
    public async Task Consume(ConsumeContext<BillAccount> context)
    {
        await using var session = await database.Write(context.CancellationToken);
        await InvoiceBook.Bill(session, context.Message.RunId, context.Message.AccountId);
        await session.Commit();
    }
}
