using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

public enum OfferSort
{
    /// <summary>Per SCU-hour, or per effective SCU-hour of the workload; unrated offers last.</summary>
    UnitPrice,

    /// <summary>Per card-hour.</summary>
    CardPrice,

    Newest,
}

/// <summary>What a buyer wants to see of the market; the answer echoes it as it was understood.</summary>
public sealed record OfferFilter
{
    /// <summary>A workload's id: rank by what a card is worth for it. Left out: by SCU.</summary>
    public string? Workload { get; init; }

    /// <summary>A card's registry id or alias, or the name of an unknown card.</summary>
    public string? Card { get; init; }

    public Board? Board { get; init; }

    public string? Region { get; init; }

    public string? Vendor { get; init; }

    public int? MinMemoryGiB { get; init; }

    /// <summary>Only cards of Chinese makers.</summary>
    public bool DomesticOnly { get; init; }

    /// <summary>The most per (effective) SCU-hour, in the currency.</summary>
    public UnitPrice? MaxPrice { get; init; }

    public Currency Currency { get; init; } = Currency.Cny;

    /// <summary>Free over the whole of [From, Until).</summary>
    public required Instant From { get; init; }

    public required Instant Until { get; init; }

    /// <summary>So many cards free.</summary>
    public CardCount? Cards { get; init; }

    /// <summary>Show offers without units too.</summary>
    public bool Unrated { get; init; }

    /// <summary>Show offers too whose leases may be interrupted.</summary>
    public bool Interruptible { get; init; }

    /// <summary>Only what can be rented at once for so long.</summary>
    public bool RentNow { get; init; }

    public OfferSort Sort { get; init; }
}
