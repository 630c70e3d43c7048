namespace Marketplace.Pricing;

/// <summary>
/// A provider's whole cards for sale in one auction. What own use, leases, live quotes and drain time hold is already taken out of
/// <see cref="Free"/>. One ask per offer: a provider with dearer nights posts two offers with disjoint calendars.
/// </summary>
public sealed record AuctionOffer
{
    /// <summary>Unique in the auction.</summary>
    public required string Id { get; init; }

    /// <summary>The seller. A buyer of the same name never gets this offer: nobody trades with itself.</summary>
    public required string Owner { get; init; }

    public required AuctionPool Pool { get; init; }

    /// <summary>The least a seller takes, per card-hour.</summary>
    public required UnitPrice Ask { get; init; }

    /// <summary>Cards are sold in multiples of this; 1 or more. A package of 3 takes 4 from an offer of pairs.</summary>
    public int Lot { get; init; } = 1;

    /// <summary>The shortest package in slots; 1 or more.</summary>
    public int MinSlots { get; init; } = 1;

    /// <summary>The longest package in slots.</summary>
    public int MaxSlots { get; init; } = int.MaxValue;

    /// <summary>Free cards over the slots. Where no run says otherwise nothing is free.</summary>
    public required IReadOnlyList<CalendarRun> Free { get; init; }
}

/// <summary>So many free cards in each of the slots <c>[From, Until)</c>.</summary>
/// <param name="Cards">0 to 65,535.</param>
public readonly record struct CalendarRun(int From, int Until, int Cards);
