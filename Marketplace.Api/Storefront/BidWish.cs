using System.Globalization;
using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// A bid as the address of its page, or the form of its change, says it. The fields are named as those of <see cref="BidDraft"/>, so that
/// its refusals find them.
/// </summary>
/// <param name="field">What a field says; null: nothing.</param>
/// <param name="zone">In which the form tells the time.</param>
/// <param name="currency">The buyer's.</param>
internal sealed class BidWish(Func<string, string?> field, DateTimeZone zone, Currency currency)
{
    public const string Execution = "execution", Workload = "workload", Card = "card", Models = "models", Cards = "cards", Hours = "hours",
        Amount = "amount", MinCards = "minCards", MaxCards = "maxCards", Spread = "spread", ExactCards = "exactCards",
        MinPartCards = "minPartCards", MinPartHours = "minPartHours", Group = "group", From = "fromAt", Until = "untilAt", Floor = "floor",
        Region = "region", Residency = "residency", Vendor = "vendor", Domestic = "domesticOnly", Memory = "minMemoryGiB", Tiers = "tiers",
        Interruptible = "interruptible", PerScu = "limitPerScuHour", PerCard = "limitPerCardHour", Reference = "reference",
        Confirm = "confirm";

    /// <summary>Those that everybody sees and that show their refusals themselves.</summary>
    public static readonly string[] Simple = [Card, Cards, Hours, From, Until, PerScu, Region];

    /// <summary>Those behind the fold.</summary>
    public static readonly string[] More =
    [
        Execution, PerCard, Amount, MinCards, MaxCards, .. BidParts.Fields, Group, .. WishConstraints.Fields, Tiers, Reference,
    ];

    /// <summary>Whether it names a limit: until then one only looks at the market.</summary>
    public bool HasLimit => Text(PerScu) is not null || Text(PerCard) is not null;

    /// <exception cref="Refusal">Names the field that cannot be read.</exception>
    public BidDraft Draft()
    {
        var names = Listed(Text(Card));
        var tiers = Listed(Text(Tiers));
        var amount = Text(Amount) is { } work ? Parse(Amount, work, StandardUnits.Parse) : (StandardUnits?)null;
        return new()
        {
            Execution = Text(Execution) is { } word ? QueryValue.OneOf<BidExecution>(Execution, word) : BidExecution.Auction,
            Workload = Text(Workload), Card = names.Length == 1 ? names[0] : names.Length == 0 ? "any" : null,
            Models = names.Length > 1 ? names : null, Amount = amount,
            Cards = amount is null ? Parse(Cards, Text(Cards) ?? "1", CardCount.Parse) : null, Hours = amount is null ? Whole(Hours) : null,
            MinCards = Whole(MinCards), MaxCards = Whole(MaxCards), Spread = Has(Spread), ExactCards = Has(ExactCards),
            MinPartCards = Whole(MinPartCards), MinPartHours = Whole(MinPartHours), Group = Text(Group), FromAt = Time(From),
            UntilAt = Time(Until), Floor = Text(Floor) is { } floor ? QueryValue.OneOf<Precision>(Floor, floor) : null,
            Region = Text(Region), Residency = Text(Residency), Vendor = Text(Vendor), DomesticOnly = Has(Domestic),
            MinMemoryGiB = Whole(Memory), Tiers = tiers.Length == 0 ? null : [.. tiers.Select(t => QueryValue.OneOf<GangTier>(Tiers, t))],
            Interruptible = Has(Interruptible), LimitPerScuHour = Price(PerScu), LimitPerCardHour = Price(PerCard),
            Reference = Text(Reference), Confirm = Has(Confirm),
        };
    }

    /// <summary>
    /// What the form says that changes a bid. It shows all that the bid asks for: what it leaves empty is not asked for any more.
    /// </summary>
    /// <exception cref="Refusal">Names the field that cannot be read.</exception>
    public BidChange Change()
    {
        var draft = Draft();
        var models = draft.IsAny ? null : draft.Models ?? [draft.Card!];
        return new()
        {
            Models = models, Cards = draft.Cards, Hours = draft.Hours, Amount = draft.Amount, MinCards = draft.MinCards,
            MaxCards = draft.MaxCards, Spread = draft.Spread, ExactCards = draft.ExactCards, MinPartCards = draft.MinPartCards,
            MinPartHours = draft.MinPartHours, FromAt = draft.FromAt, UntilAt = draft.UntilAt, Floor = draft.Floor, Region = draft.Region,
            Residency = draft.Residency, Vendor = draft.Vendor, DomesticOnly = draft.DomesticOnly, MinMemoryGiB = draft.MinMemoryGiB,
            Tiers = draft.Tiers, Interruptible = draft.Interruptible, LimitPerScuHour = draft.LimitPerScuHour,
            LimitPerCardHour = draft.LimitPerCardHour, Confirm = draft.Confirm,
            Without = [.. BidChange.Droppable.Where(f => f == Models ? models is null : Text(f) is null)],
        };
    }

    /// <summary>What a field of the form says at first: what the bid asks for.</summary>
    public static string? Of(Bid bid, string field, DateTimeZone zone, Instant now)
    {
        var terms = bid.Terms!;
        return field switch
        {
            PerScu or PerCard => bid.Limit.Amount,
            Card => string.Join(", ", terms.Models),
            Cards => Count(terms.Cards),
            Hours => Count(terms.Hours),
            Amount => terms.Amount?.ToString().TrimEnd('0').TrimEnd('.'),
            MinCards => terms.Amount is null || terms.MinPartCards > 0 || terms.MinCards == 1 ? null : Count(terms.MinCards),
            MaxCards => terms.Amount is null || terms.MaxCards == CardCount.MaxCards ? null : Count(terms.MaxCards),
            MinPartCards => Count(terms.MinPartCards),
            MinPartHours => Count(terms.MinPartHours),
            From => Show.Input(Instant.Max(bid.FromAt, HourGrid.Up(now)), zone), // a begin that has passed is no wish any more
            Until => Show.Input(bid.UntilAt, zone),
            Floor => terms.Floor is { } floor ? WireJson.Word(floor) : null,
            Region => terms.Region,
            Residency => terms.Residency,
            Vendor => terms.Vendor,
            Memory => Count(terms.MinMemoryGiB ?? 0),
            Tiers => string.Join(',', terms.Tiers.Select(t => WireJson.Word(t))),
            Spread => Ticked(terms.Spread),
            ExactCards => Ticked(terms.ExactCards),
            Domestic => Ticked(terms.DomesticOnly),
            Interruptible => Ticked(terms.Interruptible),
            _ => null,
        };

        static string? Count(int count) => count == 0 ? null : count.ToString(CultureInfo.InvariantCulture);
        static string? Ticked(bool isSo) => isSo ? "true" : null;
    }

    /// <summary>Several words with commas between them, of either kind.</summary>
    public static string[] Listed(string? text) =>
        text?.Split([',', '，'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    private string? Text(string name) => field(name)?.Trim() is { Length: > 0 } text ? text : null;

    private bool Has(string name) => Text(name) is not null;

    private int? Whole(string name) => Text(name) is { } text ? Parse(name, text, Number) : null;

    private UnitPrice? Price(string name) => Text(name) is { } text ? Parse(name, text, t => UnitPrice.Parse(t, currency)) : null;

    private Instant Time(string name) =>
        Show.Read(Text(name), zone) ?? throw Refusal.Invalid(name, "is a date and a time, such as 2026-12-01 09:00");

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new FormatException("is a whole number");

    private static T Parse<T>(string name, string text, Func<string, T> read)
    {
        try
        {
            return read(text);
        }
        catch (FormatException e)
        {
            throw Refusal.Invalid(name, e.Message);
        }
    }
}
