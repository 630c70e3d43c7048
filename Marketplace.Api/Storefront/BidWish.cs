using Marketplace.Billing;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// A bid as the address of its page says it: looked at, then placed. The fields are named as those of <see cref="BidDraft"/>, so that its
/// refusals find them.
/// </summary>
public sealed record BidWish(BidDraft Draft, LimitBasis Basis, UnitPrice? Limit)
{
    public const string Card = "card", Region = "region", Cards = "cards", From = "fromAt", Until = "untilAt", PerScu = "limitPerScuHour",
        PerCard = "limitPerCardHour", Reference = "reference";

    public static readonly string[] Fields = [Card, Region, Cards, From, Until, PerScu, PerCard, Reference];

    /// <exception cref="Refusal">Names the field that cannot be read.</exception>
    public static BidWish Read(IQueryCollection query, DateTimeZone zone, Currency currency)
    {
        var (perScu, perCard) = (Price(PerScu), Price(PerCard));
        if (perScu is not null && perCard is not null) throw Refusal.Invalid(PerCard, "give one of the two limits, not both");
        var draft = new BidDraft
        {
            Execution = BidExecution.Posted,
            Card = Text(Card) ?? "any",
            Region = Text(Region),
            Cards = Parse(Cards, Text(Cards) ?? "1", CardCount.Parse),
            FromAt = Time(From),
            UntilAt = Time(Until),
            LimitPerScuHour = perScu,
            LimitPerCardHour = perCard,
            Reference = Text(Reference),
        };
        return new(draft, perCard is null ? LimitBasis.ScuHour : LimitBasis.CardHour, perScu ?? perCard);

        string? Text(string field) => query[field].ToString().Trim() is { Length: > 0 } text ? text : null;

        UnitPrice? Price(string field) => Text(field) is { } text ? Parse(field, text, t => UnitPrice.Parse(t, currency)) : null;

        Instant Time(string field) =>
            Show.Read(Text(field), zone) ?? throw Refusal.Invalid(field, "is a date and a time, such as 2026-12-01 09:00");
    }

    private static T Parse<T>(string field, string text, Func<string, T> read)
    {
        try
        {
            return read(text);
        }
        catch (FormatException e)
        {
            throw Refusal.Invalid(field, e.Message);
        }
    }
}
