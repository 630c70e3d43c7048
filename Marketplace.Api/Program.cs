var app = Marketplace.Host.Build(args);
await app.RunAsync();
