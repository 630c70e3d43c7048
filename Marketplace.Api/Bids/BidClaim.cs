using Marketplace.Billing;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>What a draft comes down to once every field of it is checked: what a bid's row says, and what follows from it.</summary>
public sealed record BidClaim
{
    /// <summary>A bid sets aside what it can cost in so long a time.</summary>
    public static readonly Duration Day = Duration.FromHours(24);

    /// <summary>What a card is worth to a bid that is limited per card-hour.</summary>
    public static readonly StandardUnits OneCard = new(StandardUnits.MicrosPerUnit);

    public required BidExecution Execution { get; init; }

    public string? Workload { get; init; }

    /// <summary>Null for a bid that takes posted asks.</summary>
    public BidTerms? Terms { get; init; }

    /// <summary>The one card that is named, by its id; null: any, several, or one that the registry does not know.</summary>
    public string? Card { get; init; }

    /// <summary>The one card that is named, as it was.</summary>
    public string? CardName { get; init; }

    public string? Region { get; init; }

    public string? Group { get; init; }

    public string? Reference { get; init; }

    /// <summary>The most cards at one time.</summary>
    public required CardCount Cards { get; init; }

    public required Instant FromAt { get; init; }

    public required Instant UntilAt { get; init; }

    /// <summary>The last instant at which any of it can begin.</summary>
    public required Instant StartsBy { get; init; }

    public required LimitBasis Basis { get; init; }

    public required UnitPrice Limit { get; init; }

    /// <summary>How many awards it may become; 1 to 8.</summary>
    public required int Parts { get; init; }

    /// <summary>What the largest part can cost in its first 24 hours at the limit, on the best card that will do; before tax.</summary>
    public required ExactAmount PartFirstDay { get; init; }

    /// <summary>What all of it can cost at the limit; before tax. Null for a bid that takes posted asks.</summary>
    public ExactAmount? AtMost { get; init; }

    /// <summary>What is set aside for all of it while nothing is awarded, with the account's tax.</summary>
    public Money Hold(BillingAccount account) => Funds.WithTax(Terms?.FirstDay(PartFirstDay, Parts) ?? PartFirstDay, account);

    /// <summary>
    /// The cards that will do (the registry's ids, or names that it does not know), each with what one alone is worth by the datasheet, and
    /// 1 to a bid that is limited per card-hour. Empty for a bid that takes posted asks.
    /// </summary>
    public IReadOnlyDictionary<string, StandardUnits> Worth { get; init; } = new Dictionary<string, StandardUnits>(StringComparer.Ordinal);
}
