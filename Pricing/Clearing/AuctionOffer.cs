namespace Marketplace.Pricing;

/// <summary>
/// A provider's whole cards for sale in one auction. What own use, leases and live quotes hold, with the rest after them, is already taken
/// out of <see cref="Free"/>. One ask per offer: a provider with dearer nights posts two offers with disjoint calendars.
/// </summary>
public sealed record AuctionOffer
{
    /// <summary>The longest drain time in slots: a day.</summary>
    public const int MostDrainSlots = 24;

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

    /// <summary>
    /// For so many slots cards rest after each package, 0 to <see cref="MostDrainSlots"/>: free, sold to nobody and paid by nobody.
    /// </summary>
    public int DrainSlots { get; init; }

    /// <summary>
    /// Free cards over the auction's slots and the <see cref="DrainSlots"/> behind the last of them, in which cards may rest and nothing is
    /// sold. Where no run says otherwise nothing is free: an offer is free for its drain time longer than it sells.
    /// </summary>
    public required IReadOnlyList<CalendarRun> Free { get; init; }
}

/// <summary>So many free cards in each of the slots <c>[From, Until)</c>.</summary>
/// <param name="Cards">0 to 65,535.</param>
public readonly record struct CalendarRun(int From, int Until, int Cards);
