using Marketplace.Contracts;
using MassTransit;

namespace Marketplace.Billing;

/// <summary>Posts every issued invoice, once.</summary>
public sealed class PostInvoice(Database database) : IConsumer<InvoiceIssued>
{
    public async Task Consume(ConsumeContext<InvoiceIssued> context)
    {
        await using var session = await database.Write(context.CancellationToken);
        var invoice = await InvoiceBook.Find(session, context.Message.InvoiceId)
            ?? throw new InvalidOperationException($"{context.Message.InvoiceId} was issued but is not there");
        if (await Ledger.Post(session, invoice)) await session.Commit();
    }
}
