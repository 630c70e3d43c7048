namespace Marketplace;

/// <summary>What an organisation may do; it may have several roles.</summary>
public enum Role
{
    /// <summary>Sells capacity and reports its use.</summary>
    Provider,

    /// <summary>Rents capacity and is billed for it.</summary>
    Buyer,

    /// <summary>Sees every book and starts billing runs; changes nothing else.</summary>
    Accountant,

    /// <summary>Runs the market: opens accounts, issues keys, sees and retries everything.</summary>
    Operator,
}
