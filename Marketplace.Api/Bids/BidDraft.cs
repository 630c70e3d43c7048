using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// What a buyer says to place a bid. Either cards for some hours, or, in the auction, an amount of work. Exactly one of the two limits.
/// What is left out is as its line says; the bid echoes how it was understood.
/// </summary>
public sealed record BidDraft
{
    /// <summary>Waits for the auction, or takes a posted ask.</summary>
    public BidExecution Execution { get; init; }

    /// <summary>The id of the workload whose effective SCU-hours the limit is per; left out: standard ones. For the auction.</summary>
    public string? Workload { get; init; }

    /// <summary>
    /// A card's registry id or alias, the name of an unknown card, or <c>any</c>. A posted bid says it; for the auction left out: any.
    /// </summary>
    public string? Card { get; init; }

    /// <summary>Several such cards, any of which will do, at most 50. For the auction, in place of <see cref="Card"/>.</summary>
    public IReadOnlyList<string>? Models { get; init; }

    /// <summary>How many; in the auction whole cards. Left out only when an amount is given.</summary>
    public CardCount? Cards { get; init; }

    /// <summary>How many hours in a row, within the window, 1 to 336; left out: all of the window. For the auction.</summary>
    public int? Hours { get; init; }

    /// <summary>Effective SCU-hours of work (standard ones without a workload), in place of cards and hours. For the auction.</summary>
    public StandardUnits? Amount { get; init; }

    /// <summary>The fewest cards of an amount; twice, four and eight times as many are tried too. Left out: 1.</summary>
    public int? MinCards { get; init; }

    /// <summary>The most cards of an amount; left out: no bound.</summary>
    public int? MaxCards { get; init; }

    /// <summary>The cards may come from several sellers of one pool, over the same window, all or none. For the auction.</summary>
    public bool Spread { get; init; }

    /// <summary>Refuses the extra cards of an offer that sells lots. For the auction.</summary>
    public bool ExactCards { get; init; }

    /// <summary>May be filled in part: by at least this many cards at a time, in at most 8 parts. For the auction.</summary>
    public int? MinPartCards { get; init; }

    /// <summary>May be filled in part: by at least this many hours at a time, in at most 8 parts. For the auction.</summary>
    public int? MinPartHours { get; init; }

    /// <summary>
    /// The buyer's name for bids of which at most one is served. When one has been, the name takes no more of them. For the auction.
    /// </summary>
    public string? Group { get; init; }

    /// <summary>For the auction the earliest begin, rounded up to the full hour in UTC; else the begin.</summary>
    public required Instant FromAt { get; init; }

    /// <summary>For the auction the latest end, rounded down to the full hour in UTC; else the end.</summary>
    public required Instant UntilAt { get; init; }

    /// <summary>The lowest precision that will do; left out: the workload's own. For the auction.</summary>
    public Precision? Floor { get; init; }

    public string? Region { get; init; }

    /// <summary>The country that data may not leave, ISO 3166 in two capital letters. For the auction.</summary>
    public string? Residency { get; init; }

    /// <summary>Only cards of that maker. For the auction.</summary>
    public string? Vendor { get; init; }

    /// <summary>Only cards of Chinese makers. For the auction.</summary>
    public bool DomesticOnly { get; init; }

    /// <summary>Only cards with that much device memory, GiB. For the auction.</summary>
    public int? MinMemoryGiB { get; init; }

    /// <summary>How the cards must stand together, any of these; left out: any. For the auction.</summary>
    public IReadOnlyList<GangTier>? Tiers { get; init; }

    /// <summary>Capacity that may be interrupted will do as well. For the auction.</summary>
    public bool Interruptible { get; init; }

    /// <summary>The most per SCU-hour of listed units, effective ones if a workload is named: for rated cards.</summary>
    public UnitPrice? LimitPerScuHour { get; init; }

    /// <summary>The most per card-hour: for named cards, without a workload; needed for unrated ones.</summary>
    public UnitPrice? LimitPerCardHour { get; init; }

    /// <summary>The buyer's own name for it, such as a job or a purchase order; it stays with the lease.</summary>
    public string? Reference { get; init; }

    /// <summary>The limit is meant, though it is more than three times what the market cleared at.</summary>
    public bool Confirm { get; init; }

    internal bool IsAny => Models is not { Count: > 0 } && (Card is null || string.Equals(Card, "any", StringComparison.OrdinalIgnoreCase));

    /// <summary>The limit's field, as a request spells it.</summary>
    internal string LimitField => LimitPerScuHour is null ? "limitPerCardHour" : "limitPerScuHour";

    /// <summary>The draft with its texts trimmed.</summary>
    /// <exception cref="Refusal">Names the first text that cannot be.</exception>
    internal BidDraft Tidy() => this with
    {
        Workload = TextField.OfOptional(Workload, "workload"),
        Card = TextField.OfOptional(Card, "card"),
        Models = Models is { Count: > 50 }
            ? throw Refusal.Invalid("models", "names at most 50 cards; say any and narrow it by maker, memory or region")
            : Models?.Select(m => m is null ? throw Refusal.Invalid("models", "each is a text") : TextField.Of(m, "models")).ToList(),
        Group = TextField.OfOptional(Group, "group"),
        Region = TextField.OfOptional(Region, "region"),
        Residency = TextField.OfOptional(Residency, "residency"),
        Vendor = TextField.OfOptional(Vendor, "vendor"),
        Reference = TextField.OfOptional(Reference, "reference"),
    };

    /// <summary>What a tidy draft comes down to.</summary>
    /// <param name="now">Now.</param>
    /// <param name="cards">The cards as the market knows them.</param>
    /// <param name="workload">The one that the draft names.</param>
    /// <exception cref="Refusal">Names the first field that cannot be.</exception>
    internal BidClaim Check(Instant now, CardRegistry cards, Workload? workload)
    {
        if (FromAt < now) throw Refusal.Invalid("fromAt", $"is now ({InstantText.Format(now)}) or later");
        if (UntilAt <= FromAt) throw Refusal.Invalid("untilAt", "is after fromAt");
        if (UntilAt - FromAt > Duration.FromDays(366)) throw Refusal.Invalid("untilAt", "is at most 366 days after fromAt");
        if (LimitPerScuHour is null == LimitPerCardHour is null)
            throw Refusal.Invalid("limitPerScuHour", "give exactly one of limitPerScuHour and limitPerCardHour");
        if (LimitPerCardHour is not null && IsAny)
            throw Refusal.Invalid("limitPerCardHour", "needs a named card; a bid for any card is limited per SCU-hour");
        var limit = LimitPerScuHour ?? LimitPerCardHour!.Value;
        if (limit.Nanos <= 0) throw Refusal.Invalid($"{LimitField}.amount", "is above zero");
        if (limit.Nanos > OfferDraft.HighestAsk * 1_000_000_000)
            throw Refusal.Invalid($"{LimitField}.amount", $"is at most {OfferDraft.HighestAsk}");
        return Execution == BidExecution.Auction ? new AuctionRules(this, cards, workload).Claim() : Posted(cards);
    }

    private BidClaim Posted(CardRegistry cards)
    {
        if (AuctionField() is { } field)
            throw Refusal.Invalid(field, "is for the auction: leave it out, or say \"execution\": \"auction\"");
        if (Card is null) throw Refusal.Invalid("card", "is needed: a card's name, or any");
        if (Cards is not { } count) throw Refusal.Invalid("cards", "is needed");
        var card = IsAny ? null : cards.Resolve(Card).Card;
        if (LimitPerScuHour is not null && !IsAny && card?.Scu is null)
            throw Refusal.Invalid("limitPerScuHour", $"'{Card}' has no SCU; limit it per card-hour");
        var limit = LimitPerScuHour ?? LimitPerCardHour!.Value;
        var units = LimitPerCardHour is not null ? BidClaim.OneCard : card?.Scu ?? cards.Cards.Max(c => c.Scu ?? default);
        var firstDay = count.For(Duration.Min(UntilAt - FromAt, BidClaim.Day));
        var most = (Int128)limit.TimesStandardUnits(units).Nanos * firstDay.Micros / CardSeconds.MicrosPerCardHour;
        return new()
        {
            Execution = BidExecution.Posted, Card = card?.Id, CardName = IsAny ? null : Card, Region = Region, Cards = count,
            FromAt = FromAt, UntilAt = UntilAt, StartsBy = FromAt, Basis = Basis, Limit = limit, Reference = Reference, Parts = 1,
            PartFirstDay = new((long)Int128.Min(most, long.MaxValue), limit.Currency),
        };
    }

    internal LimitBasis Basis => LimitPerScuHour is null ? LimitBasis.CardHour : LimitBasis.ScuHour;

    /// <summary>The first field that only the auction knows.</summary>
    private string? AuctionField() => this switch
    {
        { Workload: not null } => "workload",
        { Models: not null } => "models",
        { Hours: not null } => "hours",
        { Amount: not null } => "amount",
        { MinCards: not null } => "minCards",
        { MaxCards: not null } => "maxCards",
        { Spread: true } => "spread",
        { ExactCards: true } => "exactCards",
        { MinPartCards: not null } => "minPartCards",
        { MinPartHours: not null } => "minPartHours",
        { Group: not null } => "group",
        { Floor: not null } => "floor",
        { Residency: not null } => "residency",
        { Vendor: not null } => "vendor",
        { DomesticOnly: true } => "domesticOnly",
        { MinMemoryGiB: not null } => "minMemoryGiB",
        { Tiers: not null } => "tiers",
        { Interruptible: true } => "interruptible",
        _ => null,
    };
}
