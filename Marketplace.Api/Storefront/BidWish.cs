using System.Globalization;
using Marketplace.Billing;
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

    /// <summary>Those behind the fold; the first two show no refusal, for they are chosen from what there is.</summary>
    public static readonly string[] More =
    [
        Execution, Tiers, PerCard, Amount, MinCards, MaxCards, Spread, ExactCards, MinPartCards, MinPartHours,
        Group, Floor, Residency, Vendor, Domestic, Memory, Interruptible, Reference,
    ];

    /// <summary>Whether it names a limit: until then one only looks at the market.</summary>
    public bool HasLimit => Text(PerScu) is not null || Text(PerCard) is not null;

    /// <exception cref="Refusal">Names the field that cannot be read.</exception>
    public BidDraft Draft()
    {
        var names = Text(Card)?.Split([',', '，'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
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
            MinMemoryGiB = Whole(Memory), Tiers = Text(Tiers) is { } tier ? [QueryValue.OneOf<GangTier>(Tiers, tier)] : null,
            Interruptible = Has(Interruptible), LimitPerScuHour = Price(PerScu), LimitPerCardHour = Price(PerCard),
            Reference = Text(Reference), Confirm = Has(Confirm),
        };
    }

    /// <summary>What a form says that changes a bid: its limit, its window, how much, where.</summary>
    /// <exception cref="Refusal">Names the field that cannot be read.</exception>
    public BidChange Change() => new()
    {
        Cards = Text(Cards) is { } cards ? Parse(Cards, cards, CardCount.Parse) : null, Hours = Whole(Hours),
        Amount = Text(Amount) is { } work ? Parse(Amount, work, StandardUnits.Parse) : null, FromAt = Time(From), UntilAt = Time(Until),
        Region = Text(Region), Without = Text(Region) is null ? ["region"] : null, LimitPerScuHour = Price(PerScu),
        LimitPerCardHour = Price(PerCard), Confirm = Has(Confirm),
    };

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
