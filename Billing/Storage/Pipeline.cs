using MassTransit;

namespace Marketplace.Billing;

/// <summary>The consumers of the billing pipeline: the same list for the mediator and for RabbitMQ.</summary>
public static class Pipeline
{
    public static void AddBillingConsumers(this IRegistrationConfigurator bus)
    {
        bus.AddConsumer<RateUsage>();
        bus.AddConsumer<BillAccounts>();
        bus.AddConsumer<PostInvoice>();
    }
}
