using Marketplace.Contracts;
using MassTransit;

namespace Marketplace.Billing;

/// <summary>Rates the leases of a batch as soon as its usage is stored.</summary>
public sealed class RateUsage(Database database) : IConsumer<UsageRecorded>
{
    public async Task Consume(ConsumeContext<UsageRecorded> context)
    {
        await using var session = await database.Write(context.CancellationToken);
        await ChargeBook.Rate(session, context.Message.LeaseIds);
        await session.Commit();
    }
}
