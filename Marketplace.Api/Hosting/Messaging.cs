using System.Text.Json.Serialization;
using Marketplace.Billing;
using Marketplace.Contracts;
using MassTransit;
using MassTransit.Mediator;

namespace Marketplace;

/// <summary>
/// How messages get from the outbox to their consumers: through RabbitMQ when one is configured, else within the process, where handing
/// over waits for the consumers, so that a crash loses nothing there either.
/// </summary>
internal static class Messaging
{
    public static void AddMessaging(this IServiceCollection services, MarketplaceOptions options)
    {
        if (options.Broker is null) services.AddMediator(mediator => mediator.AddMarketplaceConsumers());
        else services.AddMassTransit(bus => Configure(bus, options));

        if (options.HostRoles.HasFlag(HostRoles.Relay))
        {
            services.AddHostedService(provider => new Relay(
                provider.GetRequiredService<Database>(),
                options.Broker is null ? provider.GetRequiredService<IMediator>() : provider.GetRequiredService<IBus>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<Relay>>()));
        }
    }

    private static void Configure(IBusRegistrationConfigurator bus, MarketplaceOptions options)
    {
        bus.DisableUsageTelemetry();
        bus.SetKebabCaseEndpointNameFormatter();
        if (options.HostRoles.HasFlag(HostRoles.Worker))
        {
            bus.AddMarketplaceConsumers();
            bus.AddConsumer<ParkFaults>();
        }

        bus.AddConfigureEndpointsCallback((_, _, endpoint) =>
        {
            // Ten attempts, as the embedded relay makes. Refusals are not retried: they would be refused again. What is left is parked.
            endpoint.UseMessageRetry(retry =>
            {
                retry.Intervals(50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 10_000);
                retry.Ignore<Refusal>();
            });
            if (endpoint is IRabbitMqReceiveEndpointConfigurator queue) queue.SetQuorumQueue();
        });
        bus.UsingRabbitMq((context, broker) =>
        {
            broker.Host(options.Broker!, host => host.PublisherConfirmation = true);

            // Few and fair: a consumer holds a transaction, and leases serialise their writers anyway.
            broker.PrefetchCount = 16;
            broker.ConfigureJsonSerializerOptions(json =>
            {
                WireJson.Apply(json, JsonUnmappedMemberHandling.Skip);
                return json;
            });
            broker.ConfigurePublish(publish => publish.UseExecute(Mandatory));
            broker.ConfigureEndpoints(context);
        });
    }

    // Without it the broker confirms and drops what no queue is bound for yet, as before the first worker ran, and the outbox would delete
    // the only copy. With it the broker refuses, and the message stays in the outbox until there is a queue.
    private static void Mandatory(PublishContext context)
    {
        if (context.TryGetPayload<RabbitMqSendContext>(out var send)) send.Mandatory = true;
    }
}
