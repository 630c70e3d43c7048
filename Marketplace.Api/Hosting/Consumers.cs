using Marketplace.Billing;
using MassTransit;

namespace Marketplace;

/// <summary>Every consumer of the product: the same list for the mediator and for RabbitMQ.</summary>
internal static class Consumers
{
    public static void AddMarketplaceConsumers(this IRegistrationConfigurator bus)
    {
        bus.AddBillingConsumers();
        bus.AddConsumer<MatchBids>();
    }
}
