namespace Marketplace; public sealed record MarketplaceOptions { public int CommissionBasisPoints { get; init; } = 500; }
