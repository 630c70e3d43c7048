using Marketplace.Contracts;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Marketplace.Billing;

public enum Transport
{
    Mediator,
    RabbitMq,
}

/// <summary>
/// A host that runs the relay and the billing consumers (or others), as production does: embedded on the mediator, or on the real broker
/// with quorum queues. On the broker every name carries a prefix of its own, so that tests side by side never hear each other.
/// </summary>
public sealed class PipelineHost : IAsyncDisposable
{
    private readonly IHost _host;

    private PipelineHost(IHost host) => _host = host;

    /// <summary>What happens around every message of every type; the default is nothing.</summary>
    public delegate Task Around(object message, Func<Task> consume);

    /// <param name="prefix">Names the queues; hosts that share it share the work.</param>
    /// <param name="works">False for a host that only relays to the broker, as one of another role does.</param>
    /// <param name="consumers">Who consumes; the default is billing.</param>
    /// <param name="needs">What the consumers need beside the database.</param>
    public static async Task<PipelineHost> Start(
        Database database, Transport transport, Around? around = null, string? prefix = null, bool works = true,
        Action<IRegistrationConfigurator>? consumers = null, params object[] needs)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        Provide(builder.Services, database, around, needs);
        consumers ??= Pipeline.AddBillingConsumers;
        if (transport == Transport.Mediator) AddMediator(builder.Services, consumers);
        else AddRabbitMq(builder.Services, prefix ?? NewPrefix(), works ? consumers : _ => { });
        builder.Services.AddHostedService(services => new Relay(
            database,
            transport == Transport.Mediator
                ? services.GetRequiredService<MassTransit.Mediator.IMediator>()
                : services.GetRequiredService<IBus>(),
            new FastTime(), NullLogger<Relay>.Instance));
        var host = builder.Build();
        await host.StartAsync();
        return new(host);
    }

    public static string NewPrefix() => $"test-{Guid.NewGuid():n}";

    /// <summary>The same consumers without a relay: for tests that hand messages over by <see cref="Outbox.Relay"/> themselves.</summary>
    public static (IPublishEndpoint Publisher, IAsyncDisposable Scope) Mediator(
        Database database, Around? around = null, Action<IRegistrationConfigurator>? consumers = null, params object[] needs)
    {
        var services = new ServiceCollection();
        Provide(services, database, around, needs);
        AddMediator(services, consumers ?? Pipeline.AddBillingConsumers);
        var provider = services.BuildServiceProvider();
        return (provider.GetRequiredService<MassTransit.Mediator.IMediator>(), provider);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable host) await host.DisposeAsync();
    }

    private static void Provide(IServiceCollection services, Database database, Around? around, object[] needs)
    {
        services.AddSingleton(database).AddSingleton(around ?? ((_, consume) => consume()));
        foreach (var need in needs) services.AddSingleton(need.GetType(), need);
    }

    private static void AddMediator(IServiceCollection services, Action<IRegistrationConfigurator> consumers) => services.AddMediator(x =>
    {
        consumers(x);
        x.ConfigureMediator((context, mediator) => mediator.UseConsumeFilter(typeof(AroundFilter<>), context));
    });

    private static void AddRabbitMq(IServiceCollection services, string prefix, Action<IRegistrationConfigurator> consumers) =>
        services.AddMassTransit(x =>
    {
        x.DisableUsageTelemetry();
        x.SetEndpointNameFormatter(new KebabCaseEndpointNameFormatter(prefix, includeNamespace: false));
        consumers(x);
        x.AddConfigureEndpointsCallback((_, endpoint) =>
        {
            if (endpoint is not IRabbitMqReceiveEndpointConfigurator queue) return;
            queue.SetQuorumQueue();
            queue.SetQueueArgument("x-expires", 300_000);
        });
        x.UsingRabbitMq((context, bus) =>
        {
            bus.Host(TestServers.RabbitMq);
            bus.MessageTopology.SetEntityNameFormatter(
                new PrefixEntityNameFormatter(bus.MessageTopology.EntityNameFormatter, prefix + "-"));
            bus.ConfigureJsonSerializerOptions(options =>
            {
                WireJson.Apply(options, System.Text.Json.Serialization.JsonUnmappedMemberHandling.Skip);
                return options;
            });
            bus.ConfigurePublish(publish => publish.UseExecute(Mandatory));
            bus.UseMessageRetry(retry => retry.Interval(100, TimeSpan.FromMilliseconds(20)));
            bus.UseConsumeFilter(typeof(AroundFilter<>), context);
            bus.ConfigureEndpoints(context);
        });
    });

    // Without it the broker confirms and drops what no queue is bound for yet, and the outbox would delete the only copy.
    private static void Mandatory(PublishContext context)
    {
        if (context.TryGetPayload<RabbitMqSendContext>(out var send)) send.Mandatory = true;
    }

    private sealed class AroundFilter<T>(Around around) : IFilter<ConsumeContext<T>>
        where T : class
    {
        public Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next) => around(context.Message, () => next.Send(context));

        public void Probe(ProbeContext context) => context.CreateScope("around");
    }
}
