using Marketplace.Contracts;
using MassTransit;

namespace Marketplace.Billing;

/// <summary>
/// For the broker: a message that its consumer gave up on, after all retries, comes back to the outbox as a parked row: visible, and
/// delivered again when an operator retries it. In the embedded host the relay does the same by itself.
/// </summary>
public sealed class ParkFaults(Database database)
    : IConsumer<Fault<CapacityOpened>>, IConsumer<Fault<BidRested>>, IConsumer<Fault<UsageRecorded>>, IConsumer<Fault<BillAccount>>,
        IConsumer<Fault<InvoiceIssued>>
{
    public Task Consume(ConsumeContext<Fault<CapacityOpened>> context) => Park(context, context.Message.Message);

    public Task Consume(ConsumeContext<Fault<BidRested>> context) => Park(context, context.Message.Message);

    public Task Consume(ConsumeContext<Fault<UsageRecorded>> context) => Park(context, context.Message.Message);

    public Task Consume(ConsumeContext<Fault<BillAccount>> context) => Park(context, context.Message.Message);

    public Task Consume(ConsumeContext<Fault<InvoiceIssued>> context) => Park(context, context.Message.Message);

    private async Task Park<T>(ConsumeContext<Fault<T>> context, object message)
        where T : class
    {
        var fault = context.Message;
        var error = string.Join('\n', fault.Exceptions.Select(e => $"{e.ExceptionType}: {e.Message}\n{e.StackTrace}"));
        await using var session = await database.Write(context.CancellationToken);
        await Outbox.Park(session, fault.FaultedMessageId ?? fault.FaultId, message, new DateTimeOffset(fault.Timestamp), error);
        await session.Commit();
    }
}
