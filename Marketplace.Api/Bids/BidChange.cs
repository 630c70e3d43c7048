using Marketplace.Billing;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// What a buyer changes of an open bid for the auction; what is left out stays. What the bid is for (its workload, its group, whether its
/// limit is per SCU-hour) does not change: place another one.
/// </summary>
public sealed record BidChange
{
    /// <summary>What the bid no longer asks, by field: models, hours, minCards, maxCards, minPartCards, minPartHours, floor, region,
    /// residency, vendor, minMemoryGiB, tiers. None of them is given as well.</summary>
    public IReadOnlyList<string>? Without { get; init; }

    public IReadOnlyList<string>? Models { get; init; }

    public CardCount? Cards { get; init; }

    public int? Hours { get; init; }

    public StandardUnits? Amount { get; init; }

    public int? MinCards { get; init; }

    public int? MaxCards { get; init; }

    public bool? Spread { get; init; }

    public bool? ExactCards { get; init; }

    public int? MinPartCards { get; init; }

    public int? MinPartHours { get; init; }

    public Instant? FromAt { get; init; }

    public Instant? UntilAt { get; init; }

    public Precision? Floor { get; init; }

    public string? Region { get; init; }

    public string? Residency { get; init; }

    public string? Vendor { get; init; }

    public bool? DomesticOnly { get; init; }

    public int? MinMemoryGiB { get; init; }

    public IReadOnlyList<GangTier>? Tiers { get; init; }

    public bool? Interruptible { get; init; }

    public UnitPrice? LimitPerScuHour { get; init; }

    public UnitPrice? LimitPerCardHour { get; init; }

    /// <summary>The limit is meant, though it is more than three times what the market cleared at.</summary>
    public bool Confirm { get; init; }

    internal static readonly string[] Droppable =
    [
        "models", "hours", "minCards", "maxCards", "minPartCards", "minPartHours", "floor", "region", "residency", "vendor", "minMemoryGiB",
        "tiers",
    ];

    /// <summary>The draft that would be placed if the bid were worded anew, from now on.</summary>
    /// <exception cref="Refusal">The other limit is given, or a field is dropped that is given as well or is none of these.</exception>
    internal BidDraft Of(Bid bid, Instant now)
    {
        var terms = bid.Terms!;
        var isPerCard = bid.LimitBasis == LimitBasis.CardHour;
        if ((isPerCard ? LimitPerScuHour : LimitPerCardHour) is not null)
        {
            throw Refusal.Invalid(
                isPerCard ? "limitPerScuHour" : "limitPerCardHour", "is not what the bid is limited by; place another bid");
        }

        if (Without?.Any(w => !Droppable.Contains(w, StringComparer.Ordinal)) == true)
            throw Refusal.Invalid("without", $"names any of {string.Join(", ", Droppable)}");
        return new()
        {
            Execution = BidExecution.Auction, Workload = bid.Workload, Group = bid.XorGroup, Reference = bid.Reference,
            Models = Drop("models", Models, terms.Models.Count == 0 ? null : terms.Models),
            Cards = Cards ?? (terms.Cards == 0 ? null : CardCount.Of(terms.Cards)),
            Hours = Drop("hours", Hours, terms.Hours == 0 ? null : terms.Hours), Amount = Amount ?? terms.Amount,
            MinCards = Drop("minCards", MinCards, terms.Amount is null || terms.MinPartCards > 0 ? null : terms.MinCards),
            MaxCards = Drop("maxCards", MaxCards, terms.Amount is null ? null : terms.MaxCards), Spread = Spread ?? terms.Spread,
            ExactCards = ExactCards ?? terms.ExactCards,
            MinPartCards = Drop("minPartCards", MinPartCards, terms.MinPartCards == 0 ? null : terms.MinPartCards),
            MinPartHours = Drop("minPartHours", MinPartHours, terms.MinPartHours == 0 ? null : terms.MinPartHours),
            FromAt = FromAt ?? Instant.Max(bid.FromAt, HourGrid.Up(now)), UntilAt = UntilAt ?? bid.UntilAt,
            Floor = Drop("floor", Floor, terms.Floor), Region = Drop("region", Region, terms.Region),
            Residency = Drop("residency", Residency, terms.Residency), Vendor = Drop("vendor", Vendor, terms.Vendor),
            DomesticOnly = DomesticOnly ?? terms.DomesticOnly, MinMemoryGiB = Drop("minMemoryGiB", MinMemoryGiB, terms.MinMemoryGiB),
            Tiers = Drop("tiers", Tiers, terms.Tiers), Interruptible = Interruptible ?? terms.Interruptible,
            LimitPerScuHour = isPerCard ? null : LimitPerScuHour ?? bid.Limit,
            LimitPerCardHour = isPerCard ? LimitPerCardHour ?? bid.Limit : null, Confirm = Confirm,
        };
    }

    /// <summary>What is given, nothing if it is dropped, or what was.</summary>
    private T? Drop<T>(string field, T? given, T? was)
    {
        if (Without?.Contains(field, StringComparer.Ordinal) != true) return given ?? was;
        return given is null ? default : throw Refusal.Invalid("without", $"names {field}, which is given as well");
    }
}
